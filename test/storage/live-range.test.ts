import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EtcdClient } from '../../src/etcd/client.js';
import { clientOver } from '../../src/etcd/client.js';
import { readRangeResponse } from '../../src/etcd/range-page.js';
import { SnapshotEndpoint } from '../../src/storage/server/endpoint.js';
import { skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { clientOf, fill, random, save, tempDir } from './support.js';

type Request = Record<string, unknown>;

/** What a range answers, or the error that it gives. */
async function answer({ callable }: EtcdClient, request: Request): Promise<unknown> {
  try {
    const { message } = await callable.callRaw('KV', 'range', request);
    const { kvs, more, count, header } = readRangeResponse(message);
    const facts = kvs.map((kv) => [
      kv.key.toString(),
      kv.value.toString('base64'),
      [kv.create_revision, kv.mod_revision, kv.version, kv.lease].join(),
    ]);
    const { sort_target = 0, sort_order = 0 } = request;
    if (sort_target) facts.sort((a, b) => compareTied(sort_target as number, sort_order as number, a, b));
    return { kvs: facts, more, count, revision: header.revision };
  } catch (error) {
    const { details, code } = error as { details?: string; code?: number };
    return { details, code };
  }
}

/** Keeps the order that was asked for, and puts what ties in it into the order of the keys. */
function compareTied(target: number, order: number, a: string[], b: string[]): number {
  const field = [0, 2, 0, 1][target]!;
  const difference = Number(a[2]!.split(',')[field]) - Number(b[2]!.split(',')[field]);
  if (target < 4 && difference !== 0) return order === 2 ? -difference : difference;
  return target === 4 ? 0 : a[0]! < b[0]! ? -1 : 1;
}

/** Requests of every kind, over the revisions up to `newest` and one beyond. */
function requests(newest: number): Request[] {
  const next = random(7);
  const ranges = [
    ['\0', '\0'],
    ['/key/', '/key0'],
    ['/key/0010', '/key/0030'],
    ['/key/0005', ''],
    ['/key/0005a', ''],
    ['/key/0030', '/key/0010'],
    ['/none', '\0'],
    ['', '\0'],
  ];
  const made: Request[] = [];
  for (let i = 0; i < 400; i++) {
    const [key, end] = ranges[next(ranges.length)]!;
    const request: Request = { key: Buffer.from(key!), range_end: Buffer.from(end!), revision: next(newest + 3) - 1 };
    if (next(2)) request.limit = next(20);
    if (next(3) === 0) request.sort_order = next(3);
    if (next(3) === 0) {
      request.sort_target = next(4);
      // What ties has no certain order in etcd, so it would not be certain either which of them the limit lets through.
      request.limit = 0;
    }
    if (next(4) === 0) request.keys_only = true;
    if (next(8) === 0) request.count_only = true;
    for (const name of ['min_mod_revision', 'max_mod_revision', 'min_create_revision', 'max_create_revision']) {
      if (next(6) === 0) request[name] = next(newest);
    }
    made.push(request);
  }
  return made;
}

test('a file answers every range as the server that it was taken of', { skip: skipWithoutEtcd() }, async (t) => {
  const client = clientOf(t, await startEtcd(t));
  const dir = tempDir(t);
  await fill(client, 600);
  const { header } = await client.kv.range({ key: Buffer.from('x') });
  const newest = Number(header.revision);
  for (const compacted of [0, Math.floor(newest / 2), newest]) {
    if (compacted > 0) await client.kv.compact({ revision: compacted, physical: true });
    const file = clientOver(await SnapshotEndpoint.open(await save(client, dir, `at-${compacted}.db`)));
    for (const request of requests(newest)) {
      const text = JSON.stringify(request, (_, value) =>
        value?.type === 'Buffer' ? String(Buffer.from(value)) : value,
      );
      assert.deepEqual(
        await answer(file, request),
        await answer(client, request),
        `compacted at ${compacted}: ${text}`,
      );
    }
  }
});

test('values sort by their bytes, longer than what is held in memory too', { skip: skipWithoutEtcd() }, async (t) => {
  const client = clientOf(t, await startEtcd(t));
  for (const [i, end] of ['c', 'a', 'b', ''].entries()) {
    await client.kv.put({ key: Buffer.from(`k${i}`), value: Buffer.from(`${'x'.repeat(300)}${end}`) });
  }
  await client.kv.put({ key: Buffer.from('k9'), value: Buffer.from('w') });
  const file = clientOver(await SnapshotEndpoint.open(await save(client, tempDir(t))));
  for (const sort_order of [0, 1, 2]) {
    const request = { key: Buffer.from('k'), range_end: Buffer.from('l'), sort_order, sort_target: 4 };
    assert.deepEqual(await answer(file, request), await answer(client, request));
  }
});

test('the database of a running member is read as it was last committed', { skip: skipWithoutEtcd() }, async (t) => {
  const server = await startEtcd(t);
  const client = clientOf(t, server);
  await fill(client, 100);
  // A snapshot makes the server commit.
  await save(client, tempDir(t));
  const file = clientOver(await SnapshotEndpoint.open(server.dataDir));
  const all = { key: Buffer.from([0]), range_end: Buffer.from([0]) };
  assert.deepEqual(await answer(file, all), await answer(client, all));
  const { header } = await file.maintenance.status();
  const live = await client.maintenance.status();
  assert.equal(header.member_id, live.header.member_id);
  assert.equal(header.cluster_id, live.header.cluster_id);
});
