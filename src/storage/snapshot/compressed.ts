/** Compressed snapshots: written by `snapshot save --compress`, and unpacked into a temporary file to be read here and there. */
import { closeSync, createReadStream, createWriteStream, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { ExitCode, Failure } from '../../base/errors.js';
import { onEndingSignal } from '../../base/files/clean-up.js';
import { systemText } from '../../base/go/errno.js';

export type Compression = 'gzip' | 'zstd';

/** How the names of compressed files end. */
export const ENDINGS: Readonly<Record<Compression, string>> = { gzip: '.gz', zstd: '.zst' };

/** What a compressed file begins with. */
const MAGIC: readonly [name: Compression, bytes: readonly number[]][] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
];

/** A member holds on to old pages while it sends a snapshot, so this is about speed: more effort makes the file a tenth smaller at best. */
const GZIP_LEVEL = 3;

/** Not in the types of Node 20, and not in every Node. */
const { createZstdCompress, createZstdDecompress } = zlib as {
  createZstdCompress?: () => Transform;
  createZstdDecompress?: () => Transform;
};

/**
 * The compression of a name.
 * @throws Failure when there is no such one, or this Node does not have it
 */
export function compressionNamed(name: string): Compression {
  if (name !== 'gzip' && name !== 'zstd') {
    throw new Failure(`no such compression: ${JSON.stringify(name)}`, {
      exitCode: ExitCode.BadFeature,
      hint: 'gzip and zstd are known',
    });
  }
  if (name === 'zstd' && !createZstdCompress) throw noZstd('use gzip');
  return name;
}

function noZstd(instead: string): Failure {
  return new Failure(`Node ${process.versions.node} has no zstd`, {
    exitCode: ExitCode.BadFeature,
    hint: `${instead}, or run Node 22.15, 23.8 or newer`,
  });
}

/** The same bytes, compressed. A failure of `source` is thrown to whoever reads. */
export function compressed(source: AsyncIterable<Uint8Array>, kind: Compression): AsyncIterable<Buffer> {
  const packer = kind === 'gzip' ? zlib.createGzip({ level: GZIP_LEVEL }) : createZstdCompress!();
  pipeline(Readable.from(source), packer).catch(() => {});
  return packer;
}

/**
 * A path that can be read as a database: the same one, or for a compressed file that of its content, which is removed when the
 * process ends.
 * @throws Failure when the content is damaged, or zstd is not there
 */
export async function plainFile(path: string): Promise<string> {
  const kind = compressionOf(path);
  if (!kind) return path;
  const unpacker = decompressor(kind);
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-'));
  const remove = (): void => rmSync(dir, { recursive: true, force: true });
  process.once('exit', remove);
  onEndingSignal(remove);
  const plain = join(dir, basename(path).replace(/\.(?:gz|zst)$/, ''));
  try {
    await pipeline(createReadStream(path), unpacker, createWriteStream(plain, { mode: 0o600 }));
  } catch (error) {
    remove();
    if ('syscall' in (error as object)) {
      throw new Failure(`could not unpack ${path} to ${dir} (${systemText(error)})`, {
        exitCode: ExitCode.IO,
        hint: 'TMPDIR names another place for it',
        cause: error,
      });
    }
    throw new Failure(`${path}: expected ${kind} data: ${(error as Error).message}`, { cause: error });
  }
  return plain;
}

function compressionOf(path: string): Compression | undefined {
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

function decompressor(kind: Compression): Transform {
  if (kind === 'gzip') return zlib.createGunzip();
  if (createZstdDecompress) return createZstdDecompress();
  throw noZstd('unpack the file with `zstd -d`');
}
