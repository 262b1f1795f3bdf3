/** Revisions by time, over the history of a real cluster in a file. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { clientOver } from '../../src/etcd/client.js';
import { revisionAt, timeText } from '../../src/k8s/at-time.js';
import { Cluster } from '../../src/k8s/cluster.js';
import { SnapshotEndpoint } from '../../src/storage/server/endpoint.js';
import { testData } from '../support/root.js';

let cluster: Cluster;

before(async () => {
  const file = join(testData('kube-api'), 'cluster-1.37.db.gz');
  cluster = await Cluster.open(clientOver(await SnapshotEndpoint.open(file)));
});

test('what lies on both sides of the revision is earlier and later', async () => {
  let last = 0n;
  for (const text of ['09:02:00', '09:05:00', '09:12:00', '09:14:43', '09:20:00', '09:30:00', '12:00:00']) {
    const time = Date.parse(`2026-11-21T${text}Z`);
    const { revision, before, after } = await revisionAt(cluster, time);
    assert.ok(before && after, text);
    assert.ok(before.time <= time && time < after.time, text);
    assert.ok(before.revision <= revision, text);
    assert.equal(after.revision, revision + 1n, text);
    assert.ok(revision >= last, text);
    last = revision;
  }
});

test('after all of it the newest revision is meant, before all of it none', async () => {
  const { revision, after } = await revisionAt(cluster, Date.parse('2030-01-01T00:00:00Z'));
  assert.deepEqual([revision, after], [4858n, undefined]);
  await assert.rejects(revisionAt(cluster, Date.parse('2020-01-01T00:00:00Z')), /nothing is left of that time/);
});

test('times have milliseconds where there are any', () => {
  assert.equal(timeText(Date.parse('2026-11-21T09:20:00Z')), '2026-11-21T09:20:00Z');
  assert.equal(timeText(Date.parse('2026-11-21T09:20:00.136Z')), '2026-11-21T09:20:00.136Z');
});
