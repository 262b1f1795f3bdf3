import assert from 'node:assert/strict';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { Cursor as WireCursor } from '../../src/base/wire/cursor.js';
import { bytesField, bytesIn, numberField, numberIn, readFields } from '../../src/base/wire/fields.js';
import { KeyValue } from '../../src/base/wire/key-value.js';
import { putVarint, varint, varintEnd, varintIn } from '../../src/base/wire/varint.js';
import { encodeMessage } from '../../src/rpc/codec.js';
import { copyDatabase, NewFile } from '../../src/storage/bolt/create.js';
import { BoltDb } from '../../src/storage/bolt/db.js';
import { formatMeta, metasIn } from '../../src/storage/bolt/meta.js';
import { Page, type PageSource } from '../../src/storage/bolt/page.js';
import { bucketHeader, buildLeaf, TreeWriter } from '../../src/storage/bolt/write.js';
import { formatRevision, isRevision, isTombstone, mainOf } from '../../src/storage/mvcc/revision.js';
import { newCluster } from '../../src/storage/raft/membership.js';
import { snapBytes, walBytes } from '../../src/storage/raft/raft-files.js';
import { newestSnapshot } from '../../src/storage/raft/snap-file.js';
import { RecordType, readWal, WalRecords, walFileName, writeWalFile } from '../../src/storage/raft/wal.js';
import { walOwner } from '../../src/storage/raft/wal-read.js';
import { checkHash } from '../../src/storage/snapshot/hash-check.js';
import { HashMismatch } from '../../src/storage/snapshot/hash-mismatch.js';
import { repoRoot } from '../support/root.js';
import { tempDir } from './support.js';

const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));

test('varints and fields', () => {
  fc.assert(
    fc.property(u64, fc.nat(), bytes(300), (wide, number, content) => {
      const encoded = varint(wide);
      assert.equal(BigInt.asUintN(64, BigInt(new WireCursor(encoded).varint())), wide);
      assert.equal(varintEnd(encoded, 0), encoded.length);
      const target = Buffer.alloc(10);
      const end = putVarint(target, 0, number);
      assert.equal(varintEnd(target, 0), end);
      assert.equal(varintIn(target, 0, end), number);
      const fields = readFields(Buffer.concat([numberField(3, wide), bytesField(1000, content)]));
      assert.equal(numberIn(fields, 3), wide);
      assert.deepEqual(bytesIn(fields, 1000), content);
    }),
  );
});

test('a key-value, with numbers of 64 bits', () => {
  const i64 = fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
  fc.assert(
    fc.property(bytes(40), bytes(400), i64, i64, i64, i64, (key, value, create, mod, version, lease) => {
      const kv = { create_revision: `${create}`, mod_revision: `${mod}`, version: `${version}`, lease: `${lease}` };
      const read = new KeyValue(encodeMessage('KeyValue', { key, value, ...kv }));
      const { create_revision, mod_revision, version: changes, lease: leased } = read;
      assert.deepEqual({ create_revision, mod_revision, version: changes, lease: leased }, kv);
      assert.deepEqual(read.key, key);
      assert.deepEqual(read.value, value);
      assert.equal(read.hasOthers, false);
    }),
  );
});

test("a record's key", () => {
  fc.assert(
    fc.property(u64, u64, fc.boolean(), (main, sub, tombstone) => {
      const key = formatRevision(main, sub, tombstone);
      assert.ok(isRevision(key, 0, key.length));
      assert.equal(mainOf(key), main);
      assert.equal(isTombstone(key), tombstone);
    }),
  );
});

test('a meta page', () => {
  const number = fc.integer({ min: 2, max: 2 ** 39 });
  fc.assert(
    fc.property(
      fc.integer({ min: 10, max: 24 }),
      number,
      fc.option(number, { nil: undefined }),
      u64,
      (bits, root, freelist, txid) => {
        const meta = { pageSize: 2 ** bits, root, freelist, highWater: root + 1, txid };
        const page = Buffer.concat([Buffer.alloc(16), formatMeta(meta)]);
        assert.deepEqual(metasIn(page), [meta]);
        page[16 + (root % 64)]! ^= 1;
        assert.deepEqual(metasIn(page), []);
      },
    ),
  );
});

const item = fc.record({ key: bytes(60), value: bytes(3000), bucket: fc.boolean() }, { noNullPrototype: true });

test('a leaf page', () => {
  const source = { file: { path: 'page' }, meta: {} } as PageSource;
  fc.assert(
    fc.property(fc.array(item, { maxLength: 30 }), (items) => {
      const page = Page.inline(source, 2, buildLeaf(items, 4096), 0);
      const read = Array.from({ length: page.count }, (_, i) => ({
        key: page.key(i),
        value: page.value(i),
        bucket: page.isBucket(i),
      }));
      assert.deepEqual(read, items);
    }),
  );
});

test('a tree of any size', (t) => {
  const path = join(tempDir(t), 'db');
  fc.assert(
    fc.property(fc.uniqueArray(bytes(200), { maxLength: 300, selector: String }), bytes(2000), (keys, value) => {
      keys.sort(Buffer.compare);
      const fd = openSync(path, 'w+');
      const file = new NewFile(fd, 1024);
      const tree = new TreeWriter(file);
      for (const key of keys) tree.add({ key, value });
      const top = new TreeWriter(file);
      top.add({ key: Buffer.from('b'), value: bucketHeader(tree.finish(), 7n), bucket: true });
      file.finish(top.finish(), 5n);
      closeSync(fd);
      const db = new BoltDb(path);
      const bucket = db.bucket('b');
      assert.deepEqual(
        [...bucket.entries()],
        keys.map((key) => [key, value]),
      );
      assert.equal(bucket.sequence, 7n);
      db.close();
    }),
    { numRuns: 30 },
  );
});

test('a log of any entries', (t) => {
  const dir = tempDir(t);
  fc.assert(
    fc.property(fc.array(bytes(100), { maxLength: 20 }), u64, (datas, term) => {
      const records = new WalRecords();
      records.add(RecordType.Crc);
      records.add(RecordType.Metadata, Buffer.concat([numberField(1, 11), numberField(2, 12)]));
      const entries = datas.map((data, i) => ({ type: 0, term, index: BigInt(i + 1), data }));
      for (const { type, index, data } of entries) {
        const fields = [numberField(1, type), numberField(2, term), numberField(3, index), bytesField(4, data)];
        records.add(RecordType.Entry, Buffer.concat(fields));
      }
      records.add(RecordType.State, Buffer.concat([numberField(1, term), numberField(2, 3), numberField(3, 9)]));
      writeFileSync(join(dir, walFileName(0n, 0n)), records.bytes());
      const wal = readWal(dir, 0n);
      assert.deepEqual(wal.entries, entries);
      assert.deepEqual(wal.state, { term, vote: 3n, commit: 9n });
      assert.deepEqual(walOwner(dir), { memberId: 11n, clusterId: 12n });
    }),
    { numRuns: 50 },
  );
});

test('the log and the snap file of a new member', async (t) => {
  const dir = tempDir(t);
  const cluster = await newCluster({
    name: 'a',
    initialCluster: 'a=http://10.0.0.1:2380,b=http://10.0.0.2:2380',
    initialClusterToken: 'token',
    initialAdvertisePeerUrls: ['http://10.0.0.1:2380'],
  });
  mkdirSync(join(dir, 'wal'));
  writeWalFile(join(dir, 'wal', walFileName(0n, 0n)), walBytes(cluster));
  writeFileSync(join(dir, 'x.snap'), snapBytes(cluster));
  assert.deepEqual(walOwner(join(dir, 'wal')), { memberId: cluster.local.id, clusterId: cluster.id });
  const { store, ...snapshot } = newestSnapshot(dir, assert.fail)!;
  assert.deepEqual(snapshot, { name: 'x.snap', index: 2n, term: 1n });
  assert.ok(JSON.parse(store.toString()).Root);
  assert.equal(readWal(join(dir, 'wal'), 0n).entries.length, 2);
});

test('the hash at the end of a snapshot', async (t) => {
  const path = join(tempDir(t), 'snapshot.db');
  const db = new BoltDb(join(repoRoot(), 'samples', 'cluster.db'));
  await copyDatabase(db.root, path, {}, { hash: true });
  db.close();
  assert.equal(await checkHash(path), 'ok');
  const whole = readFileSync(path);
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const changed = Buffer.from(whole);
      changed[at]! ^= change;
      writeFileSync(path, changed);
      await assert.rejects(checkHash(path), HashMismatch);
    }),
    { numRuns: 30 },
  );
});
