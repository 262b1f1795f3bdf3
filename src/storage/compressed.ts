/** Snapshots that were saved with `--compress`: they are unpacked into a temporary file, as a database is read here and there. */
import { closeSync, createReadStream, createWriteStream, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { Failure } from '../errors.js';

/** What a compressed file begins with. */
const MAGIC: readonly [name: 'gzip' | 'zstd', bytes: readonly number[]][] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
];

/**
 * A path that can be read as a database: the same one, or for a compressed file that of its content, which is removed when the
 * process ends.
 * @throws Failure when the content is damaged, or zstd is not there
 */
export async function plainFile(path: string): Promise<string> {
  const kind = compressionOf(path);
  if (!kind) return path;
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-'));
  process.once('exit', () => rmSync(dir, { recursive: true, force: true }));
  const plain = join(dir, basename(path).replace(/\.(?:gz|zst)$/, ''));
  try {
    await pipeline(createReadStream(path), decompressor(kind), createWriteStream(plain, { mode: 0o600 }));
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    if (error instanceof Failure) throw error;
    throw new Failure(`${path}: expected ${kind} data: ${(error as Error).message}`, { cause: error });
  }
  return plain;
}

function compressionOf(path: string): 'gzip' | 'zstd' | undefined {
  const head = Buffer.alloc(4);
  try {
    const fd = openSync(path, 'r');
    readSync(fd, head, 0, 4, 0);
    closeSync(fd);
  } catch {
    // Whatever is wrong with the file is told by whoever reads it as a database.
    return undefined;
  }
  return MAGIC.find(([, bytes]) => bytes.every((byte, i) => head[i] === byte))?.[0];
}

function decompressor(kind: 'gzip' | 'zstd'): Transform {
  if (kind === 'gzip') return zlib.createGunzip();
  const { createZstdDecompress } = zlib as { createZstdDecompress?: () => Transform };
  if (createZstdDecompress) return createZstdDecompress();
  throw new Failure('this Node has no zstd', { hint: 'unpack the file with `zstd -d`, or run Node 22.15 or newer' });
}
