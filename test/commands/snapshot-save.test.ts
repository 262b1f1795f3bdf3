import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as zlib from 'node:zlib';
import { removeOlder } from '../../src/storage/snapshot/kept-snapshots.js';
import { clientOf, fill, tempDir } from '../storage/support.js';
import { runCli } from '../support/cli.js';
import { skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { isScript, program } from '../support/program.js';

const skip = skipWithoutEtcd();

/** Hash, revision, keys and size. */
async function status(path: string): Promise<string> {
  const { stdout, stderr } = await runCli(['snapshot', 'status', path]);
  assert.equal(stderr, '');
  return stdout;
}

test('a snapshot is saved to a file, to standard output and compressed, and read back from each', {
  skip,
}, async (t) => {
  const server = await startEtcd(t);
  await fill(clientOf(t, server), 200);
  const dir = tempDir(t);
  const endpoint = ['--endpoints', server.endpoint];
  const plain = join(dir, 'plain.db');
  const saved = await runCli([...endpoint, 'snapshot', 'save', plain]);
  assert.deepEqual(saved, { exit: 0, stdout: `Snapshot saved at ${plain}\n`, stderr: '' });
  assert.equal(statSync(plain).mode & 0o777, 0o600);

  const expected = await status(plain);
  const piped = execFileSync(...program([...endpoint, 'snapshot', 'save', '-']), { stdio: 'pipe' });
  writeFileSync(join(dir, 'piped.db'), piped);
  assert.equal(await status(join(dir, 'piped.db')), expected);

  const packed = join(dir, 'packed');
  const compressed = await runCli([...endpoint, 'snapshot', 'save', packed, '--compress', 'gzip']);
  assert.equal(compressed.exit, 0);
  assert.match(compressed.stderr, /^Compressed from [\d.]+ [kM]B\n$/);
  assert.deepEqual([...readFileSync(packed).subarray(0, 2)], [0x1f, 0x8b]);
  assert.equal(await status(packed), expected);
  const all = ['get', '', '--prefix', '--keys-only'];
  assert.deepEqual(await runCli(['--endpoints', `file:${packed}`, ...all]), await runCli([...endpoint, ...all]));

  const dataDir = join(dir, 'restored');
  assert.equal((await runCli(['snapshot', 'restore', packed, '--data-dir', dataDir])).exit, 0);
  assert.match(await status(dataDir), new RegExp(`, ${expected.split(', ')[1]}, ${expected.split(', ')[2]}, `));
  assert.deepEqual(readdirSync(dir).sort(), ['packed', 'piped.db', 'plain.db', 'restored']);
});

test('zstd is used where the runtime has it, and said to be missing where not', { skip }, async (t) => {
  const server = await startEtcd(t);
  await fill(clientOf(t, server), 50);
  const path = join(tempDir(t), 'packed.zst');
  const { exit, stderr } = await runCli(['--endpoints', server.endpoint, 'snapshot', 'save', path, '--compress=zstd']);
  if ('createZstdCompress' in zlib || !isScript) {
    assert.equal(exit, 0);
    assert.match(await status(path), /^[\da-f]+, \d+, /);
  } else {
    assert.equal(exit, 4);
    assert.match(stderr, /^Error: Node [\d.]+ has no zstd\nHint: use gzip, or run Node 22\.15/);
    assert.ok(!existsSync(path));
  }
});

test('--keep names snapshots by time and revision, and removes only older ones of these', { skip }, async (t) => {
  const server = await startEtcd(t);
  await fill(clientOf(t, server), 20);
  const dir = join(tempDir(t), 'backups');
  mkdirSync(dir);
  const strangers = ['etcd-20200101T000000Z-r1.db.txt', 'my-etcd-20200101T000000Z-r1.db', 'other.db'];
  const own = ['etcd-20200101T000000Z-r1.db', 'etcd-20200101T000000Z-r9.db', 'etcd-20200101T000000Z-r10.db.gz'];
  for (const name of [...strangers, ...own]) writeFileSync(join(dir, name), '');
  const save = (...flags: string[]) => runCli(['--endpoints', server.endpoint, 'snapshot', 'save', dir, ...flags]);

  const first = await save('--keep', '3');
  assert.equal(first.exit, 0, first.stderr);
  const [, path = '', revision] = /^Snapshot saved at (.*\/etcd-\d{8}T\d{6}Z-r(\d+)\.db)\n$/.exec(first.stdout) ?? [];
  assert.equal((await status(path)).split(', ')[1], revision);
  assert.equal(first.stderr, 'Removed etcd-20200101T000000Z-r1.db\n');

  const second = await save('--keep=1', '--compress=gzip');
  assert.match(second.stdout, /-r\d+\.db\.gz\n$/);
  const left = readdirSync(dir).sort();
  assert.deepEqual(
    left.filter((name) => strangers.includes(name)),
    strangers,
  );
  assert.equal(left.length, strangers.length + 1);

  const failed = await runCli(['--endpoints', '127.0.0.1:1', 'snapshot', 'save', dir, '--keep', '1']);
  assert.equal(failed.exit, 2);
  assert.deepEqual(readdirSync(dir).sort(), left);
});

test('of two snapshots of one second the one of the later revision is kept', (t) => {
  const dir = tempDir(t);
  const names = ['etcd-20260101T000000Z-r9.db', 'etcd-20260101T000000Z-r10.db', 'etcd-20251231T235959Z-r99.db'];
  for (const name of names) writeFileSync(join(dir, name), '');
  const now = new Date('2026-01-01T00:00:00Z');
  assert.deepEqual(removeOlder(dir, { newest: 2 }, now), { removed: ['etcd-20251231T235959Z-r99.db'], later: [] });
  assert.deepEqual(removeOlder(dir, { newest: 1 }, now), { removed: ['etcd-20260101T000000Z-r9.db'], later: [] });
  assert.deepEqual(removeOlder(dir, { newest: 1 }, now), { removed: [], later: [] });
});

test('the last of each day and week stays beside the newest', (t) => {
  const dir = tempDir(t);
  const names: string[] = [];
  // Every six hours from Monday 2026-01-05 to Sunday 2026-02-01.
  for (let hour = 0; hour < 28 * 24; hour += 6) {
    const stamp = new Date(Date.UTC(2026, 0, 5, hour)).toISOString().replace(/\.\d+|[-:]/g, '');
    names.push(`etcd-${stamp}-r${hour + 1}.db`);
  }
  for (const name of names) writeFileSync(join(dir, name), '');
  removeOlder(dir, { newest: 2, daily: 3, weekly: 3 }, new Date('2026-02-01T20:00:00Z'));
  assert.deepEqual(
    readdirSync(dir).map((name) => name.slice(5, 16)),
    ['20260118T18', '20260125T18', '20260130T18', '20260131T18', '20260201T12', '20260201T18'],
  );
});

test('what cannot be saved leaves nothing behind', { skip }, async (t) => {
  const server = await startEtcd(t);
  await fill(clientOf(t, server), 20);
  const dir = tempDir(t);
  const save = (path: string, ...flags: string[]) =>
    runCli(['--endpoints', server.endpoint, 'snapshot', 'save', path, ...flags]);
  const there = join(dir, 'there.db');
  writeFileSync(there, 'of yesterday');

  const gone = await runCli(['--endpoints', '127.0.0.1:1', 'snapshot', 'save', there]);
  assert.equal(gone.exit, 2);
  assert.equal(readFileSync(there, 'utf8'), 'of yesterday');
  assert.match(
    (await save(join(dir, 'none', 'x.db'))).stderr,
    /could not open .*x\.db\.part \(open .*x\.db\.part: no such file or/,
  );
  assert.match((await save(join(dir, 'x.db'), '--compress=lzma')).stderr, /no such compression: "lzma"/);
  assert.match((await save(dir, '--keep=0')).stderr, /--keep takes a number from 1 on/);
  assert.match((await save('-', '--keep=2')).stderr, /--keep takes a number from 1 on, and a directory/);
  assert.match((await save(join(dir, 'there.db'), '--keep=2')).stderr, /could not make the directory/);
  assert.deepEqual(readdirSync(dir), ['there.db']);
  if (process.getuid?.() !== 0) {
    chmodSync(dir, 0o500);
    assert.match((await save(join(dir, 'x.db'))).stderr, /permission denied/);
    chmodSync(dir, 0o700);
  }
});

test('imitating etcdctl, - is the name of a file', { skip }, async (t) => {
  const server = await startEtcd(t);
  const dir = tempDir(t);
  const output = execFileSync(...program(['--endpoints', server.endpoint, 'snapshot', 'save', '-']), {
    cwd: dir,
    env: { PATH: process.env.PATH, KETCDCTL_AS: 'etcdctl@3.5' },
    encoding: 'utf8',
  });
  assert.equal(output, 'Snapshot saved at -\n');
  assert.deepEqual(readdirSync(dir), ['-']);
});
