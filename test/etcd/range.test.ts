import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type { KeyValue } from '../../src/base/wire/key-value.js';
import { type EtcdClient, openClient } from '../../src/etcd/client.js';
import { readRange } from '../../src/etcd/range.js';
import { type RangePage, readRangeResponse } from '../../src/etcd/range-page.js';
import { RangeReader } from '../../src/etcd/range-reader.js';
import { decodeMessage, encodeMessage } from '../../src/rpc/codec.js';
import { fromKeyRange, keyAfter, OPEN_END, prefixEnd, prefixRange } from '../../src/rpc/keys.js';
import { type EtcdServer, skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { startProxy } from '../support/proxy.js';

const skip = skipWithoutEtcd();
const KEYS = 3000;
let client: EtcdClient;
let server: EtcdServer;
const cleanups: (() => void | Promise<void>)[] = [];

before(async () => {
  if (skip) return;
  server = await startEtcd({ after: (fn) => cleanups.push(fn) });
  client = await openClient({ endpoints: [server.endpoint], commandTimeout: 10_000 });
  for (let first = 0; first < KEYS; first += 100) {
    const success = Array.from({ length: 100 }, (_, i) => ({
      request_put: { key: Buffer.from(name(first + i)), value: Buffer.from(`v${first + i}`.padEnd(4000)) },
    }));
    await client.kv.txn({ compare: [], success, failure: [] });
  }
});
after(async () => {
  client?.close();
  for (const cleanup of cleanups) await cleanup();
});

function name(i: number): string {
  return `/r/${String(i).padStart(5, '0')}`;
}

const all = prefixRange(Buffer.from('/r/'));

async function pagesOf(request: Parameters<typeof readRange>[1]): Promise<RangePage[]> {
  const pages: RangePage[] = [];
  for await (const page of readRange(client, request)) pages.push(page);
  return pages;
}

function keys(pages: RangePage[]): string[] {
  return pages.flatMap(({ kvs }) => kvs.map((kv) => kv.key.toString()));
}

test('the pages of a range hold every key once, in order', { skip }, async () => {
  const pages = await pagesOf(all);
  assert.ok(pages.length > 1, 'a range of this size takes several pages');
  assert.deepEqual(
    keys(pages),
    Array.from({ length: KEYS }, (_, i) => name(i)),
  );
  assert.equal(pages.at(-1)!.more, false);
  assert.equal(pages.at(-1)!.count, String(KEYS));
});

test('a limit ends the pages where it says, and more and count are those of the whole range', { skip }, async () => {
  for (const limit of [1, 99, 100, 101, 500, 2999, 3000, 3001]) {
    const pages = await pagesOf({ ...all, limit });
    assert.equal(keys(pages).length, Math.min(limit, KEYS), `limit ${limit}`);
    assert.equal(pages.at(-1)!.more, limit < KEYS, `limit ${limit}`);
    assert.equal(pages.at(-1)!.count, String(KEYS));
  }
});

test('all pages are of the revision of the first one', { skip }, async () => {
  const seen: string[] = [];
  for await (const page of readRange(client, all)) {
    if (seen.length === 0) {
      await client.kv.put({ key: Buffer.from('/r/99999'), value: Buffer.from('late') });
      await client.kv.put({ key: Buffer.from(name(2999)), value: Buffer.from('changed') });
    }
    seen.push(...page.kvs.map((kv) => kv.value.toString().trimEnd()));
  }
  assert.equal(seen.length, KEYS);
  assert.equal(seen.at(-1), 'v2999');
  await client.kv.deleteRange({ key: Buffer.from('/r/99999') });
});

test('an order other than by key is one page, in that order', { skip }, async () => {
  const sorted = keys(await pagesOf({ ...all, sort_order: 2, sort_target: 0 }));
  assert.equal(sorted.length, KEYS);
  assert.deepEqual(sorted.slice(0, 2), [name(KEYS - 1), name(KEYS - 2)]);
});

test('a compaction in the middle of the reading is told as what it is', { skip }, async () => {
  await assert.rejects(async () => {
    let first = true;
    for await (const _ of readRange(client, all)) {
      if (!first) continue;
      first = false;
      const { header } = await client.kv.put({ key: Buffer.from('other'), value: Buffer.from('x') });
      await client.kv.put({ key: Buffer.from('other'), value: Buffer.from('y') });
      // The next page may be on its way already: the one after it is not.
      await client.kv.compact({ revision: header.revision, physical: true });
    }
  }, /was compacted while it was read: the first \d+ keys are all there is/);
});

test('a range whose connection breaks is read on where it stopped, without loss or repetition', { skip }, async () => {
  const proxy = await startProxy({ after: (fn) => cleanups.push(fn) }, { port: server.port });
  const through = await openClient({ endpoints: [proxy.address, server.address], commandTimeout: 10_000 });
  const seen: string[] = [];
  let breaks = 0;
  for await (const page of readRange(through, all)) {
    seen.push(...page.kvs.map((kv) => kv.key.toString()));
    if (seen.length > 600 && breaks === 0) {
      breaks++;
      proxy.cut();
    }
  }
  through.close();
  assert.equal(breaks, 1);
  assert.equal(seen.length, KEYS);
  assert.equal(new Set(seen).size, KEYS);
});

test('prefix and from-key', () => {
  assert.deepEqual(prefixEnd(Buffer.from('a')), Buffer.from('b'));
  assert.deepEqual(prefixEnd(Buffer.from([0x61, 0xff, 0xff])), Buffer.from('b'));
  assert.deepEqual(prefixEnd(Buffer.from([0xff])), OPEN_END);
  assert.deepEqual(prefixRange(Buffer.alloc(0)), { key: OPEN_END, range_end: OPEN_END });
  assert.deepEqual(fromKeyRange(Buffer.alloc(0)).key, OPEN_END);
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), fc.uint8Array(), (prefix, rest) => {
      const end = prefixEnd(Buffer.from(prefix));
      const key = Buffer.concat([prefix, rest]);
      assert.ok(end.equals(OPEN_END) || key.compare(end) < 0);
      assert.ok(keyAfter(key).compare(key) > 0);
    }),
  );
});

test('a RangeResponse read in place is what the codec reads', () => {
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
  const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
  const kv = fc.record({
    key: bytes,
    value: bytes,
    create_revision: int64,
    mod_revision: int64,
    version: int64,
    lease: int64,
  });
  const response = fc.record({
    kvs: fc.array(kv),
    more: fc.boolean(),
    count: int64,
    header: fc.record({ revision: int64 }),
  });
  fc.assert(
    fc.property(response, (value) => {
      const message = encodeMessage('RangeResponse', value);
      const page = readRangeResponse(message);
      const expected = decodeMessage('RangeResponse', message);
      assert.deepEqual(page.kvs.map(plain), expected.kvs.map(plain));
      assert.deepEqual([page.more, page.count, page.header], [expected.more, expected.count, expected.header]);
    }),
  );
});

function plain({ key, value, create_revision, mod_revision, version, lease }: KeyValue) {
  return [key.toString('hex'), value.toString('hex'), create_revision, mod_revision, version, lease];
}

test('a RangeResponse read in pieces is the same, however it is cut', () => {
  const bytes = (size: number) => fc.uint8Array({ maxLength: size }).map((array) => Buffer.from(array));
  const kv = fc.record({
    key: bytes(300),
    value: bytes(3000),
    mod_revision: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String),
  });
  const response = fc.record({ kvs: fc.array(kv), more: fc.boolean(), count: fc.nat().map(String) });
  fc.assert(
    fc.property(response, fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1 }), (value, sizes) => {
      const message = encodeMessage('RangeResponse', { header: { revision: '9' }, ...value });
      const reader = new RangeReader();
      const kvs: KeyValue[] = [];
      for (let at = 0, piece = 0; at < message.length; piece++) {
        const size = sizes[piece % sizes.length]!;
        kvs.push(...reader.push(message.subarray(at, at + size)));
        at += size;
      }
      reader.end();
      const page = readRangeResponse(message);
      assert.deepEqual(kvs.map(plain), page.kvs.map(plain));
      assert.deepEqual({ ...reader.page, kvs: [] }, { ...page, kvs: [] });
    }),
  );
});

test('a RangeResponse that is cut short or random never reads as more than it is', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (array) => {
      try {
        const page = readRangeResponse(Buffer.from(array));
        for (const one of page.kvs) assert.ok(one.keyEnd <= array.length && one.valueEnd <= array.length);
      } catch (error) {
        assert.ok(error instanceof RangeError || error instanceof Error);
      }
    }),
  );
});
