import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { Failure } from '../../base/errors.js';
import { writeAllPieces } from '../../base/files/write.js';
import { DbFile } from '../bolt/db-file.js';
import { hasTrailer, TRAILER } from './hash-check.js';
import { HashMismatch } from './hash-mismatch.js';

const COPY_BYTES = 1 << 20;

/**
 * Copies a snapshot without the hash at its end, which is checked on the way: while one piece is hashed, the one before is written.
 * @param skipHashCheck takes a file without a hash too, or with a wrong one
 * @throws Failure when the hash is missing or wrong, or the copy cannot be written
 */
export async function copySnapshot(snapshot: string, path: string, skipHashCheck: boolean): Promise<void> {
  const source = new DbFile(snapshot);
  const target = openSync(path, 'wx', 0o600);
  try {
    const hasHash = hasTrailer(source.size);
    if (!hasHash && !skipHashCheck) {
      throw new Failure('snapshot missing hash but --skip-hash-check=false', {
        hint: 'a file copied from a data directory has no hash, which --skip-hash-check allows; a snapshot without one is cut short',
      });
    }
    const length = hasHash ? source.size - TRAILER : source.size;
    const hash = skipHashCheck ? undefined : createHash('sha256');
    await copyBytes(source, target, length, hash);
    if (!hash) return;
    const found = hash.digest();
    const expected = source.read(length, TRAILER);
    if (!expected.equals(found)) throw new HashMismatch(snapshot, expected, found);
  } finally {
    closeSync(target);
    source.close();
  }
}

async function copyBytes(source: DbFile, target: number, length: number, hash: Hash | undefined): Promise<void> {
  let chunk = Buffer.allocUnsafeSlow(COPY_BYTES);
  let other = Buffer.allocUnsafeSlow(COPY_BYTES);
  let writing: Promise<void> = Promise.resolve();
  for (let at = 0; at < length; at += COPY_BYTES) {
    const part = chunk.subarray(0, source.readInto(chunk, at, Math.min(COPY_BYTES, length - at)));
    hash?.update(part);
    await writing;
    writing = writeAllPieces(target, [part], at);
    // Whoever awaits it next is told; until then it is not to count as unhandled.
    writing.catch(() => {});
    [chunk, other] = [other, chunk];
  }
  await writing;
}
