/** `snapshot verify -w prometheus`. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { writeFileWhole } from '../../base/files/part-file.js';
import { gauge } from '../../output/prometheus.js';
import { timeOf } from '../../storage/snapshot/kept-snapshots.js';
import type { CommandContext } from '../command.js';
import type { Checked } from './verify-checks.js';

/** Seconds since a snapshot was taken: by the name that `snapshot save --keep` gave it, else by when its file was written. */
export function ageOf(path: string): number {
  const named = timeOf(basename(path)).getTime();
  return (Date.now() - (Number.isNaN(named) ? statSync(path).mtimeMs : named)) / 1000;
}

/** @param checked undefined where the checks ended with an error */
export async function writeVerifyMetrics(
  { stdout }: CommandContext,
  path: string,
  checked: Checked | undefined,
  output: string,
): Promise<void> {
  const text = metricsText(path, checked);
  if (output === '') await stdout.write(text);
  // The collector runs as another user.
  else writeFileWhole(output, text, 0o644);
}

function metricsText(path: string, checked: Checked | undefined): string {
  const labels = { file: path };
  const one = (name: string, help: string, value: number) =>
    gauge(`ketcdctl_snapshot_${name}`, help, [{ labels, value }]);
  const verified = one('verified_timestamp_seconds', 'When it was looked at.', Math.round(Date.now() / 1000));
  if (checked === undefined) return one('ok', OK_HELP, 0) + verified;
  const { report, decoded, trial } = checked;
  const problems = decoded.problems.length + (trial?.problems.length ?? 0);
  const kinds = [...(trial?.kinds ?? [])].map(([kind, value]) => ({ labels: { ...labels, kind }, value }));
  return [
    one('ok', OK_HELP, Number(problems === 0)),
    verified,
    one('age_seconds', 'Time since it was taken.', Math.round(ageOf(path))),
    one('size_bytes', 'Size of the database.', report.size),
    one('revision', 'Newest revision.', Number(report.revision)),
    one('keys', 'Keys that exist.', report.keys),
    one('undecodable', 'Kubernetes objects that do not decode.', decoded.problems.length),
    trial ? one('trial_started', 'Whether an etcd was started from it.', Number(trial.version !== '')) : '',
    gauge('ketcdctl_snapshot_kind_keys', 'Keys that exist, by kind.', kinds),
  ].join('');
}

const OK_HELP = 'Whether nothing is wrong with it.';
