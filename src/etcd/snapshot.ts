/** Receives a snapshot of a member. */
import { createHash } from 'node:crypto';
import { Failure } from '../base/errors.js';
import { readAnswer } from '../rpc/error.js';
import type { EtcdClient } from './client.js';
import { SnapshotReader } from './snapshot-reader.js';

/** What is read, for errors. */
const SNAPSHOT = { method: 'snapshot', isRead: true };

/** The server ends the file with the SHA-256 of all before. */
const HASH_BYTES = 32;

export interface SnapshotOptions {
  /** Told how many bytes have come, and how many the server says are still to come. */
  progress?: ((received: number, remaining: number) => void) | undefined;
  /** Milliseconds; null: no limit. */
  timeoutMs: number | null;
}

/**
 * A member's database as it comes, in the pieces in which it comes; to be iterated once. At its end the data is checked against the hash that it
 * ends with.
 * @throws RpcError from the server; Failure when the hash is not that of the data
 */
export class IncomingSnapshot implements AsyncIterable<Buffer> {
  /** Bytes so far, at the end of the whole file, its hash included. */
  size = 0;
  /** The server's version, from 3.6 on; else empty. */
  version = '';

  constructor(
    private readonly client: EtcdClient,
    private readonly options: SnapshotOptions,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    const { progress, timeoutMs } = this.options;
    const check = new TrailingHash();
    const reader = new SnapshotReader();
    const options = { timeoutMs, inPieces: true };
    const stream = this.client.callable.serverStreamRaw('Maintenance', 'snapshot', {}, options);
    for await (const piece of stream) {
      for (const blob of readAnswer(SNAPSHOT, stream.endpoint, () => reader.push(piece))) {
        this.size += blob.length;
        check.update(blob);
        yield blob;
      }
      progress?.(this.size, reader.remaining);
    }
    this.version = reader.version;
    check.verify(this.size);
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
