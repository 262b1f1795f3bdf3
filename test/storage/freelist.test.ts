import assert from 'node:assert/strict';
import { closeSync, copyFileSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeAll } from '../../src/base/files/write.js';
import { Cursor } from '../../src/storage/bolt/bucket.js';
import { copyDatabase } from '../../src/storage/bolt/create.js';
import { BoltDb } from '../../src/storage/bolt/db.js';
import { writeMetas } from '../../src/storage/bolt/edit.js';
import { checkFreelist } from '../../src/storage/bolt/freelist.js';
import { walkTree } from '../../src/storage/bolt/tree-walk.js';
import { setPageId } from '../../src/storage/bolt/write.js';
import { runCli } from '../support/cli.js';
import type { Cleanup } from '../support/etcd.js';
import { repoRoot } from '../support/root.js';
import { tempDir } from './support.js';

const SAMPLE = join(repoRoot(), 'samples', 'cluster.db');

/** A database whose last page is a list of these free pages; `listed` gives what stands there in place of the right ones. */
async function withFreelist(t: Cleanup, listed: (free: number[]) => Buffer, free = 3): Promise<string> {
  const path = join(tempDir(t), 'db');
  const sample = new BoltDb(SAMPLE);
  await copyDatabase(sample.root, path, {});
  sample.close();
  const db = new BoltDb(path);
  const { meta } = db;
  const fd = openSync(path, 'r+');
  const first = meta.highWater;
  const page = listed(Array.from({ length: free }, (_, i) => first + i));
  setPageId(page, first + free);
  writeAll(fd, page, (first + free) * meta.pageSize);
  writeMetas(fd, { ...meta, freelist: first + free, highWater: first + free + 1 });
  closeSync(fd);
  db.close();
  return path;
}

/** A page of a list. */
function list(ids: number[], { flags = 0x10, count = ids.length } = {}): Buffer {
  const page = Buffer.alloc(4096);
  page.writeUInt16LE(flags, 8);
  page.writeUInt16LE(count, 10);
  for (const [i, id] of ids.entries()) page.writeBigUInt64LE(BigInt(id), 16 + 8 * i);
  return page;
}

async function problemsOf(path: string): Promise<string[]> {
  const db = new BoltDb(path);
  try {
    return checkFreelist(db, walkTree(db).pages).problems;
  } finally {
    db.close();
  }
}

test('a list of free pages that fits to the tree is right, with its number as its first element too', async (t) => {
  const path = await withFreelist(t, (free) => list(free));
  assert.deepEqual(await problemsOf(path), []);
  assert.equal((await runCli(['snapshot', 'verify', path])).exit, 0);
  const many = await withFreelist(t, (free) => list([free.length, ...free], { count: 0xffff }));
  assert.deepEqual(await problemsOf(many), []);
});

test('a list that does not fit is told of as bbolt tells it', async (t) => {
  let page = 0;
  const used = await withFreelist(t, (free) => list([4, ...free]));
  const twice = await withFreelist(t, (free) => {
    page = free[0]!;
    return list([...free, page]);
  });
  const missing = await withFreelist(t, (free) => list(free.slice(1)));
  for (const [path, problem] of [
    [used, 'page 4: reachable freed'],
    [twice, `page ${page}: already freed`],
    [missing, `page ${page}: unreachable unfreed`],
  ] as const) {
    assert.deepEqual(await problemsOf(path), [problem]);
    const { exit, stderr } = await runCli(['snapshot', 'status', path], { as: 'etcdutl@3.7' });
    assert.equal(stderr, `Error: snapshot file integrity check failed. 1 errors found.\n${problem}\n`);
    assert.equal(exit, 1);
    const verified = await runCli(['snapshot', 'verify', path]);
    assert.equal(verified.exit, 1);
    assert.equal(verified.stdout, '');
    assert.ok(verified.stderr.includes(problem), verified.stderr);
  }
});

test('a list that is none is an error', async (t) => {
  const leaf = await withFreelist(t, (free) => list(free, { flags: 2 }));
  assert.match((await runCli(['snapshot', 'verify', leaf])).stderr, /the freelist: expected flags 0x10, found 0x2/);
  const long = await withFreelist(t, (free) => list(free, { count: 60_000 }));
  assert.match((await runCli(['snapshot', 'status', long])).stderr, /60000 elements do not fit in 4096 bytes/);
  const beyond = await withFreelist(t, (free) => list([...free, 1_000_000]));
  assert.match((await runCli(['snapshot', 'verify', beyond])).stderr, /page 1000000: freed, but behind the last page/);
  assert.equal((await runCli(['snapshot', 'status', beyond])).exit, 0);
});

test('a bucket inside of itself is named, whatever looks at it', async (t) => {
  const dir = tempDir(t);
  const path = join(dir, 'db');
  copyFileSync(SAMPLE, path);
  const db = new BoltDb(path);
  // The first bucket of the root leads to the root.
  const cursor = new Cursor(db.root);
  assert.ok(cursor.first() && cursor.isBucket);
  const { page, index } = cursor.place;
  const header = Buffer.alloc(8);
  header.writeBigUInt64LE(BigInt(db.meta.root));
  const fd = openSync(path, 'r+');
  writeAll(fd, header, page.valuePlace(index).offset);
  closeSync(fd);
  db.close();
  for (const argv of [
    ['snapshot', 'verify', path],
    ['snapshot', 'stats', path],
    ['snapshot', 'compact', path, join(dir, 'small')],
  ]) {
    const { exit, stderr } = await runCli(argv);
    assert.equal(exit, 1, argv.join(' '));
    assert.match(stderr, /stands twice in the tree|nested deeper than|sha256/, argv.join(' '));
  }
});
