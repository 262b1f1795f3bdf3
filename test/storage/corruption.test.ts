import assert from 'node:assert/strict';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Failure } from '../../src/base/errors.js';
import { readRangeResponse } from '../../src/etcd/range-page.js';
import { BoltDb } from '../../src/storage/bolt/db.js';
import { EtcdFile } from '../../src/storage/mvcc/etcd-file.js';
import { fileStatus, historyHash } from '../../src/storage/mvcc/hash.js';
import { fileStats } from '../../src/storage/mvcc/stats.js';
import { SnapshotEndpoint } from '../../src/storage/server/endpoint.js';
import { verifyFile } from '../../src/storage/snapshot/verify.js';
import { runCli } from '../support/cli.js';
import { skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { clientOf, fill, random, restoreOne, save, tempDir } from './support.js';

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

/** Readers of a whole file: what each makes of it, as text. */
const READERS: Record<string, (path: string) => string | Promise<string>> = {
  status: (path) =>
    JSON.stringify(fileStatus(path, {}), (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
  hashkv: (path) => {
    const file = new EtcdFile(path);
    try {
      return String(historyHash(file, 0n).hash);
    } finally {
      file.close();
    }
  },
  stats: (path) => {
    const file = new EtcdFile(path);
    try {
      return JSON.stringify(fileStats(file, 2));
    } finally {
      file.close();
    }
  },
};

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

test('status, hashkv, stats and restore end with a clear error or a result on every damaged file', {
  skip: skipWithoutEtcd(),
}, async (t) => {
  const client = clientOf(t, await startEtcd(t));
  await fill(client, 90);
  const dir = tempDir(t);
  const bytes = readFileSync(await save(client, dir));
  const path = join(dir, 'damaged.db');
  writeFileSync(path, bytes);
  const fd = openSync(path, 'r+');
  t.after(() => closeSync(fd));
  const next = random(3);
  for (let i = 0; i < 1500; i++) {
    const at = next(bytes.length);
    writeSync(fd, Buffer.from([bytes[at]! ^ (1 << next(8))]), 0, 1, at);
    for (const [name, read] of Object.entries(READERS)) await clearError(() => read(path), `${name}, byte ${at}`);
    // With the hash unchecked, as for a database: what is made of it is not sure to be right, but nothing crashes.
    if (i % 50 === 0) {
      const target = join(dir, `restored-${i}`);
      await clearError(() => restoreOne(path, target, 1000n, true), `restore, byte ${at}`);
      await assert.rejects(restoreOne(path, `${target}-checked`), /expected sha256/);
    }
    writeSync(fd, bytes, at, 1, at);
  }
  for (let length = 0; length < bytes.length; length += 512) {
    const cut = join(dir, 'cut.db');
    writeFileSync(cut, bytes.subarray(0, length));
    for (const [name, read] of Object.entries(READERS)) {
      const result = await clearError(() => read(cut), `${name} cut at ${length}`);
      if (length < bytes.length - 32) assert.equal(result, undefined, `${name} cut at ${length}`);
    }
    await assert.rejects(restoreOne(cut, join(dir, 'cut')), Failure, `restore cut at ${length}`);
  }
});

/** Undefined where it fails, which has to be with an error that a user can read. */
async function clearError<T>(run: () => T | Promise<T>, what: string): Promise<T | undefined> {
  try {
    return await run();
  } catch (error) {
    assert.ok(error instanceof Failure, `${what}: ${(error as Error).stack}`);
    return undefined;
  }
}

test('own mode refuses a snapshot whose values were changed, etcdctl does not look', {
  skip: skipWithoutEtcd(),
}, async (t) => {
  const client = clientOf(t, await startEtcd(t));
  await client.kv.put({ key: Buffer.from('k'), value: Buffer.from('a value that is here and nowhere else') });
  const dir = tempDir(t);
  const path = await save(client, dir);
  const bytes = readFileSync(path);
  for (let at = bytes.indexOf('nowhere'); at >= 0; at = bytes.indexOf('nowhere', at + 1)) bytes.write('NOwhere', at);
  writeFileSync(path, bytes);
  const commands = ['snapshot status', 'hashkv', 'snapshot ls', 'snapshot stats', 'snapshot verify'];
  for (const command of commands) {
    const { exit, stderr } = await runCli([...command.split(' '), path]);
    assert.equal(exit, 1, command);
    assert.match(
      stderr,
      /^Error: .*: expected sha256 [\da-f]{64}, got [\da-f]{64}\nHint: the file was damaged/,
      command,
    );
  }
  const compact = await runCli(['snapshot', 'compact', path, join(dir, 'small.db')]);
  assert.match(compact.stderr, /expected sha256/);
  assert.ok(!existsSync(join(dir, 'small.db')));
  assert.equal((await runCli(['snapshot', 'status', path], { as: 'etcdutl@3.6' })).exit, 0);
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
