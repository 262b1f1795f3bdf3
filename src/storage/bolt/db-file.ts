/**
 * Random access to a database file without a lock and without a map of it in memory: positioned reads, through a small cache of blocks.
 */

import { closeSync, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ExitCode, Failure } from '../../base/errors.js';
import { systemText } from '../../base/go/errno.js';

/** Cached blocks: 128 of 16 KiB, so 2 MiB however large the file is. */
const BLOCK = 16 * 1024;
const BLOCKS = 128;

/** A file that is not what it should be. */
export class CorruptFile extends Failure {
  /** @param etcdText etcdctl's words for a file without a valid meta page */
  constructor(message: string, etcdText?: string) {
    super(message, {
      errorCode: 'damaged-file',
      hint: 'the file is damaged or is no etcd database: take another snapshot, or another member',
      etcdText,
    });
  }
}

/** An error that says where, what was expected and what was found. */
export function corrupt(path: string, where: string, problem: string, etcdText?: string): CorruptFile {
  return new CorruptFile(`${path}: ${where}: ${problem}`, etcdText);
}

/** The database of a data directory. */
export function dbOf(dataDir: string): string {
  return join(dataDir, 'member', 'snap', 'db');
}

/**
 * The database that a path means: the file itself, or `member/snap/db` of the data directory that it names.
 * @throws Failure when there is no such file.
 */
export function resolveDbPath(path: string): string {
  if (!existsSync(path)) throw new Failure(`open ${path}: no such file or directory`, { exitCode: ExitCode.Error });
  if (!statSync(path).isDirectory()) return path;
  const inside = [dbOf(path), join(path, 'snap', 'db'), join(path, 'db')].find((candidate) => existsSync(candidate));
  if (inside) return inside;
  throw new Failure(`${path}: is a directory without member/snap/db`, {
    hint: 'name a snapshot file, or a data directory of etcd.',
  });
}

/** An open file. All offsets and lengths are bytes. */
export class DbFile {
  private readonly fd: number;
  private readonly blocks = new Map<number, Buffer>();
  /** At the time of opening; a live database may grow. */
  readonly size: number;
  /** The file's name in errors. */
  readonly path: string;

  /**
   * @param location the path that is opened
   * @param name what errors call it
   */
  constructor(
    readonly location: string,
    name = location,
  ) {
    const path = location;
    try {
      this.fd = openSync(path, 'r');
    } catch (error) {
      throw new Failure(`open ${path}: ${systemText(error)}`, { cause: error });
    }
    const stat = fstatSync(this.fd);
    if (stat.isDirectory()) {
      closeSync(this.fd);
      throw new CorruptFile(`open ${path}: is a directory`, 'invalid database');
    }
    this.size = stat.size;
    this.path = name;
  }

  /** Reads into `target` from its start; gives how many bytes there were, which is less only at the end of the file. */
  readInto(target: Uint8Array, offset: number, length: number): number {
    let done = 0;
    while (done < length) {
      const got = readSync(this.fd, target, done, length - done, offset + done);
      if (got === 0) break;
      done += got;
    }
    return done;
  }

  /** `length` bytes that stay valid: shared with the cache for small reads, so nobody may write to them. */
  read(offset: number, length: number): Buffer {
    const start = offset - (offset % BLOCK);
    if (offset + length <= start + BLOCK) {
      const block = this.block(start);
      if (offset - start + length <= block.length) return block.subarray(offset - start, offset - start + length);
      throw this.cutShort(offset, length, start + block.length);
    }
    const bytes = Buffer.allocUnsafe(length);
    const got = this.readInto(bytes, offset, length);
    if (got < length) throw this.cutShort(offset, length, offset + got);
    return bytes;
  }

  private block(start: number): Buffer {
    let block = this.blocks.get(start);
    if (block) {
      this.blocks.delete(start);
    } else {
      block = Buffer.allocUnsafeSlow(BLOCK);
      block = block.subarray(0, this.readInto(block, start, BLOCK));
      if (this.blocks.size >= BLOCKS) this.blocks.delete(this.blocks.keys().next().value!);
    }
    this.blocks.set(start, block);
    return block;
  }

  private cutShort(offset: number, length: number, end: number): Failure {
    return corrupt(this.path, 'cut short', `expected ${length} bytes at ${offset}, but the file ends at ${end}`);
  }

  /** Drops what was cached: another process may have written since. */
  forget(): void {
    this.blocks.clear();
  }

  close(): void {
    closeSync(this.fd);
  }
}
