/**
 * Pages of a bbolt tree (bbolt: internal/common/page.go), little-endian.
 *
 *     0 u64 page id   8 u16 flags   10 u16 elements   12 u32 overflow: how many pages more belong to this one
 *     16 the elements of 16 bytes each:
 *        leaf    0 u32 flags (1: the value is a bucket)   4 u32 position   8 u32 key length   12 u32 value length
 *        branch  0 u32 position   4 u32 key length   8 u64 page
 *
 * A position counts from the start of its element; the value follows the key.
 */

import { corrupt, type DbFile } from './db-file.js';
import { type Meta, PAGE_HEADER } from './meta.js';

export const BRANCH = 0x01;
export const LEAF = 0x02;
export const ELEMENT = 16;
/** Flag of a leaf element whose value is a bucket. */
export const BUCKET_ELEMENT = 1;

/** What the pages of one file version have in common. */
export interface PageSource {
  readonly file: DbFile;
  readonly meta: Meta;
}

/** A u32 without the checks of Buffer's methods: for offsets that were checked before. */
export function u32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

export function u16(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8);
}

/** A branch or leaf page. Only its first bytes need be in memory: the rest is read when it is asked for. */
export class Page {
  readonly count: number;
  readonly isLeaf: boolean;

  /**
   * @param head the page's first bytes, at least its header and elements
   * @param start where the page begins in the file
   * @param length all bytes of the page, overflow included
   */
  private constructor(
    private readonly source: PageSource,
    readonly id: number,
    private readonly head: Buffer,
    readonly start: number,
    readonly length: number,
  ) {
    this.isLeaf = (head.readUInt16LE(8) & LEAF) !== 0;
    this.count = head.readUInt16LE(10);
  }

  /** @throws Failure when it is no page of the tree. */
  static read(source: PageSource, id: number): Page {
    const { file, meta } = source;
    checkPageId(source, id, 'a bucket');
    const start = id * meta.pageSize;
    let head = file.read(start, meta.pageSize);
    const length = checkHeader(source, id, head);
    const elements = PAGE_HEADER + ELEMENT * head.readUInt16LE(10);
    if (elements > length) {
      throw corrupt(file.path, `page ${id}`, `${head.readUInt16LE(10)} elements do not fit in ${length} bytes`);
    }
    if (elements > head.length) head = file.read(start, elements);
    checkElements(source, id, head, 0, length);
    return new Page(source, id, head, start, length);
  }

  /**
   * The page of a bucket so small that it lies within its value in the parent's leaf.
   * @param id the parent's, for errors
   * @param start where `bytes` begin in the file
   */
  static inline(source: PageSource, id: number, bytes: Buffer, start: number): Page {
    const problem = (text: string) => corrupt(source.file.path, `page ${id}, inline bucket`, text);
    if (bytes.length < PAGE_HEADER) throw problem(`expected a page, found ${bytes.length} bytes`);
    const flags = u16(bytes, 8);
    if (flags !== LEAF) throw problem(`expected a leaf (flags 0x2), found flags 0x${flags.toString(16)}`);
    const count = u16(bytes, 10);
    if (PAGE_HEADER + ELEMENT * count > bytes.length) {
      throw problem(`${count} elements do not fit in ${bytes.length} bytes`);
    }
    checkElements(source, id, bytes, 0, bytes.length);
    return new Page(source, id, bytes, start, bytes.length);
  }

  key(index: number): Buffer {
    const at = PAGE_HEADER + ELEMENT * index;
    if (this.isLeaf) return this.bytes(at + u32(this.head, at + 4), u32(this.head, at + 8));
    return this.bytes(at + u32(this.head, at), u32(this.head, at + 4));
  }

  /** Of a leaf. */
  value(index: number): Buffer {
    const at = PAGE_HEADER + ELEMENT * index;
    return this.bytes(this.valueAt(index), u32(this.head, at + 12));
  }

  /** Where a leaf's value lies in the file: offset and length. */
  valuePlace(index: number): { offset: number; length: number } {
    const length = u32(this.head, PAGE_HEADER + ELEMENT * index + 12);
    return { offset: this.start + this.valueAt(index), length };
  }

  private valueAt(index: number): number {
    const at = PAGE_HEADER + ELEMENT * index;
    return at + u32(this.head, at + 4) + u32(this.head, at + 8);
  }

  isBucket(index: number): boolean {
    return (u32(this.head, PAGE_HEADER + ELEMENT * index) & BUCKET_ELEMENT) !== 0;
  }

  /** The page that a branch's element points to. */
  child(index: number): number {
    const at = PAGE_HEADER + ELEMENT * index + 8;
    const id = u32(this.head, at) + u32(this.head, at + 4) * 0x1_0000_0000;
    checkPageId(this.source, id, `page ${this.id}, element ${index}`);
    return id;
  }

  private bytes(from: number, length: number): Buffer {
    if (from + length <= this.head.length) return this.head.subarray(from, from + length);
    return this.source.file.read(this.start + from, length);
  }
}

/**
 * Checks the elements of a page: bbolt writes their keys and values one behind the other, without a gap, so that a wrong number of
 * elements or a wrong length shows.
 * @param bytes the page's header and elements at least, from `base` on
 * @param length all bytes of the page
 */
export function checkElements({ file }: PageSource, id: number, bytes: Buffer, base: number, length: number): void {
  const isLeaf = (bytes[base + 8]! & LEAF) !== 0;
  const count = u16(bytes, base + 10);
  let expected = PAGE_HEADER + ELEMENT * count;
  for (let i = 0; i < count; i++) {
    const element = PAGE_HEADER + ELEMENT * i;
    const at = base + element;
    const position = element + u32(bytes, isLeaf ? at + 4 : at);
    if (position !== expected)
      throw corrupt(file.path, `page ${id}`, `element ${i}: expected its key at ${expected}, found it at ${position}`);
    expected += isLeaf ? u32(bytes, at + 8) + u32(bytes, at + 12) : u32(bytes, at + 4);
    if (expected > length) {
      throw corrupt(
        file.path,
        `page ${id}`,
        `element ${i}: expected it to end within the page's ${length} bytes, found its end at ${expected}`,
      );
    }
    if (isLeaf && u32(bytes, at) > BUCKET_ELEMENT) {
      throw corrupt(file.path, `page ${id}`, `element ${i}: expected flags 0 or 1, found ${u32(bytes, at)}`);
    }
  }
}

/** Whether a page can be where a pointer says. */
export function checkPageId({ file, meta }: PageSource, id: number, where: string): void {
  if (id >= 2 && id < meta.highWater) return;
  throw corrupt(file.path, where, `expected a page from 2 to ${meta.highWater - 1}, found ${id}`);
}

/**
 * Checks a page header against the place where it was found and what may lie in a tree.
 * @param bytes the page's header, from `base` on
 * @returns the bytes of the page, overflow included
 */
export function checkHeader({ file, meta }: PageSource, id: number, bytes: Buffer, base = 0): number {
  const found = u32(bytes, base) + u32(bytes, base + 4) * 0x1_0000_0000;
  if (found !== id) throw corrupt(file.path, `page ${id}`, `expected the page's own number, found ${found}`);
  const flags = u16(bytes, base + 8);
  if (flags !== BRANCH && flags !== LEAF) {
    const text = `expected a branch or leaf (flags 0x1, 0x2), found flags 0x${flags.toString(16)}`;
    throw corrupt(file.path, `page ${id}`, text);
  }
  const overflow = u32(bytes, base + 12);
  if (id + overflow >= meta.highWater) {
    const text = `expected it to end before page ${meta.highWater}, found ${overflow} overflow pages`;
    throw corrupt(file.path, `page ${id}`, text);
  }
  return (overflow + 1) * meta.pageSize;
}
