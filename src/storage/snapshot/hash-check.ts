/** Checks the SHA-256 that `snapshot save` puts at the end of a file. */
import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { DbFile } from '../bolt/db-file.js';
import { HashMismatch } from './hash-mismatch.js';

const CHUNK = 1 << 20;

/** Bytes of the hash. */
export const TRAILER = 32;

/** From this size on a thread of its own is worth its start: it works while the file is read. */
const THREAD_FROM = 32 << 20;

/** Whether a file ends with a hash: pages are a multiple of 512 bytes. */
export function hasTrailer(size: number): boolean {
  return size % 512 === TRAILER;
}

/**
 * Checks a snapshot file; a file without a hash passes.
 * @param name what errors call it
 * @throws HashMismatch
 */
export async function checkHash(path: string, name = path): Promise<'ok' | 'none'> {
  const file = new DbFile(path, name);
  try {
    if (!hasTrailer(file.size)) return 'none';
    const length = file.size - TRAILER;
    const found =
      length < THREAD_FROM ? hashOf(file, length) : await hashInThread(path, length).catch(() => hashOf(file, length));
    const expected = file.read(length, TRAILER);
    if (!expected.equals(found)) throw new HashMismatch(name, expected, found);
    return 'ok';
  } finally {
    file.close();
  }
}

function hashOf(file: DbFile, length: number): Buffer {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafeSlow(CHUNK);
  for (let at = 0; at < length; at += CHUNK) {
    hash.update(chunk.subarray(0, file.readInto(chunk, at, Math.min(CHUNK, length - at))));
  }
  return hash.digest();
}

/** What the thread runs: the same as {@link hashOf}, in a form that needs no file of its own in the bundle. */
const THREAD = `
const { workerData: { path, length, step }, parentPort } = require('node:worker_threads');
const { openSync, readSync } = require('node:fs');
const hash = require('node:crypto').createHash('sha256');
const fd = openSync(path);
const chunk = Buffer.allocUnsafeSlow(step);
for (let at = 0, got = 1; at < length && got > 0; at += got) {
  got = readSync(fd, chunk, 0, Math.min(step, length - at), at);
  hash.update(chunk.subarray(0, got));
}
parentPort.postMessage(hash.digest());
`;

/** The thread begins at once, whatever the caller does next without waiting. */
function hashInThread(path: string, length: number): Promise<Buffer> {
  const resourceLimits = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 };
  const worker = new Worker(THREAD, { eval: true, resourceLimits, workerData: { path, length, step: CHUNK / 4 } });
  return new Promise((resolve, reject) => {
    worker.once('message', (digest: Uint8Array) => resolve(Buffer.from(digest)));
    worker.once('error', reject);
  });
}
