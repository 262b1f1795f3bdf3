/** Takes a snapshot of a member into a file. */
import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Failure } from '../errors.js';
import { decodeMessage } from '../proto/codec.js';
import type { EtcdClient } from './client.js';

/** The server ends the file with the SHA-256 of all before. */
const HASH_BYTES = 32;
/** The server sends pieces of 32 KiB; the disk is given larger ones. */
const WRITE_BYTES = 1 << 20;

export interface SnapshotOptions {
  /** Told how many bytes are written, and how many the server says are still to come. */
  progress?: ((written: number, remaining: number) => void) | undefined;
  /** Milliseconds; null: no limit. */
  timeoutMs: number | null;
}

export interface SavedSnapshot {
  /** Bytes of the file, its hash included. */
  size: number;
  /** The server's version, from 3.6 on; else empty. */
  version: string;
}

/**
 * Streams a member's database into `path`, checks it against the hash that it ends with, and has it on disk when it appears: what is
 * not whole stays `path.part`, which is removed on failure.
 * @throws RpcError from the server; Failure when the file cannot be written, or the hash is not that of the data.
 */
export async function saveSnapshot(client: EtcdClient, path: string, options: SnapshotOptions): Promise<SavedSnapshot> {
  const part = `${path}.part`;
  const file = await openPart(part);
  try {
    const saved = await receive(client, file, part, options);
    await file.sync();
    await file.close();
    await rename(part, path);
    await syncFolder(dirname(path));
    return saved;
  } catch (error) {
    await file.close().catch(() => {});
    await rm(part, { force: true });
    throw error;
  }
}

async function openPart(part: string): Promise<FileHandle> {
  try {
    return await open(part, 'w', 0o600);
  } catch (error) {
    throw new Failure(`could not open ${part} (open ${part}: ${systemText(error)})`, { cause: error });
  }
}

async function receive(
  client: EtcdClient,
  file: FileHandle,
  part: string,
  { progress, timeoutMs }: SnapshotOptions,
): Promise<SavedSnapshot> {
  const check = new TrailingHash();
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let size = 0;
  let version = '';
  const flush = async () => {
    await writeAll(file, part, waiting);
    waiting = [];
    waitingBytes = 0;
  };
  for await (const message of client.callable.serverStreamRaw('Maintenance', 'snapshot', {}, { timeoutMs })) {
    const piece = decodeMessage<{ blob: Buffer; remaining_bytes: string; version: string }>(
      'SnapshotResponse',
      message,
    );
    version ||= piece.version;
    check.update(piece.blob);
    waiting.push(piece.blob);
    waitingBytes += piece.blob.length;
    size += piece.blob.length;
    if (waitingBytes >= WRITE_BYTES) await flush();
    progress?.(size, Number(piece.remaining_bytes));
  }
  await flush();
  check.verify(size);
  return { size, version };
}

async function writeAll(file: FileHandle, part: string, buffers: Buffer[]): Promise<void> {
  if (buffers.length === 0) return;
  const expected = buffers.reduce((sum, { length }) => sum + length, 0);
  try {
    const { bytesWritten } = await file.writev(buffers);
    if (bytesWritten < expected) await file.writev([Buffer.concat(buffers).subarray(bytesWritten)]);
  } catch (error) {
    throw new Failure(`could not write ${part} (${systemText(error)})`, { cause: error });
  }
}

/** Hashes a stream except for its last 32 bytes, which are known as such only at its end. */
class TrailingHash {
  private readonly hash = createHash('sha256');
  private tail = Buffer.alloc(0);

  update(bytes: Buffer): void {
    if (bytes.length < HASH_BYTES) {
      const joined = Buffer.concat([this.tail, bytes]);
      this.hash.update(joined.subarray(0, Math.max(0, joined.length - HASH_BYTES)));
      this.tail = joined.subarray(-HASH_BYTES);
      return;
    }
    this.hash.update(this.tail);
    this.hash.update(bytes.subarray(0, bytes.length - HASH_BYTES));
    this.tail = Buffer.from(bytes.subarray(bytes.length - HASH_BYTES));
  }

  /** @throws Failure unless the last 32 bytes are the hash of those before. */
  verify(size: number): void {
    if (size < HASH_BYTES || size % 512 !== HASH_BYTES) {
      throw new Failure(`the snapshot is not whole: ${size} bytes are no database followed by its SHA-256`);
    }
    const actual = this.hash.digest();
    if (!actual.equals(this.tail)) {
      throw new Failure(
        `the snapshot is damaged: its data has the SHA-256 ${actual.toString('hex')}, the server announced ${this.tail.toString('hex')}`,
        { hint: 'take it again, or from another member' },
      );
    }
  }
}

/** So that the rename itself survives a power cut; not every system lets a folder be opened. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined);
  await folder?.sync().catch(() => {});
  await folder?.close();
}

const SYSTEM_TEXTS: Record<string, string> = {
  ENOENT: 'no such file or directory',
  EACCES: 'permission denied',
  EISDIR: 'is a directory',
  ENOTDIR: 'not a directory',
  ENOSPC: 'no space left on device',
  EROFS: 'read-only file system',
  EDQUOT: 'disk quota exceeded',
};

function systemText(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return SYSTEM_TEXTS[code] ?? message;
}
