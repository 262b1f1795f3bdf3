/** Replays recorded sessions of etcdctl with the built program against real servers, and compares what it prints and how it ends. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { etcdBinary } from '../support/etcd.js';
import { installed, program } from '../support/program.js';
import { corpus, NO_CORPUS, repoRoot } from '../support/root.js';

const run = promisify(execFile);
const GOLDEN = '3.4.23';
/** A whole file of tests may take five minutes (test/run.mjs). */
const LONGEST_MS = 285_000;

/** Differences that stay, with their reasons: by scenario, by step. */
type Known = Record<string, Record<string, string>>;

/** What `parity.py check --json` writes. */
interface Report {
  passed: number;
  failed: number;
  details: { scenario: string; step?: string; error?: string; differences?: object[] }[];
}

/**
 * Fails on a difference that test/parity/known-differences.json does not have, and on one in it that is none any more.
 * @param wanted the files of the scenarios to replay, by name
 * @param least as many steps are there at least: fewer means that the test has lost its subject
 */
export async function replay(t: TestContext, wanted: (file: string) => boolean, least: number): Promise<void> {
  const missing = await whatIsMissing();
  if (missing) return t.skip(missing);
  const scenarios = await scenariosOf(wanted);
  const { passed, failed, details } = await check(scenarios, LONGEST_MS);
  t.diagnostic(`${passed + failed} steps, ${failed} of them differ`);
  assert.ok(passed + failed >= least, `only ${passed + failed} steps were compared`);
  const known = JSON.parse(readFileSync(join(repoRoot(), 'test/parity/known-differences.json'), 'utf8')) as Known;
  const differing = details.map(({ scenario, step = '' }) => `${scenario} | ${step}`);
  const unknown = details.filter(({ scenario, step = '' }) => known[scenario]?.[step] === undefined);
  assert.deepEqual(unknown.map(asText), [], 'differs from the recording');
  const listed = Object.entries(known)
    .filter(([scenario]) => scenarios.includes(scenario))
    .flatMap(([scenario, steps]) => Object.keys(steps).map((step) => `${scenario} | ${step}`));
  const fine = listed.filter((step) => !differing.includes(step));
  assert.deepEqual(fine, [], 'no longer differs: take it off the list');
}

function asText({ scenario, step, error, differences }: Report['details'][number]): string {
  return `${scenario} | ${step ?? ''} | ${error ?? JSON.stringify(differences)}`;
}

function folder(): string {
  return corpus('parity') ?? '';
}

async function whatIsMissing(): Promise<string | undefined> {
  if (folder() === '') return NO_CORPUS;
  const python = await run('python3', ['--version']).catch(() => undefined);
  if (python === undefined) return 'there is no python3';
  const etcd = etcdBinary();
  if (etcd === undefined) return 'there is no etcd';
  const { stdout } = await run(etcd, ['--version']);
  const version = /etcd Version: (\S+)/.exec(stdout)?.[1] ?? '';
  return version.startsWith('3.4.') ? undefined : `the recording is of etcd ${GOLDEN}, the server is ${version}`;
}

async function scenariosOf(wanted: (file: string) => boolean): Promise<string[]> {
  const { stdout } = await run('python3', [join(folder(), 'parity.py'), 'list']);
  const rows = stdout.split('\n').map((line) => line.split(/\s+/, 2));
  return rows.flatMap(([name, file]) => (name && file && wanted(file) ? [name] : []));
}

/** Runs scenarios, two for each processor: they mostly wait, and more of them would keep it so busy that steps come too late. */
async function check(scenarios: string[], longestMs: number): Promise<Report> {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-parity-'));
  const json = join(dir, 'report.json');
  const [command, words] = program([], installed);
  const args = [
    join(folder(), 'parity.py'),
    'check',
    ...['--etcd', etcdBinary() ?? 'etcd', '--golden', join(folder(), 'goldens', GOLDEN), '--json', json],
    ...['--client', ['env', 'KETCDCTL_AS=etcdctl@3.4', command, ...words].join(' ')],
    ...['-j', String(2 * cpus().length)],
    ...scenarios,
  ];
  try {
    // Its exit code tells of differences, which the report has.
    await run('python3', args, { timeout: longestMs, killSignal: 'SIGINT', maxBuffer: 1 << 26 }).catch((error) => {
      if (!existsSync(json)) throw error;
    });
    return JSON.parse(readFileSync(json, 'utf8')) as Report;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
