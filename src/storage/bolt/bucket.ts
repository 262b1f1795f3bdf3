/** Buckets of a bbolt file: B+ trees of branch and leaf pages, with a cursor over their keys in byte order. */

import { corrupt } from './db-file.js';
import { Page, type PageSource } from './page.js';

/** A tree deeper than this is one that runs in a circle: even with two keys a page it would hold 2^32 pages. */
export const MAX_DEPTH = 32;

/** A bucket's value in its parent: root page and sequence, and for a small bucket (root page 0) its only page. */
const BUCKET_HEADER = 16;

/** A bucket at one committed state of the file. */
export class Bucket {
  constructor(
    readonly source: PageSource,
    readonly root: Page,
    /** For error messages. */
    readonly name: string,
    readonly sequence = 0n,
  ) {}

  /** The value under a key; undefined where there is none, or a bucket. */
  get(key: Buffer | string): Buffer | undefined {
    const wanted = Buffer.from(key as string);
    const cursor = new Cursor(this);
    if (!cursor.seek(wanted) || cursor.isBucket || !cursor.key.equals(wanted)) return undefined;
    return cursor.value;
  }

  /** The bucket nested under a name. */
  bucket(name: string): Bucket | undefined {
    const cursor = new Cursor(this);
    if (!cursor.seek(Buffer.from(name)) || !cursor.isBucket || cursor.key.toString() !== name) return undefined;
    return cursor.bucket;
  }

  /** Names of the nested buckets. */
  bucketNames(): string[] {
    const names: string[] = [];
    const cursor = new Cursor(this);
    for (let more = cursor.first(); more; more = cursor.next()) if (cursor.isBucket) names.push(cursor.key.toString());
    return names;
  }

  /** Keys and values from `from` (by default the first) on. Nested buckets are left out. */
  *entries(from?: Buffer): Generator<[key: Buffer, value: Buffer]> {
    const cursor = new Cursor(this);
    for (let more = from ? cursor.seek(from) : cursor.first(); more; more = cursor.next()) {
      if (!cursor.isBucket) yield [cursor.key, cursor.value];
    }
  }
}

interface Step {
  page: Page;
  index: number;
}

/** Opens the bucket that a leaf's element describes. */
function openBucket(source: PageSource, { page, index }: Step): Bucket {
  const name = page.key(index).toString();
  const value = page.value(index);
  if (value.length < BUCKET_HEADER) {
    throw corrupt(
      source.file.path,
      `page ${page.id}, bucket ${name}`,
      `expected 16 bytes or more, found ${value.length}`,
    );
  }
  const root = Number(value.readBigUInt64LE(0));
  const start = page.valuePlace(index).offset + BUCKET_HEADER;
  const rootPage =
    root === 0 ? Page.inline(source, page.id, value.subarray(BUCKET_HEADER), start) : Page.read(source, root);
  return new Bucket(source, rootPage, name, value.readBigUInt64LE(8));
}

/**
 * A place in a bucket. The movers say whether there is a key at the new place; `key`, `value` and so on are of that place.
 * Going forward it checks that keys ascend, which also makes a damaged tree that runs in a circle end.
 */
export class Cursor {
  private stack: Step[] = [];

  constructor(private readonly owner: Bucket) {}

  first(): boolean {
    this.stack = [{ page: this.owner.root, index: 0 }];
    return this.descend('first') || this.next();
  }

  last(): boolean {
    this.stack = [{ page: this.owner.root, index: this.owner.root.count - 1 }];
    return this.descend('last') || this.prev();
  }

  /** To the first key that is `key` or above. */
  seek(key: Buffer): boolean {
    this.stack = [];
    let page = this.owner.root;
    for (;;) {
      const index = page.isLeaf ? lowerBound(page, key) : Math.max(0, upperBound(page, key) - 1);
      this.push(page, index);
      if (page.isLeaf) break;
      page = this.childAt(page, index);
    }
    return this.top.index < page.count || this.next();
  }

  next(): boolean {
    const before = this.stack.length > 0 && this.top.index < this.top.page.count ? this.key : undefined;
    while (this.stack.length > 0) {
      this.top.index++;
      if (this.top.index < this.top.page.count && this.descend('first')) {
        if (before && Buffer.compare(before, this.key) >= 0) throw this.outOfOrder();
        return true;
      }
      this.stack.pop();
    }
    return false;
  }

  prev(): boolean {
    while (this.stack.length > 0) {
      this.top.index--;
      if (this.top.index >= 0 && this.descend('last')) return true;
      this.stack.pop();
    }
    return false;
  }

  get key(): Buffer {
    return this.top.page.key(this.top.index);
  }
  get value(): Buffer {
    return this.top.page.value(this.top.index);
  }
  get isBucket(): boolean {
    return this.top.page.isBucket(this.top.index);
  }
  /** The leaf that the cursor is on, and the element in it. */
  get place(): Step {
    return this.top;
  }
  /** The pages from the root to the leaf. */
  get path(): Page[] {
    return this.stack.map(({ page }) => page);
  }
  get bucket(): Bucket {
    return openBucket(this.owner.source, this.top);
  }

  private get top(): Step {
    return this.stack[this.stack.length - 1]!;
  }

  /** From the top of the stack down to a leaf. False for a leaf without elements, which is the root of an empty bucket. */
  private descend(to: 'first' | 'last'): boolean {
    while (!this.top.page.isLeaf) {
      if (this.top.page.count === 0) throw this.problem(this.top.page.id, 'a branch without elements');
      const page = this.childAt(this.top.page, this.top.index);
      this.push(page, to === 'first' ? 0 : page.count - 1);
    }
    return this.top.index >= 0 && this.top.index < this.top.page.count;
  }

  private push(page: Page, index: number): void {
    if (this.stack.length >= MAX_DEPTH) throw this.problem(page.id, `the tree is deeper than ${MAX_DEPTH} pages`);
    if (!page.isLeaf && page.count === 0) throw this.problem(page.id, 'a branch without elements');
    this.stack.push({ page, index });
  }

  private childAt(page: Page, index: number): Page {
    return Page.read(this.owner.source, page.child(index));
  }

  private outOfOrder(): Error {
    return this.problem(this.top.page.id, `expected keys in ascending order, element ${this.top.index} is not`);
  }

  private problem(page: number, text: string): Error {
    return corrupt(this.owner.source.file.path, `page ${page} of bucket ${this.owner.name}`, text);
  }
}

/** The first element whose key is not below `key`. */
function lowerBound(page: Page, key: Buffer): number {
  let low = 0;
  for (let high = page.count; low < high; ) {
    const middle = (low + high) >>> 1;
    if (Buffer.compare(page.key(middle), key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first element whose key is above `key`. */
function upperBound(page: Page, key: Buffer): number {
  let low = 0;
  for (let high = page.count; low < high; ) {
    const middle = (low + high) >>> 1;
    if (Buffer.compare(page.key(middle), key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
