import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findEtcd } from '../../src/node/etcd-program.js';
import { runLine } from '../cli/support.js';
import { clientOf, fill, save, tempDir } from '../storage/support.js';
import { etcdBinary, etcdVersion, skipWithoutEtcd, startCluster, startEtcd } from '../support/etcd.js';
import { repoRoot } from '../support/root.js';
import { flagsFor } from '../support/running.js';

const skip = skipWithoutEtcd();
const SAMPLE = join(repoRoot(), 'samples', 'cluster.db');
const trials = () => readdirSync(tmpdir()).filter((name) => name.startsWith('ketcdctl-trial-'));

test('a trial restore starts etcd and finds the same, also after a compaction of everything', { skip }, async (t) => {
  const before = trials();
  const server = await startEtcd(t);
  const client = clientOf(t, server);
  await fill(client, 100);
  const { header } = await client.kv.deleteRange({ key: Buffer.from([0]), range_end: Buffer.from([0]) });
  await client.kv.compact({ revision: header.revision, physical: true });
  const empty = await save(client, tempDir(t));
  for (const path of [SAMPLE, empty]) {
    const { exit, stdout, stderr } = await runLine('ketcdctl', [
      ...['snapshot', 'verify', '--trial', '--etcd', etcdBinary()!, path],
    ]);
    assert.equal(exit, 0, stderr);
    assert.match(stdout, new RegExp(`^trial {6}ok: etcd ${etcdVersion()} started from it; the hash is the same`, 'm'));
  }
  assert.deepEqual(trials(), before);
});

test('a trial names what differs, and metrics tell of a broken file', async (t) => {
  const dir = tempDir(t);
  const broken = join(dir, 'broken.db');
  copyFileSync(SAMPLE, broken);
  writeFileSync(broken, Buffer.alloc(100), { flag: 'r+' });
  const out = join(dir, 'backup.prom');
  const { exit } = await runLine('ketcdctl', ['snapshot', 'verify', '-w', 'prometheus', '--output', out, broken]);
  assert.equal(exit, 1);
  const { stdout } = await runLine('ketcdctl', ['snapshot', 'verify', '-w', 'prometheus', SAMPLE]);
  assert.match(stdout, /^ketcdctl_snapshot_ok\{file="[^"]*cluster\.db"\} 1$/m);
  assert.match(stdout, /^ketcdctl_snapshot_keys\{file="[^"]*"\} 71$/m);
});

test('an etcd that others may change is not started', (t) => {
  const dir = tempDir(t);
  const program = join(dir, 'etcd');
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
  assert.equal(findEtcd(`relative:${dir}`), program);
  chmodSync(dir, 0o777);
  assert.notEqual(findEtcd(dir), program);
  chmodSync(dir, 0o755);
  chmodSync(program, 0o757);
  assert.notEqual(findEtcd(dir), program);
});

test('of several members the healthy one with most is saved; etcdctl refuses', { skip }, async (t) => {
  const { members } = await startCluster(t, 3);
  const dir = tempDir(t);
  await clientOf(t, members[0]!).kv.put({ key: Buffer.from('a'), value: Buffer.from('b') });
  await members[1]!.stop();
  const flags = flagsFor(...members);
  const { exit, stderr } = await runLine('ketcdctl', [...flags, 'snapshot', 'save', join(dir, 'a.db')]);
  assert.equal(exit, 0, stderr);
  assert.match(stderr, new RegExp(`Passed over ${members[1]!.endpoint}: .*connection refused`));
  assert.match(stderr, /Taken from \S+, which is at revision 2\n/);
  const quiet = ['snapshot', 'save', '-q', '--keep', '1', '--keep-daily', '7', dir];
  assert.deepEqual(await runLine('ketcdctl', [...flagsFor(members[0]!, members[2]!), ...quiet]), {
    exit: 0,
    stdout: '',
    stderr: '',
  });
  const dropIn = await runLine('etcdctl', [...flags, 'snapshot', 'save', join(dir, 'b.db')]);
  assert.equal(dropIn.exit, 5);
  assert.match(dropIn.stderr, /snapshot must be requested to one selected node/);
});
