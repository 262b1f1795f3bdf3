/** Compressed snapshots: written by `snapshot save --compress`, and unpacked into a temporary file to be read here and there. */
import { closeSync, createReadStream, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as zlib from 'node:zlib';
import { ExitCode, Failure } from '../../base/errors.js';
import { onEndingSignal } from '../../base/files/clean-up.js';
import { writeWhole } from '../../base/files/part-file.js';
import { metasIn } from '../bolt/meta.js';

export type Compression = 'gzip' | 'zstd';

/** How the names of compressed files end. */
export const ENDINGS: Readonly<Record<Compression, string>> = { gzip: '.gz', zstd: '.zst' };

/** What is known by its beginning, but not unpacked. */
type Packed = 'zip' | 'xz' | 'bzip2' | 'lz4' | 'tar';

/** What a compressed file begins with. */
const MAGIC: readonly [name: Compression | Packed, bytes: readonly number[]][] = [
  ['gzip', [0x1f, 0x8b]],
  ['zstd', [0x28, 0xb5, 0x2f, 0xfd]],
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]],
  ['bzip2', [0x42, 0x5a, 0x68]],
  ['lz4', [0x04, 0x22, 0x4d, 0x18]],
];

/** What a tar archive has, and where. */
const TAR = Buffer.from('ustar');
const TAR_AT = 257;

const NAMES: Readonly<Record<Packed, string>> = {
  zip: 'a zip archive',
  xz: 'xz data',
  bzip2: 'bzip2 data',
  lz4: 'lz4 data',
  tar: 'a tar archive',
};

const UNPACK: Readonly<Record<Packed, string>> = {
  zip: '`unzip`, and name the snapshot in it',
  xz: '`xz -dk`',
  bzip2: '`bzip2 -dk`',
  lz4: '`lz4 -dk`',
  tar: '`tar -xf`, and name the snapshot in it',
};

/** A member holds on to old pages while it sends a snapshot, so this is about speed: more effort makes the file a tenth smaller at best. */
const GZIP_LEVEL = 3;

/** A decompressor that counts the input bytes it has used: behind them the next member of the file begins. */
type Unpacker = Transform & { bytesWritten: number };

/** Not in the types of Node 20, and not in every Node. */
const { createZstdCompress, createZstdDecompress } = zlib as {
  createZstdCompress?: () => Transform;
  createZstdDecompress?: () => Unpacker;
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

/** How much longer than its pages a database may be: bbolt makes room in steps of 16 MiB. */
const ROOM = 64 << 20;

/** Enough to hold both meta pages, and to tell a tar archive. */
const HEAD_BYTES = 68 << 10;

/**
 * Lets a database through, and nothing else: its first bytes are looked at before more is unpacked, and it ends where its own meta page
 * says, so that a small file cannot fill a disk.
 */
async function* onlyDatabase(content: AsyncIterable<Buffer>, path: string): AsyncGenerator<Buffer> {
  let head: Buffer | undefined = Buffer.alloc(0);
  let size = 0;
  let most = 0;
  for await (const chunk of content) {
    size += chunk.length;
    if (head) {
      head = Buffer.concat([head, chunk]);
      if (head.length < HEAD_BYTES) continue;
      most = longest(head, path);
      yield head;
      head = undefined;
      continue;
    }
    if (size > most)
      throw new Failure(`${path}: unpacked it is longer than the ${most} bytes that its database can have`);
    yield chunk;
  }
  if (!head) return;
  longest(head, path);
  yield head;
}

/** How many bytes a database with these first ones can have. */
function longest(head: Buffer, path: string): number {
  if (isTar(head)) throw packedFailure(path, 'tar');
  const ends = metasIn(head).map(({ pageSize, highWater }) => pageSize * highWater);
  if (ends.length > 0) return Math.max(...ends) + ROOM;
  throw new Failure(`${path}: what is packed in it is no database`, {
    hint: 'name a snapshot file, or a data directory of etcd',
  });
}

/**
 * A path that can be read as a database: the same one, or for a compressed file that of its content, which is removed when the
 * process ends.
 * @throws Failure when the content is damaged or no database, or there is no way here to unpack it
 */
export async function plainFile(path: string): Promise<string> {
  const kind = kindOf(path);
  if (!kind) return path;
  if (kind !== 'gzip' && kind !== 'zstd') throw packedFailure(path, kind);
  const unpacker = decompressor(kind);
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-'));
  const remove = (): void => rmSync(dir, { recursive: true, force: true });
  removeAtEnd(dir);
  const plain = join(dir, basename(path).replace(/\.(?:gz|zst)$/, ''));
  const source = createReadStream(path);
  try {
    source.on('error', (error) => unpacker.destroy(error));
    await writeWhole(plain, onlyDatabase(source.pipe(unpacker), path));
    // zlib goes on with what follows the first member; of zstd data, nothing does.
    if (unpacker.bytesWritten < source.bytesRead) throw new RangeError('there is more behind its first frame');
  } catch (error) {
    remove();
    if (error instanceof Failure) throw tellTmpdir(error);
    throw new Failure(`${path}: expected ${kind} data: ${(error as Error).message}`, { cause: error });
  } finally {
    source.destroy();
  }
  return plain;
}

/** The folders of what was unpacked in this run: one pair of listeners takes them all away, however many files were named. */
const unpacked: string[] = [];

function removeAtEnd(dir: string): void {
  unpacked.push(dir);
  if (unpacked.length > 1) return;
  const remove = (): void => {
    for (const each of unpacked) rmSync(each, { recursive: true, force: true });
  };
  process.once('exit', remove);
  onEndingSignal(remove);
}

function tellTmpdir(error: Failure): Failure {
  const full = (error.cause as NodeJS.ErrnoException | undefined)?.syscall !== undefined;
  if (!full) return error;
  const options = { exitCode: ExitCode.IO, hint: 'TMPDIR names another place for it', cause: error };
  return new Failure(`could not unpack the snapshot: ${error.message}`, options);
}

function kindOf(path: string): Compression | Packed | undefined {
  const head = Buffer.alloc(TAR_AT + TAR.length);
  try {
    const fd = openSync(path, 'r');
    readSync(fd, head, 0, head.length, 0);
    closeSync(fd);
  } catch {
    // Whatever is wrong with the file is told by whoever reads it as a database.
    return undefined;
  }
  return (
    MAGIC.find(([, bytes]) => bytes.every((byte, i) => head[i] === byte))?.[0] ?? (isTar(head) ? 'tar' : undefined)
  );
}

function isTar(head: Buffer): boolean {
  return head.subarray(TAR_AT, TAR_AT + TAR.length).equals(TAR);
}

function packedFailure(path: string, kind: Packed): Failure {
  return new Failure(`${path}: this is ${NAMES[kind]}, which is not read here`, {
    hint: `unpack it with ${UNPACK[kind]}`,
  });
}

function decompressor(kind: Compression): Unpacker {
  if (kind === 'gzip') return zlib.createGunzip();
  if (createZstdDecompress) return createZstdDecompress();
  throw noZstd('unpack the file with `zstd -d`');
}
