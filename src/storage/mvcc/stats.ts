/** Where the bytes of a file go. */
import { Cursor } from '../bolt/bucket.js';
import { walkTree } from '../bolt/tree-walk.js';
import type { EtcdFile } from './etcd-file.js';
import { KeyIndex } from './key-index.js';
import { ALL_KEYS } from './revision.js';
import { RevisionScan } from './revision-scan.js';

/** Keys with a common beginning. Bytes are those of keys and values as they are stored. */
export interface PrefixStats {
  prefix: string;
  /** Keys that exist, and the bytes of their newest records. */
  keys: number;
  liveBytes: number;
  /** Superseded records and deletions: what a compaction would free. */
  deadRecords: number;
  deadBytes: number;
}

export interface FileStats {
  size: number;
  usedBytes: number;
  /** Pages that a defragmentation would give back. */
  freeBytes: number;
  live: { keys: number; bytes: number };
  dead: { records: number; bytes: number };
  /** All buckets but that of the keys. */
  otherBytes: number;
  /** The largest first. */
  prefixes: PrefixStats[];
}

/** @param depth how many parts of a key, between slashes, make its prefix */
export function fileStats(file: EtcdFile, depth: number): FileStats {
  const { meta, file: dbFile } = file.db;
  const prefixes = statsBy(file, (bytes, start, end) => prefixOf(bytes, start, end, depth));
  const usedBytes = walkTree(file.db).used * meta.pageSize;
  const sum = (of: (stats: PrefixStats) => number): number => prefixes.reduce((total, stats) => total + of(stats), 0);
  return {
    size: dbFile.size,
    usedBytes,
    freeBytes: meta.highWater * meta.pageSize - usedBytes,
    live: { keys: sum((stats) => stats.keys), bytes: sum((stats) => stats.liveBytes) },
    dead: { records: sum((stats) => stats.deadRecords), bytes: sum((stats) => stats.deadBytes) },
    otherBytes: otherBytes(file),
    prefixes,
  };
}

/**
 * Live and dead bytes of all keys, the largest sum first.
 * @param nameOf what a key, which lies in `bytes` from `start` to `end`, is counted under
 */
export function statsBy(file: EtcdFile, nameOf: (bytes: Buffer, start: number, end: number) => string): PrefixStats[] {
  const index = KeyIndex.build(file.history, ALL_KEYS, file.revision);
  const found = new Map<string, PrefixStats>();
  new RevisionScan(file.history).run(({ bytes, keyStart, keyEnd, revisionLength, length }) => {
    const stats = entry(found, nameOf(bytes, keyStart, keyEnd));
    stats.deadRecords++;
    stats.deadBytes += revisionLength + length;
  });
  // All were counted as dead; those that live are taken out of them.
  for (let i = 0; i < index.size; i++) {
    const key = index.key(i);
    const stats = entry(found, nameOf(key, 0, key.length));
    const size = index.length(i) + 17;
    stats.keys++;
    stats.liveBytes += size;
    stats.deadRecords--;
    stats.deadBytes -= size;
  }
  return [...found.values()].sort((a, b) => b.liveBytes + b.deadBytes - a.liveBytes - a.deadBytes);
}

function entry(found: Map<string, PrefixStats>, prefix: string): PrefixStats {
  let stats = found.get(prefix);
  if (!stats) {
    stats = { prefix, keys: 0, liveBytes: 0, deadRecords: 0, deadBytes: 0 };
    found.set(prefix, stats);
  }
  return stats;
}

const SLASH = 0x2f;

/**
 * `/registry/pods/` of `/registry/pods/default/web` at depth 2; a key with fewer parts is its own prefix. No prefix ends within what is
 * no text: it goes as far as the last slash before that.
 */
function prefixOf(bytes: Buffer, start: number, end: number, depth: number): string {
  const prefixEnd = endOfParts(bytes, start, end, depth);
  const textEnd = endOfText(bytes, start, prefixEnd);
  if (textEnd === prefixEnd) return bytes.toString('utf8', start, prefixEnd);
  const slash = bytes.subarray(start, textEnd).lastIndexOf(SLASH);
  return slash < 0 ? NO_TEXT : bytes.toString('utf8', start, start + slash + 1);
}

/** Stands for keys that have no text at their beginning. */
const NO_TEXT = '(no text)';

function endOfParts(bytes: Buffer, start: number, end: number, depth: number): number {
  let left = bytes[start] === SLASH ? depth + 1 : depth;
  for (let i = start; i < end; i++) if (bytes[i] === SLASH && --left === 0) return i + 1;
  return end;
}

/** Where what is no text begins: a control character, or bytes that are no UTF-8. */
function endOfText(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at]! >= 0x20 && bytes[at]! < 0x7f) at++;
  if (at === end) return end;
  // Few keys come here, if any.
  const [text] = /^[^\x00-\x1f\x7f-\x9f\ufffd]*/.exec(bytes.toString('utf8', at, end))!;
  return at + Buffer.byteLength(text);
}

function otherBytes(file: EtcdFile): number {
  let bytes = 0;
  const cursor = new Cursor(file.db.root);
  for (let more = cursor.first(); more; more = cursor.next()) {
    if (!cursor.isBucket || cursor.key.toString() === 'key') continue;
    for (const [key, value] of cursor.bucket.entries()) bytes += key.length + value.length;
  }
  return bytes;
}
