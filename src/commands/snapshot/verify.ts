import { badArguments, ExitCode, Failure } from '../../base/errors.js';
import { bool, string } from '../../base/flags/declare.js';
import { formatDuration } from '../../base/go/duration.js';
import { outputFormat } from '../../output/format.js';
import type { Trial } from '../../repair/trial-restore.js';
import { plainFile } from '../../storage/snapshot/compressed.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { printFacts } from './file-facts.js';
import { type Checked, checkSnapshot } from './verify-checks.js';
import { ageOf, writeVerifyMetrics } from './verify-metrics.js';

export const spec = {
  usage: 'snapshot verify [options] <filename>',
  description:
    'Checks a snapshot from end to end: its SHA-256, every page and its place in the tree, every revision of every key, and that each Kubernetes object decodes. The exit code is 1 when something is wrong. With --trial it is restored into a temporary folder as well, the etcd of this machine is started from that (on sockets that only this user can reach), and hash and keys by kind are compared.',
  examples: [
    'ketcdctl snapshot verify backup.db',
    'ketcdctl snapshot verify /var/lib/etcd # a member that is stopped',
    'ketcdctl snapshot verify --trial backup.db',
    'ketcdctl snapshot verify --trial -w prometheus --output /var/lib/node_exporter/etcd-backup.prom backup.db',
  ],
  complete: 'file',
  flags: {
    trial: bool('restore it for a trial, and start etcd from it'),
    etcd: string('the etcd program for the trial; by default that of a trusted folder of PATH', {
      value: 'PATH',
      complete: 'file',
    }),
    output: string('with -w prometheus: a file to write, whole or not at all', { value: 'FILE', complete: 'file' }),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const [path] = args;
  if (path === undefined || args.length > 1) {
    throw new Failure('snapshot verify requires exactly one argument', { exitCode: ExitCode.BadArgs });
  }
  if (flags.etcd !== '' && !flags.trial) throw badArguments('--etcd goes with --trial');
  const asMetrics = context.options.writeOut === 'prometheus';
  const format = asMetrics ? 'simple' : outputFormat(context);
  const plain = await plainFile(path);
  let checked: Checked | undefined;
  try {
    checked = await checkSnapshot(context, path, plain, flags);
  } finally {
    // A backup that is broken is what the alert is for: the metrics are written then, too.
    if (asMetrics) await writeVerifyMetrics(context, path, checked, flags.output);
  }
  const { decoded, trial } = checked;
  for (const problem of [...decoded.problems, ...(trial?.problems ?? [])]) await context.stderr.write(`${problem}\n`);
  if (!asMetrics && format === 'simple') await context.stdout.write(summary(path, checked));
  else if (!asMetrics) await printReport(context, format, checked);
  if (decoded.problems.length > 0) throw new Failure(`${path}: ${decoded.problems.length} values do not decode`);
  if (trial && trial.problems.length > 0) throw new Failure(`${path}: the trial restore failed: ${trial.problems[0]}`);
};

function summary(path: string, { report, decoded, trial }: Checked): string {
  const { objects, others, problems } = decoded;
  const { pages, highWater, pageSize } = report;
  const compacted = report.compacted > 0n ? `compacted at ${report.compacted}` : 'never compacted';
  return [
    `hash       ${report.sha256 === 'ok' ? 'ok: SHA-256' : 'none: this is no saved snapshot'}`,
    `structure  ok: ${highWater} pages of ${pageSize} bytes, ${highWater - pages.used} of them free; ${pages.leaves} leaves, ${pages.depth} levels`,
    `history    ok: ${report.records} records, ${report.deletions} of them deletions; ${report.keys} keys; revision ${report.revision}, ${compacted}`,
    `values     ${problems.length === 0 ? 'ok' : `${problems.length} do not decode`}: ${objects} Kubernetes objects, ${others} other values`,
    ...(trial
      ? [
          trialText(trial),
          `age        ${formatDuration(BigInt(Math.round(ageOf(path))) * 1_000_000_000n)}, ${report.size} bytes`,
        ]
      : []),
    '',
  ].join('\n');
}

function trialText({ version, kinds, problems }: Trial): string {
  const with_ =
    version === '' ? 'no etcd was started: the restored files were read' : `etcd ${version} started from it`;
  const keys = [...kinds.values()].reduce((sum, count) => sum + count, 0);
  if (problems.length > 0) return `trial      failed: ${problems[0]}`;
  return `trial      ok: ${with_}; the hash is the same, and ${keys} keys of ${kinds.size} kinds`;
}

async function printReport(
  context: CommandContext,
  format: ReturnType<typeof outputFormat>,
  { report, decoded, trial }: Checked,
): Promise<void> {
  const facts: [name: string, value: number | bigint | string][] = [
    ['sha256', report.sha256],
    ['size', report.size],
    ['pageSize', report.pageSize],
    ['pages', report.highWater],
    ['freePages', report.highWater - report.pages.used],
    ['revision', report.revision],
    ['compactRevision', report.compacted],
    ['keys', report.keys],
    ['records', report.records],
    ['deletions', report.deletions],
    ['objects', decoded.objects],
    ['otherValues', decoded.others],
    ['undecodable', decoded.problems.length],
  ];
  if (trial) {
    facts.push(['trial', trial.problems.length === 0 ? 'ok' : trial.problems.join('; ')]);
    facts.push(['trialEtcd', trial.version]);
  }
  await printFacts(
    context,
    format,
    facts.map(([name, value]) => ({ json: name, fields: name, head: spaced(name), value })),
  );
}

/** `freePages`: `free pages`. */
function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
