import { keyAfter, OPEN_END, prefixEnd } from '../../rpc/keys.js';

/**
 * Records of etcd's bucket `key` (etcd: mvcc/revision.go). A record's key is `main(8, big-endian) '_' sub(8)`, and `t` behind it for a
 * deletion; its value is an mvccpb.KeyValue, which for a deletion has a key only.
 */
export const REVISION_BYTES = 17;
const SEPARATOR = 0x5f;
const TOMBSTONE = 0x74;

/** Whether `bytes` is a record's key. */
export function isRevision(bytes: Uint8Array, start: number, length: number): boolean {
  if (bytes[start + 8] !== SEPARATOR) return false;
  return length === REVISION_BYTES || (length === REVISION_BYTES + 1 && bytes[start + REVISION_BYTES] === TOMBSTONE);
}

/** The main revision of a record's key. */
export function mainOf(key: Buffer): bigint {
  return key.readBigUInt64BE(0);
}

export function isTombstone(key: Uint8Array): boolean {
  return key.length === REVISION_BYTES + 1;
}

/** A record's key. */
export function formatRevision(main: bigint, sub: bigint, tombstone = false): Buffer {
  const bytes = Buffer.alloc(REVISION_BYTES + (tombstone ? 1 : 0));
  bytes.writeBigUInt64BE(main, 0);
  bytes[8] = SEPARATOR;
  bytes.writeBigUInt64BE(sub, 9);
  if (tombstone) bytes[REVISION_BYTES] = TOMBSTONE;
  return bytes;
}

/** A range of keys as requests have it: no end means one key, an end of one zero byte every key from the first on. */
export class KeyRange {
  /** First key that is not in the range; undefined when there is none. */
  readonly end: Buffer | undefined;

  constructor(
    readonly start: Buffer,
    rangeEnd: Buffer,
  ) {
    if (rangeEnd.length === 0) this.end = keyAfter(start);
    else if (rangeEnd.equals(OPEN_END)) this.end = undefined;
    else this.end = rangeEnd;
  }

  /** Whether the key in `bytes[from, to)` is in the range. */
  has(bytes: Buffer, from: number, to: number): boolean {
    if (this.start.compare(bytes, from, to) > 0) return false;
    return this.end === undefined || this.end.compare(bytes, from, to) > 0;
  }

  /** Whether every key of `other` is in this range. */
  covers(other: KeyRange): boolean {
    if (this.start.compare(other.start) > 0) return false;
    return this.end === undefined || (other.end !== undefined && this.end.compare(other.end) >= 0);
  }
}

export const ALL_KEYS = new KeyRange(Buffer.alloc(0), OPEN_END);

/** All keys that begin with a prefix. */
export function keysBelow(prefix: Buffer): KeyRange {
  return new KeyRange(prefix, prefixEnd(prefix));
}
