import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SnapshotEndpoint } from '../../src/connection/snapshot-endpoint.js';
import { Failure } from '../../src/errors.js';
import { readRangeResponse } from '../../src/etcd/range-page.js';
import { BoltDb } from '../../src/storage/bolt-db.js';
import { verifyFile } from '../../src/storage/verify.js';
import { skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { clientOf, fill, save, tempDir } from './support.js';

async function readAll(path: string): Promise<string> {
  const endpoint = await SnapshotEndpoint.open(path);
  try {
    const { message } = await endpoint.callRaw('KV', 'range', { key: Buffer.from([0]), range_end: Buffer.from([0]) });
    const { kvs, header } = readRangeResponse(message);
    return [header.revision, ...kvs.map((kv) => `${kv.key}=${kv.value.toString('base64')}@${kv.mod_revision}`)].join(
      '\n',
    );
  } finally {
    endpoint.close();
  }
}

/** What a damaged file gives: the data, or an error that a user can read. Anything else fails the test. */
async function outcome(path: string, what: string): Promise<string> {
  try {
    return await readAll(path);
  } catch (error) {
    assert.ok(error instanceof Failure, `${what}: ${(error as Error).stack}`);
    assert.match(error.message, /expected|meta page|cut short|no such|elements|does not|twice|deeper|corrupt/i, what);
    return '';
  }
}

test('a file that is cut short is refused, wherever it is cut', { skip: skipWithoutEtcd() }, async (t) => {
  const client = clientOf(t, await startEtcd(t));
  await fill(client, 80);
  const dir = tempDir(t);
  const snapshot = await save(client, dir);
  const bytes = readFileSync(snapshot);
  const path = join(dir, 'cut.db');
  for (let length = 0; length < bytes.length; length += 512) {
    writeFileSync(path, bytes.subarray(0, length));
    const found = await outcome(path, `cut at ${length}`);
    // Behind the last page only the hash is missing, and a database has none.
    if (length < bytes.length - 32) assert.equal(found, '', `cut at ${length}`);
  }
});

test('a snapshot with a byte changed anywhere is refused', { skip: skipWithoutEtcd() }, async (t) => {
  const client = clientOf(t, await startEtcd(t));
  await fill(client, 60);
  const dir = tempDir(t);
  const bytes = readFileSync(await save(client, dir));
  const path = join(dir, 'flipped.db');
  writeFileSync(path, bytes);
  const fd = openSync(path, 'r+');
  t.after(() => closeSync(fd));
  for (let at = 0; at < bytes.length; at += 97) {
    writeSync(fd, Buffer.from([bytes[at]! ^ 0xff]), 0, 1, at);
    assert.equal(await outcome(path, `byte ${at}`), '', `byte ${at}`);
    writeSync(fd, bytes, at, 1, at);
  }
});

test('a database without a hash, with any field of any page changed, is read right or refused', {
  skip: skipWithoutEtcd(),
}, async (t) => {
  const client = clientOf(t, await startEtcd(t));
  await fill(client, 150);
  const dir = tempDir(t);
  const snapshot = await save(client, dir);
  const bytes = readFileSync(snapshot);
  const { pageSize, highWater } = new BoltDb(snapshot).meta;
  const path = join(dir, 'field.db');
  writeFileSync(path, bytes.subarray(0, highWater * pageSize));
  const expected = await readAll(path);
  const fd = openSync(path, 'r+');
  t.after(() => closeSync(fd));
  const refused = { reads: 0, verify: 0 };
  for (let page = 0; page < highWater; page++) {
    // What follows a page of several pages is values, which nothing but the hash covers.
    if (bytes.readUInt32LE(page * pageSize) !== page) continue;
    const count = page < 2 ? 4 : Math.min(bytes.readUInt16LE(page * pageSize + 10), 40);
    // The fields of the header, and of every element: 16 bytes each.
    for (let offset = 0; offset < 16 + count * 16; offset += 2) {
      const at = page * pageSize + offset;
      for (const mask of [0x01, 0x80]) {
        writeSync(fd, Buffer.from([bytes[at]! ^ mask]), 0, 1, at);
        const found = await outcome(path, `page ${page}, byte ${offset}`);
        if (found === '') refused.reads++;
        else if (found !== expected) {
          // A record's length or place that still makes sense is found by the check of the whole file at the latest.
          await assert.rejects(verifyFile(path), Failure, `page ${page}, byte ${offset}, ${mask}`);
          refused.verify++;
        }
        writeSync(fd, bytes, at, 1, at);
      }
    }
  }
  assert.ok(refused.reads > 100);
  assert.equal(await readAll(path), expected);
});

test('what is no database at all is refused', async (t) => {
  const dir = tempDir(t);
  for (const [name, content] of [
    ['empty', ''],
    ['text', 'this is not a database\n'.repeat(1000)],
    ['zeros', Buffer.alloc(100_000)],
    ['ones', Buffer.alloc(100_000, 0xff)],
  ] as const) {
    const path = join(dir, name);
    writeFileSync(path, content);
    await assert.rejects(readAll(path), { message: /invalid database: meta page 0: expected/ }, name);
  }
  await assert.rejects(readAll(join(dir, 'none')), { message: /no such file or directory/ });
  await assert.rejects(readAll(dir), { message: /is a directory without member\/snap\/db/ });
});
