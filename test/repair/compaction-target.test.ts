import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openClient } from '../../src/etcd/client.js';
import { Cluster } from '../../src/k8s/cluster.js';
import { readAllObjects } from '../../src/k8s/objects.js';
import { stringField } from '../../src/k8s-decode/value.js';
import { revisionBefore, revisionToKeep } from '../../src/repair/compaction-target.js';
import { runLine } from '../cli/support.js';
import { clientOf, fill } from '../storage/support.js';
import { skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { repoRoot } from '../support/root.js';
import { flagsFor } from '../support/running.js';

test('a number of revisions is kept', () => {
  assert.equal(revisionToKeep(1000n, 100n), 900n);
  assert.equal(revisionToKeep(100n, 100n), undefined);
  assert.equal(revisionToKeep(5n, 1000n), undefined);
});

test('an age: all younger objects stay, whatever the cutoff', async (t) => {
  const client = await openClient({ endpoints: [`file:${join(repoRoot(), 'samples', 'cluster.db')}`] });
  t.after(() => client.close());
  const objects: { time: number; revision: bigint }[] = [];
  for await (const { object, kv } of readAllObjects(await Cluster.open(client))) {
    const time = Date.parse((object && stringField(object, 'metadata', 'creationTimestamp')) ?? '');
    if (!Number.isNaN(time)) objects.push({ time, revision: BigInt(kv.create_revision) });
  }
  const times = [...new Set(objects.map(({ time }) => time))].sort((a, b) => a - b);
  assert.ok(times.length > 1);
  for (const time of [times[0]!, times[Math.floor(times.length / 2)]!, times.at(-1)! + 1]) {
    const found = await revisionBefore(client, new Date(time));
    for (const object of objects.filter((each) => each.time >= time)) {
      assert.ok(found === undefined || object.revision > found, `${found}`);
    }
    const last = Math.max(...objects.map(({ revision }) => Number(revision)));
    if (time > times.at(-1)!) assert.equal(Number(found), last);
  }
});

test('compaction by rule, and none where nothing is that old', { skip: skipWithoutEtcd() }, async (t) => {
  const server = await startEtcd(t);
  await fill(clientOf(t, server), 100);
  const line = (...words: string[]) => runLine('ketcdctl', [...flagsFor(server), 'compaction', ...words]);
  const { header } = await clientOf(t, server).maintenance.status();
  const at = BigInt(header.revision) - 20n;
  assert.deepEqual(await line('--keep', '20'), { exit: 0, stdout: `compacted revision ${at}\n`, stderr: '' });
  for (const keep of ['30', '100000']) {
    const again = await line('--keep', keep);
    assert.deepEqual(again, { exit: 0, stdout: '', stderr: 'There is no older history: nothing was compacted\n' });
  }
  assert.match((await line('--older-than', '1h')).stderr, /no stored object tells a time/);
  assert.equal((await line('--keep', '1', '--older-than', '1h')).exit, 128);
  assert.equal((await line('7', '--keep', '1')).exit, 128);
});
