/** Goes over all records of the bucket `key` without touching the values: only what is before them is read. */
import type { Bucket } from '../bolt/bucket.js';
import { corrupt } from '../bolt/db-file.js';
import { leafPages } from '../bolt/leaf-pages.js';
import { PAGE_HEADER } from '../bolt/meta.js';
import { checkElements, checkHeader, ELEMENT, LEAF, u16, u32 } from '../bolt/page.js';
import { LARGEST, ReadAhead } from '../bolt/read-ahead.js';
import { crc32c } from '../crc32c.js';
import { isRevision, REVISION_BYTES } from './revision.js';

/** Bytes of a value that are read at first: they hold nearly every key, with the numbers behind it. */
const VALUE_HEAD = 512;

/** One record. The scan uses one object for all. */
export interface RevisionRecord {
  /** Main revision, its upper and lower 32 bits. */
  mainHigh: number;
  mainLow: number;
  sub: number;
  tombstone: boolean;
  /** The etcd key: `bytes[keyStart, keyEnd)`. */
  bytes: Buffer;
  keyStart: number;
  keyEnd: number;
  /** Bytes of the record's own key, before the value. */
  revisionLength: number;
  /** Where the mvccpb.KeyValue lies in the file, and how long it is. */
  offset: number;
  length: number;
}

/**
 * A way through all records. `run` visits them by the place of their pages in the file, which is fastest and is mostly the order of the
 * revisions, or `byRevision`.
 * @throws Failure naming the page where something is wrong, and when revisions do not ascend from page to page
 */
export class RevisionScan {
  private readonly ahead: ReadAhead;
  private readonly record: RevisionRecord;
  private visit: (record: RevisionRecord) => void = () => {};
  /** Where it is wanted, the checksum of all so far. */
  private sum: number | undefined;
  /** The main revision that the leaf being read begins and ends with. */
  private first = 0;
  private last = 0;

  /** @param bucket the bucket `key` */
  constructor(private readonly bucket: Bucket) {
    this.ahead = new ReadAhead(bucket.source.file);
    this.record = {
      mainHigh: 0,
      mainLow: 0,
      sub: 0,
      tombstone: false,
      bytes: this.ahead.bytes,
      keyStart: 0,
      keyEnd: 0,
      revisionLength: 0,
      offset: 0,
      length: 0,
    };
  }

  /** The checksum of the record that is visited, key and value, continued from `crc`. */
  crc(crc: number): number {
    const { offset, length, revisionLength } = this.record;
    return this.crcOf(offset - revisionLength, offset + length, crc);
  }

  private crcOf(start: number, end: number, crc: number): number {
    let sum = crc;
    for (let at = start; at < end; at += LARGEST) {
      const part = Math.min(LARGEST, end - at);
      const from = this.ahead.at(at, part);
      sum = crc32c(this.ahead.bytes, sum, from, from + part);
    }
    return sum;
  }

  /**
   * As `run` by revision, with the checksum of all records, keys and values, continued from `crc`: they lie in a leaf without a gap,
   * so that one sum a leaf will do.
   */
  runAndSum(visit: (record: RevisionRecord) => void, crc: number): number {
    this.sum = crc;
    this.run(visit, true);
    return this.sum;
  }

  /** Records are visited one at a time, all in one object. */
  run(visit: (record: RevisionRecord) => void, byRevision = false): void {
    this.visit = visit;
    const { root } = this.bucket;
    if (root.isLeaf) {
      this.elements(root.id, root.start, root.length, root.count);
      return;
    }
    const leaves = leafPages(this.bucket);
    if (byRevision) this.inOrder(leaves);
    else this.byPlace(leaves);
  }

  private inOrder(leaves: Float64Array): void {
    let before = 0;
    for (const id of leaves) {
      this.leaf(id);
      if (this.first < before) throw this.notAscending(id, before, this.first);
      before = this.last;
    }
  }

  private byPlace(leaves: Float64Array): void {
    const firsts = new Float64Array(leaves.length);
    const lasts = new Float64Array(leaves.length);
    for (const ordinal of placeOrder(leaves)) {
      this.leaf(leaves[ordinal]!);
      firsts[ordinal] = this.first;
      lasts[ordinal] = this.last;
    }
    for (let i = 1; i < leaves.length; i++) {
      if (firsts[i]! < lasts[i - 1]!) throw this.notAscending(leaves[i]!, lasts[i - 1]!, firsts[i]!);
    }
  }

  private notAscending(page: number, before: number, found: number): Error {
    return this.problem(page, `expected revisions from ${before} on, found ${found}`);
  }

  private leaf(id: number): void {
    const { source } = this.bucket;
    const { pageSize } = source.meta;
    const start = id * pageSize;
    const at = this.ahead.at(start, pageSize);
    const { bytes } = this.ahead;
    const length = checkHeader(source, id, bytes, at);
    if (u16(bytes, at + 8) !== LEAF) throw this.problem(id, 'expected a leaf, found a branch');
    const count = u16(bytes, at + 10);
    if (count === 0) throw this.problem(id, 'a leaf without elements');
    this.elements(id, start, length, count);
  }

  private elements(id: number, start: number, length: number, count: number): void {
    const elements = PAGE_HEADER + ELEMENT * count;
    if (elements > length) throw this.problem(id, `${count} elements do not fit in ${length} bytes`);
    const { ahead, record } = this;
    const base = ahead.at(start, elements);
    checkElements(this.bucket.source, id, ahead.bytes, base, length);
    let before = -1;
    for (let i = 0; i < count; i++) {
      // Asked for anew at each element, as a long value in between may have moved the stretch that is in memory.
      const at = ahead.at(start, elements) + PAGE_HEADER + ELEMENT * i;
      const position = PAGE_HEADER + ELEMENT * i + u32(ahead.bytes, at + 4);
      const keyLength = u32(ahead.bytes, at + 8);
      const valueLength = u32(ahead.bytes, at + 12);
      record.offset = start + position + keyLength;
      record.length = valueLength;
      record.revisionLength = keyLength;
      this.revision(id, i, start, length, start + position, keyLength);
      const main = record.mainHigh * 0x1_0000_0000 + record.mainLow;
      if (main < before) throw this.problem(id, `expected revisions in ascending order, element ${i} is not`);
      if (i === 0) this.first = main;
      before = main;
      this.visit(record);
    }
    this.last = before;
    if (this.sum !== undefined) this.sum = this.crcOf(start + elements, record.offset + record.length, this.sum);
  }

  /** Reads one record's key and the start of its value. */
  private revision(id: number, index: number, start: number, length: number, offset: number, keyLength: number): void {
    const { ahead, record } = this;
    const head = Math.min(keyLength + record.length, REVISION_BYTES + 1 + VALUE_HEAD);
    // A page that fits is read as a whole: its next elements follow behind.
    if (ahead.available(offset) < head && length <= LARGEST) ahead.at(start, length);
    const at = ahead.at(offset, head);
    const { bytes } = ahead;
    if (!isRevision(bytes, at, keyLength)) throw this.problem(id, `element ${index}: expected a revision as its key`);
    record.mainHigh = bytes.readUInt32BE(at);
    record.mainLow = bytes.readUInt32BE(at + 4);
    record.sub = bytes.readUInt32BE(at + 13);
    record.tombstone = keyLength > REVISION_BYTES;
    this.key(id, index, at + keyLength, at + head);
  }

  /** Finds the key in an mvccpb.KeyValue, where it is the first field. */
  private key(id: number, index: number, from: number, end: number): void {
    const { record } = this;
    record.bytes = this.ahead.bytes;
    const { bytes } = record;
    record.keyStart = from;
    record.keyEnd = from;
    // `restore --bump-revision` adds a record that has neither key nor value.
    if (record.length === 0) return;
    let at = from + 1;
    let size = 0;
    for (let shift = 0; at < end; shift += 7) {
      const byte = bytes[at++]!;
      size += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
      if (shift > 21) break;
    }
    if (bytes[from] !== 0x0a || from >= end || size > record.length - (at - from)) {
      throw this.problem(id, `element ${index}: expected an mvccpb.KeyValue that begins with its key`);
    }
    record.keyStart = at;
    record.keyEnd = at + size;
    if (record.keyEnd <= end) return;
    record.bytes = this.bucket.source.file.read(record.offset + (at - from), size);
    record.keyStart = 0;
    record.keyEnd = size;
  }

  private problem(page: number, text: string): Error {
    return corrupt(this.bucket.source.file.path, `page ${page} of bucket ${this.bucket.name}`, text);
  }
}

/** The positions of pages, in the order of their places in the file. */
function placeOrder(pages: Float64Array): Uint32Array {
  const order = new Uint32Array(pages.length);
  for (let i = 0; i < order.length; i++) order[i] = i;
  return order.sort((a, b) => pages[a]! - pages[b]!);
}
