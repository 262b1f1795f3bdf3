/** Checks the SHA-256 that `snapshot save` puts at the end of a file. */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { DbFile } from '../bolt/db-file.js';
import { HashMismatch } from './hash-mismatch.js';
import { hashOf } from './hash-of.js';

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

/** The SHA-256 of a file's first bytes; the thread begins at once, whatever the caller does next without waiting. */
function hashInThread(path: string, length: number): Promise<Buffer> {
  const resourceLimits = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 };
  const worker = new Worker(join(__dirname, 'hash-thread.js'), { resourceLimits, workerData: { path, length } });
  return new Promise((resolve, reject) => {
    worker.once('message', (digest: Uint8Array) => resolve(Buffer.from(digest)));
    worker.once('error', reject);
  });
}
