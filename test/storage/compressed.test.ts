import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as zlib from 'node:zlib';
import { plainFile } from '../../src/storage/snapshot/compressed.js';
import { runCli } from '../support/cli.js';
import { repoRoot } from '../support/root.js';
import { tempDir } from './support.js';

const SAMPLE = readFileSync(join(repoRoot(), 'samples', 'cluster.db'));

/** What `snapshot status` makes of a file of these bytes. */
async function statusOf(path: string, bytes: Uint8Array): Promise<string> {
  writeFileSync(path, bytes);
  const { exit, stdout, stderr } = await runCli(['snapshot', 'status', path]);
  assert.equal(stdout === '', exit !== 0);
  return stdout + stderr;
}

test('a snapshot in gzip data of one or of many members is read', async (t) => {
  const path = join(tempDir(t), 's.db.gz');
  const plain = await statusOf(path, SAMPLE);
  assert.match(plain, /^[\da-f]+, \d+, \d+, /);
  assert.equal(await statusOf(path, zlib.gzipSync(SAMPLE)), plain);
  const members = [SAMPLE.subarray(0, 10), SAMPLE.subarray(10, 70_000), SAMPLE.subarray(70_000)];
  assert.equal(await statusOf(path, Buffer.concat(members.map((member) => zlib.gzipSync(member)))), plain);
});

test('gzip data that is cut or changed anywhere is refused, the trailer included', async (t) => {
  const path = join(tempDir(t), 's.db.gz');
  const packed = zlib.gzipSync(SAMPLE);
  for (const length of [3, 12, packed.length >> 1, packed.length - 8, packed.length - 1]) {
    assert.match(await statusOf(path, packed.subarray(0, length)), /^Error: .*expected gzip data: /, `${length}`);
  }
  const changed = Buffer.from(packed);
  changed[packed.length - 6]! ^= 1;
  assert.match(await statusOf(path, changed), /^Error: .*expected gzip data: /);
});

test('what is packed in gzip data and is no database is not unpacked', async (t) => {
  const path = join(tempDir(t), 'bomb.gz');
  const before = readdirSync(tmpdir()).filter((name) => /^ketcdctl-[^-]+$/.test(name));
  assert.match(await statusOf(path, zlib.gzipSync(Buffer.alloc(64 << 20))), /what is packed in it is no database/);
  assert.match(await statusOf(path, zlib.gzipSync('hello')), /what is packed in it is no database/);
  assert.match(await statusOf(path, zlib.gzipSync('')), /what is packed in it is no database/);
  // A database with a tail that goes on for longer than bbolt makes room for.
  const tail = Buffer.concat([SAMPLE, Buffer.alloc(80 << 20)]);
  assert.match(
    await statusOf(path, zlib.gzipSync(tail, { level: 1 })),
    /longer than the \d+ bytes that its database can/,
  );
  const left = readdirSync(tmpdir()).filter((name) => /^ketcdctl-[^-]+$/.test(name));
  assert.deepEqual(left, before);
});

test('what is packed in another way is named, with what to do', async (t) => {
  const dir = tempDir(t);
  const path = join(dir, 'packed');
  const head = (...bytes: number[]): Buffer => Buffer.concat([Buffer.from(bytes), Buffer.alloc(600)]);
  assert.match(await statusOf(path, head(0x50, 0x4b, 3, 4)), /this is a zip archive.*\nHint: unpack it with `unzip`/);
  assert.match(await statusOf(path, head(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0)), /xz data.*\nHint: unpack it with `xz -dk`/);
  assert.match(await statusOf(path, head(0x42, 0x5a, 0x68)), /bzip2 data.*\nHint: unpack it with `bzip2 -dk`/);
  assert.match(await statusOf(path, head(4, 0x22, 0x4d, 0x18)), /lz4 data.*\nHint: unpack it with `lz4 -dk`/);
  writeFileSync(join(dir, 's.db'), SAMPLE);
  execFileSync('tar', ['-C', dir, '-cf', join(dir, 's.tar'), 's.db']);
  const tar = readFileSync(join(dir, 's.tar'));
  for (const bytes of [tar, zlib.gzipSync(tar)]) {
    assert.match(await statusOf(path, bytes), /this is a tar archive.*\nHint: unpack it with `tar -xf`/);
  }
});

test('many compressed files are unpacked with one listener for their end', async (t) => {
  const path = join(tempDir(t), 'a.db.gz');
  writeFileSync(path, zlib.gzipSync(SAMPLE));
  await plainFile(path);
  const before = process.listenerCount('SIGTERM') + process.listenerCount('exit');
  for (let i = 0; i < 12; i++) await plainFile(path);
  assert.equal(process.listenerCount('SIGTERM') + process.listenerCount('exit'), before);
});
