import assert from 'node:assert/strict';
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readRangeResponse } from '../../src/etcd/range-page.js';
import { NewFile } from '../../src/storage/bolt/create.js';
import { BoltDb } from '../../src/storage/bolt/db.js';
import { writeMetas } from '../../src/storage/bolt/edit.js';
import { buildBucket, type PageSink, setPageId, TreeWriter } from '../../src/storage/bolt/write.js';
import { fileStatus } from '../../src/storage/mvcc/hash.js';
import { SnapshotEndpoint } from '../../src/storage/server/endpoint.js';
import { verifyFile } from '../../src/storage/snapshot/verify.js';
import { etcdctlBinary, skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { clientOf, etcdctl, fill, fromDataDir, restoreOne, save, tempDir } from './support.js';

const ALL = { key: Buffer.from([0]), range_end: Buffer.from([0]) };

/** All buckets of a database, written to another one. Gives the root page. */
function copyBuckets(from: BoltDb, sink: PageSink): number {
  const top = new TreeWriter(sink);
  for (const name of from.root.bucketNames()) {
    const items = Array.from(from.bucket(name).entries(), ([key, value]) => ({ key, value }));
    top.add({ key: Buffer.from(name), value: buildBucket(sink, items, 0n), bucket: true });
  }
  return top.finish();
}

async function keyValues(path: string): Promise<string[]> {
  const endpoint = await SnapshotEndpoint.open(path);
  try {
    const { message } = await endpoint.callRaw('KV', 'range', ALL);
    return readRangeResponse(message).kvs.map((kv) => `${kv.key}=${kv.value.toString('base64')}@${kv.mod_revision}`);
  } finally {
    endpoint.close();
  }
}

/** What etcdctl says of a file is what we say; without etcdctl nothing is compared. */
function compareStatus(path: string): void {
  const binary = etcdctlBinary();
  if (!binary) return;
  const theirs = JSON.parse(etcdctl(binary, 'snapshot', 'status', path, '-w', 'json'));
  const { hash, revision, keys, size } = fileStatus(path, { liveKeys: false });
  assert.deepEqual({ hash, revision: Number(revision), totalKey: keys, totalSize: size }, theirs);
}

test('pages of 1 to 64 KiB: etcdctl and etcd read what we write, and we do', { skip: skipWithoutEtcd() }, async (t) => {
  const client = clientOf(t, await startEtcd(t));
  await fill(client, 200);
  const dir = tempDir(t);
  const original = await save(client, dir);
  const expected = await keyValues(original);
  const db = new BoltDb(original);
  t.after(() => db.close());
  for (const pageSize of [1024, 4096, 8192, 16384, 32768, 65536]) {
    const path = join(dir, `${pageSize}.db`);
    const fd = openSync(path, 'w+');
    const file = new NewFile(fd, pageSize);
    file.finish(copyBuckets(db, file), 7n);
    closeSync(fd);
    assert.equal(new BoltDb(path).meta.pageSize, pageSize);
    assert.deepEqual(await keyValues(path), expected, `${pageSize}`);
    assert.equal((await verifyFile(path)).pageSize, pageSize);
    compareStatus(path);
  }
  const large = join(dir, '65536.db');
  await restoreOne(large, join(dir, 'data'), 0n, true);
  const restored = clientOf(t, await startEtcd(t, { extraArgs: fromDataDir(join(dir, 'data')) }));
  const { kvs } = await restored.kv.range(ALL);
  assert.deepEqual(
    kvs.map((kv) => `${kv.key}=${kv.value.toString('base64')}@${kv.mod_revision}`),
    expected,
  );
});

/** Puts pages behind the first 4 GiB of a file, which has a hole up to there. */
class FarSink implements PageSink {
  readonly pageSize = 4096;
  next = 1_200_000;
  constructor(private readonly fd: number) {}

  append(page: Buffer): number {
    const id = this.next;
    setPageId(page, id);
    writeSync(this.fd, page, 0, page.length, id * this.pageSize);
    this.next += page.length / this.pageSize;
    return id;
  }
}

test('pages beyond 4 GiB are read', { skip: skipWithoutEtcd() }, async (t) => {
  const client = clientOf(t, await startEtcd(t));
  await fill(client, 300);
  const dir = tempDir(t);
  const original = await save(client, dir);
  const db = new BoltDb(original);
  t.after(() => db.close());
  const path = join(dir, 'far.db');
  const fd = openSync(path, 'w+');
  const sink = new FarSink(fd);
  const root = copyBuckets(db, sink);
  writeMetas(fd, { pageSize: sink.pageSize, root, freelist: undefined, highWater: sink.next, txid: 9n });
  closeSync(fd);
  const { size, blocks } = statSync(path);
  assert.ok(size > 2 ** 32);
  if (blocks * 512 > 2 ** 30) {
    t.skip('this file system has no sparse files');
    return;
  }
  assert.deepEqual(await keyValues(path), await keyValues(original));
  assert.equal((await verifyFile(path)).size, size);
  compareStatus(path);
});
