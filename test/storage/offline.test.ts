import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openLocked } from '../../src/base/files/lock.js';
import { runCli } from '../support/cli.js';
import { repoRoot } from '../support/root.js';
import { tempDir } from './support.js';

const SAMPLE = join(repoRoot(), 'samples', 'cluster.db');
const noFlock = existsSync('/usr/bin/flock') || existsSync('/bin/flock') ? false : 'there is no flock program';

/** The texts of the log lines on standard error. */
function messages(stderr: string): string[] {
  return stderr
    .split('\n')
    .filter((line) => /^\d{4}-/.test(line))
    .map((line) => line.split('\t')[3]!);
}

test('a restore fills an empty directory that is there, a link to one too, and no other', async (t) => {
  const dir = tempDir(t);
  mkdirSync(join(dir, 'real'));
  symlinkSync('real', join(dir, 'link'));
  symlinkSync('nothing', join(dir, 'dangling'));
  const restore = (name: string) => runCli(['snapshot', 'restore', SAMPLE, '--data-dir', join(dir, name)]);
  assert.equal((await restore('link')).exit, 0);
  assert.deepEqual(readdirSync(join(dir, 'real')), ['member']);
  assert.deepEqual(readdirSync(join(dir, 'real', 'member')).sort(), ['snap', 'wal']);
  assert.match((await restore('real')).stderr, /not empty or could not be read/);
  assert.match((await restore('dangling')).stderr, /not empty or could not be read/);
  assert.deepEqual(readdirSync(dir).sort(), ['dangling', 'link', 'real']);
});

test('etcdctl 3.4 raises revisions, etcdutl tells of it', async (t) => {
  const dir = tempDir(t);
  const restore = ['snapshot', 'restore', SAMPLE, '--bump-revision', '10', '--mark-compacted', '--data-dir'];
  const old = await runCli([...restore, join(dir, 'old')], { as: 'etcdctl@3.4' });
  assert.equal(old.exit, 0, old.stderr);
  const lines = old.stderr.trim().split('\n');
  const logged = lines.map((line) => JSON.parse(line).msg);
  assert.deepEqual([logged[0], logged.at(-1)], ['restoring snapshot', 'restored snapshot']);
  const { stderr } = await runCli([...restore, join(dir, 'new')], { as: 'etcdutl@3.7' });
  assert.deepEqual(messages(stderr), [
    'restoring snapshot',
    'Trimming membership information from the backend...',
    'bumping latest revision',
    'marking revision compacted',
    'added member',
    'restored snapshot',
  ]);
  const status = await runCli(['snapshot', 'status', join(dir, 'old')]);
  assert.match(status.stdout, /^[\da-f]+, 89, /);
});

test('migrate: up and down, refused beyond what is known, not without a log', { skip: noFlock }, async (t) => {
  const dir = join(tempDir(t), 'data');
  assert.equal((await runCli(['snapshot', 'restore', SAMPLE, '--data-dir', dir])).exit, 0);
  const migrate = (target: string, ...more: string[]) =>
    runCli(['migrate', '--data-dir', dir, '--target-version', target, ...more], { as: 'etcdutl@3.7' });
  const db = join(dir, 'member', 'snap', 'db');
  const told: [string, string[]][] = [
    ['3.5', ['storage version up-to-date']],
    ['3.7', ['updated storage version', 'updated storage version']],
    ['3.6', ['updated storage version']],
  ];
  for (const [target, lines] of told) {
    const { exit, stderr } = await migrate(target);
    assert.equal(exit, 0, stderr);
    assert.deepEqual(messages(stderr), lines, target);
  }
  assert.match(
    (await migrate('3.8')).stderr,
    /^Error: cannot create migration plan: version "3.8.0" is not supported/m,
  );
  const forced = await migrate('3.8', '--force');
  assert.deepEqual(messages(forced.stderr), [
    'normal migrate failed, trying with force',
    'forcefully set storage version',
  ]);
  rmSync(join(dir, 'member', 'wal'), { recursive: true });
  const before = readFileSync(db);
  for (const more of [[], ['--force']]) {
    const { exit, stderr } = await migrate('3.5', ...more);
    assert.equal(exit, 1);
    assert.match(
      stderr,
      /^Error: failed to get the lastest snapshot: \[readWALNames\] fileutil\.ReadDir failed: open /m,
    );
  }
  assert.ok(before.equals(readFileSync(db)));
});

test('what somebody else has locked is not written', { skip: noFlock }, async (t) => {
  const dir = join(tempDir(t), 'data');
  assert.equal((await runCli(['snapshot', 'restore', SAMPLE, '--data-dir', dir])).exit, 0);
  const db = join(dir, 'member', 'snap', 'db');
  const before = readFileSync(db);
  await openLocked(db, 'exclusive');
  for (const argv of [
    ['defrag', '--data-dir', dir],
    ['migrate', '--data-dir', dir, '--target-version', '3.6'],
    ['snapshot', 'restore', db, '--skip-hash-check', '--data-dir', `${dir}2`],
  ]) {
    const { exit, stderr } = await runCli(argv);
    assert.equal(exit, 1);
    assert.match(stderr, /db is in use/, argv.join(' '));
  }
  for (const argv of [
    ['defrag', '--data-dir', dir],
    ['migrate', '--data-dir', dir, '--target-version', '3.6'],
    ['hashkv', db],
  ]) {
    const waited = await runCli([...argv, '--timeout', '100ms'], { as: 'etcdutl@3.7' });
    assert.equal(waited.exit, 2, waited.stderr);
    assert.match(waited.stderr, /Error: failed to open database: timeout\n$/);
  }
  assert.ok(before.equals(readFileSync(db)));
  assert.ok(!existsSync(`${dir}2`));
});
