import { createHash } from 'node:crypto';
import type { DbFile } from '../bolt/db-file.js';

const CHUNK = 256 << 10;

/** The SHA-256 of a file's first bytes. */
export function hashOf(file: DbFile, length: number): Buffer {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafeSlow(CHUNK);
  for (let at = 0; at < length; at += CHUNK) {
    hash.update(chunk.subarray(0, file.readInto(chunk, at, Math.min(CHUNK, length - at))));
  }
  return hash.digest();
}
