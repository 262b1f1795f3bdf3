import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { FileInUse, openLocked, withLock } from '../../src/base/files/lock.js';
import { makeFile, writeFileWhole, writeWhole } from '../../src/base/files/part-file.js';
import { withoutFirst, writeAll, writeAllPieces } from '../../src/base/files/write.js';
import { tempDir } from '../storage/support.js';

const noFlock = existsSync('/usr/bin/flock') || existsSync('/bin/flock') ? false : 'there is no flock program';

/** Another process that holds the lock of a file, until its standard input ends. */
async function holder(path: string, kind: '-x' | '-s'): Promise<{ release(): Promise<unknown> }> {
  const child = spawn('flock', [kind, path, 'sh', '-c', 'echo held; cat'], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const ended = once(child, 'exit');
  return {
    release: () => {
      child.stdin.end();
      return ended;
    },
  };
}

/** Whether another process gets the lock now. */
function isFree(path: string, kind: '-x' | '-s'): boolean {
  return spawnSync('flock', [`${kind}n`, path, 'true']).status === 0;
}

test('a lock keeps others out for as long as it is held', { skip: noFlock }, async (t) => {
  const path = join(tempDir(t), 'db');
  writeFileSync(path, '');
  await withLock(path, 'exclusive', {}, () => {
    assert.equal(isFree(path, '-x'), false);
    assert.equal(isFree(path, '-s'), false);
  });
  await withLock(path, 'shared', {}, () => {
    assert.equal(isFree(path, '-x'), false);
    assert.equal(isFree(path, '-s'), true);
  });
  assert.equal(isFree(path, '-x'), true);
});

test("somebody else's lock is respected, and waited for", { skip: noFlock }, async (t) => {
  const path = join(tempDir(t), 'db');
  writeFileSync(path, '');
  const reader = await holder(path, '-s');
  await withLock(path, 'shared', {}, () => {});
  await assert.rejects(openLocked(path, 'exclusive', { hint: 'stop it' }), (error: FileInUse) => {
    assert.ok(error instanceof FileInUse);
    assert.match(error.message, /db is in use by process \d+$/);
    assert.equal(error.hint, 'stop it');
    return true;
  });
  let told = 0;
  const tell = (): void => {
    told++;
    void reader.release();
  };
  const waiting = openLocked(path, 'exclusive', { waitMs: null, onWait: tell });
  closeSync(await waiting);
  assert.equal(told, 1);
});

test('who waited for the lock of a file that was replaced gets that of the new one', { skip: noFlock }, async (t) => {
  const dir = tempDir(t);
  const path = join(dir, 'db');
  writeFileSync(path, 'old');
  const other = await holder(path, '-x');
  const waiting = openLocked(path, 'exclusive', { waitMs: null });
  writeFileSync(join(dir, 'new'), 'new');
  renameSync(join(dir, 'new'), path);
  await other.release();
  const fd = await waiting;
  assert.equal(readFileSync(fd, 'utf8'), 'new');
  closeSync(fd);
});

test('a short write is gone on with, and one that takes nothing is an error', async (t) => {
  const path = join(tempDir(t), 'file');
  const fd = openSync(path, 'w+');
  writeAll(fd, Buffer.from('def'), 3);
  await writeAllPieces(fd, [Buffer.from('a'), Buffer.alloc(0), Buffer.from('bc')], 0);
  assert.equal(readFileSync(path, 'utf8'), 'abcdef');
  closeSync(fd);
  const full = openSync('/dev/full', 'w');
  assert.throws(() => writeAll(full, Buffer.from('x'), 0), /ENOSPC/);
  await assert.rejects(writeAllPieces(full, [Buffer.from('x')], 0), /ENOSPC/);
  closeSync(full);
});

test('pieces without their first bytes are the text without them', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 5 })), fc.nat(), (pieces, number) => {
      const whole = Buffer.concat(pieces);
      const bytes = whole.length === 0 ? 0 : number % (whole.length + 1);
      const rest = withoutFirst(pieces, bytes);
      assert.deepEqual(Buffer.concat(rest), whole.subarray(bytes));
      assert.ok(rest.length === 0 || rest[0]!.length > 0);
    }),
  );
});

test('a file appears whole or not at all, and beside nobody else', async (t) => {
  const dir = tempDir(t);
  const path = join(dir, 'file');
  async function* failing(): AsyncGenerator<Buffer> {
    yield Buffer.from('half');
    throw new Error('gone');
  }
  writeFileSync(path, 'before');
  await assert.rejects(writeWhole(path, failing()), /gone/);
  assert.equal(readFileSync(path, 'utf8'), 'before');
  // Two at once have files of their own until each is done.
  await makeFile(path, async ({ fd }) => {
    writeFileWhole(path, 'second');
    writeAll(fd, Buffer.from('first'), 0);
    assert.equal(readFileSync(path, 'utf8'), 'second');
    assert.equal(readdirSync(dir).length, 2);
  });
  assert.equal(readFileSync(path, 'utf8'), 'first');
  assert.deepEqual(readdirSync(dir), ['file']);
});

test('a device is not replaced by a file, and a link by what was made, not what it leads to', async (t) => {
  assert.throws(() => writeFileWhole('/dev/null', 'x'), /\/dev\/null is no regular file/);
  await assert.rejects(
    makeFile('/dev/null', async () => {}),
    /\/dev\/null is no regular file/,
  );
  const dir = tempDir(t);
  writeFileSync(join(dir, 'target'), 'target');
  symlinkSync('target', join(dir, 'link'));
  writeFileWhole(join(dir, 'link'), 'new');
  assert.equal(readFileSync(join(dir, 'target'), 'utf8'), 'target');
  assert.throws(() => writeFileWhole(join(dir, 'none', 'x'), ''), /could not open .*none\/x\.part/);
});
