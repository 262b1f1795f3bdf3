/** Builds pages and trees of a bbolt file. Pages are written one behind the other; their layout is described in bolt-page.ts. */

import { PAGE_HEADER } from './meta.js';
import { BRANCH, BUCKET_ELEMENT, ELEMENT, LEAF } from './page.js';

/** Where finished pages go. */
export interface PageSink {
  readonly pageSize: number;
  /** Takes a page of a whole number of page sizes, its number still missing, and gives it the next number. */
  append(page: Buffer): number;
}

/** An element of a leaf that is to be written. `bucket`: the value is a bucket's header. */
export interface LeafItem {
  key: Buffer;
  value: Buffer;
  bucket?: boolean;
}

/** An element of a branch: the first key below it, and the page. */
interface BranchItem {
  key: Buffer;
  page: number;
}

/** Part of a page that is filled: bbolt's own compaction takes 90 % too, which leaves room for a change. */
const FILL = 0.9;

/** Writes the page's number into a page that was built without it. */
export function setPageId(page: Buffer, id: number): void {
  page.writeBigUInt64LE(BigInt(id), 0);
}

function newPage(flags: number, count: number, bytes: number, pageSize: number): Buffer {
  const pages = Math.max(1, Math.ceil(bytes / pageSize));
  const page = Buffer.alloc(pages * pageSize);
  page.writeUInt16LE(flags, 8);
  page.writeUInt16LE(count, 10);
  page.writeUInt32LE(pages - 1, 12);
  return page;
}

function leafSize(items: readonly LeafItem[]): number {
  return items.reduce((sum, { key, value }) => sum + ELEMENT + key.length + value.length, PAGE_HEADER);
}

/** A leaf page, without its number. */
export function buildLeaf(items: readonly LeafItem[], pageSize: number): Buffer {
  const page = newPage(LEAF, items.length, leafSize(items), pageSize);
  putLeafItems(page, items);
  return page;
}

function putLeafItems(page: Buffer, items: readonly LeafItem[]): void {
  let data = PAGE_HEADER + ELEMENT * items.length;
  items.forEach(({ key, value, bucket }, i) => {
    const at = PAGE_HEADER + ELEMENT * i;
    page.writeUInt32LE(bucket ? BUCKET_ELEMENT : 0, at);
    page.writeUInt32LE(data - at, at + 4);
    page.writeUInt32LE(key.length, at + 8);
    page.writeUInt32LE(value.length, at + 12);
    data += key.copy(page, data);
    data += value.copy(page, data);
  });
}

function buildBranch(items: readonly BranchItem[], pageSize: number): Buffer {
  const bytes = items.reduce((sum, { key }) => sum + ELEMENT + key.length, PAGE_HEADER);
  const page = newPage(BRANCH, items.length, bytes, pageSize);
  let data = PAGE_HEADER + ELEMENT * items.length;
  items.forEach(({ key, page: child }, i) => {
    const at = PAGE_HEADER + ELEMENT * i;
    page.writeUInt32LE(data - at, at);
    page.writeUInt32LE(key.length, at + 4);
    page.writeBigUInt64LE(BigInt(child), at + 8);
    data += key.copy(page, data);
  });
  return page;
}

/** A bucket's value in its parent, for one that has pages of its own. */
export function bucketHeader(root: number, sequence: bigint): Buffer {
  const header = Buffer.alloc(16);
  header.writeBigUInt64LE(BigInt(root), 0);
  header.writeBigUInt64LE(sequence, 8);
  return header;
}

/** Bytes up to which bbolt keeps a bucket inside of its parent's leaf: a quarter of a page. */
function inlineLimit(pageSize: number): number {
  return Math.floor(pageSize / 4);
}

/** The value in its parent of a bucket with these few items: inline if it is small enough, else with pages that go to `sink`. */
export function buildBucket(sink: PageSink, items: readonly LeafItem[], sequence: bigint): Buffer {
  const size = leafSize(items);
  if (size > inlineLimit(sink.pageSize) || items.some((item) => item.bucket)) {
    const tree = new TreeWriter(sink);
    for (const item of items) tree.add(item);
    return bucketHeader(tree.finish(), sequence);
  }
  // An inline page is just as long as it needs to be, and has no number.
  const page = Buffer.alloc(size);
  page.writeUInt16LE(LEAF, 8);
  page.writeUInt16LE(items.length, 10);
  putLeafItems(page, items);
  return Buffer.concat([bucketHeader(0, sequence), page]);
}

/** Writes a tree bottom-up from items that come in the order of their keys. Holds one page of each level. */
export class TreeWriter {
  private leaf: LeafItem[] = [];
  private leafBytes = PAGE_HEADER;
  /** Branches that are being filled, the lowest level first. */
  private readonly levels: { items: BranchItem[]; bytes: number }[] = [];
  private readonly limit: number;

  constructor(private readonly sink: PageSink) {
    this.limit = Math.floor(sink.pageSize * FILL);
  }

  /** The buffers are kept until their page is full. */
  add(item: LeafItem): void {
    const bytes = ELEMENT + item.key.length + item.value.length;
    // Two items at least, as bbolt has it: long values waste less of their last page then.
    if (this.leaf.length >= 2 && (this.leafBytes + bytes > this.limit || this.leaf.length >= 0xfffe)) this.flushLeaf();
    this.leaf.push(item);
    this.leafBytes += bytes;
  }

  /** @returns the root page */
  finish(): number {
    if (this.levels.length === 0) return this.sink.append(buildLeaf(this.leaf, this.sink.pageSize));
    if (this.leaf.length > 0) this.flushLeaf();
    for (let level = 0; ; level++) {
      const { items } = this.levels[level]!;
      if (level === this.levels.length - 1 && items.length === 1) return items[0]!.page;
      this.flushBranch(level);
    }
  }

  private flushLeaf(): void {
    const page = this.sink.append(buildLeaf(this.leaf, this.sink.pageSize));
    this.point(0, { key: Buffer.from(this.leaf[0]!.key), page });
    this.leaf = [];
    this.leafBytes = PAGE_HEADER;
  }

  /** Adds an element to the branch at a level, which is written when it is full. */
  private point(level: number, item: BranchItem): void {
    this.levels[level] ??= { items: [], bytes: PAGE_HEADER };
    const branch = this.levels[level]!;
    const bytes = ELEMENT + item.key.length;
    // Two elements at least, or long keys would make a tree without end.
    if (branch.items.length >= 2 && (branch.bytes + bytes > this.limit || branch.items.length >= 0xfffe)) {
      this.flushBranch(level);
    }
    branch.items.push(item);
    branch.bytes += bytes;
  }

  private flushBranch(level: number): void {
    const branch = this.levels[level]!;
    const { items } = branch;
    branch.items = [];
    branch.bytes = PAGE_HEADER;
    const page = this.sink.append(buildBranch(items, this.sink.pageSize));
    this.point(level + 1, { key: items[0]!.key, page });
  }
}
