/** Goes over every page of a file's tree and checks its structure (bbolt has the same as `tx.Check`). */
import { type Bucket, Cursor, MAX_DEPTH } from './bucket.js';
import type { BoltDb } from './db.js';
import { corrupt } from './db-file.js';
import { Page } from './page.js';
import { PageSet } from './page-set.js';

/** What a walk finds and adds up. */
export interface TreeTotals {
  /** All pages of the tree, but for the meta pages. */
  pages: PageSet;
  /** Pages that are reachable, overflow pages and the two meta pages included. */
  used: number;
  branches: number;
  leaves: number;
  /** The longest way from a root to a leaf. */
  depth: number;
}

/**
 * Walks all buckets.
 * @throws Failure for the first page that is wrong: its number or kind, elements outside of it, keys out of order or outside of
 * what the branch above says, leaves at different depths, a page that belongs to two places
 */
export function walkTree(db: BoltDb): TreeTotals {
  const walk = new TreeWalk(db);
  walk.bucket(db.root);
  return walk.totals;
}

/** Keys from `low` on and below `high`. */
interface Bounds {
  low: Buffer | undefined;
  high: Buffer | undefined;
}

class TreeWalk {
  readonly totals: TreeTotals;
  private leafDepth = 0;
  private name = '';

  constructor(private readonly db: BoltDb) {
    this.totals = { pages: new PageSet(db.meta.highWater), used: 2, branches: 0, leaves: 0, depth: 0 };
  }

  /** @param nesting how many buckets it is in */
  bucket(bucket: Bucket, nesting = 0): void {
    this.name = bucket.name;
    if (nesting > MAX_DEPTH) throw this.problem(bucket.root, `buckets are nested deeper than ${MAX_DEPTH}`);
    this.leafDepth = 0;
    const inline = bucket.root.start % this.db.meta.pageSize !== 0;
    if (inline) this.keys(bucket.root, { low: undefined, high: undefined });
    else this.page(bucket.root, { low: undefined, high: undefined }, 1);
    // Only the root bucket has buckets in an etcd file, but nothing keeps another from it.
    if (bucket.name !== 'key') this.nested(bucket, nesting);
  }

  private nested(bucket: Bucket, nesting: number): void {
    const cursor = new Cursor(bucket);
    for (let more = cursor.first(); more; more = cursor.next()) {
      if (cursor.isBucket) this.bucket(cursor.bucket, nesting + 1);
    }
  }

  private page(page: Page, bounds: Bounds, depth: number): void {
    if (depth > MAX_DEPTH) throw this.problem(page, `the tree is deeper than ${MAX_DEPTH} pages`);
    this.claim(page);
    this.keys(page, bounds);
    if (page.isLeaf) {
      this.leaf(page, depth);
      return;
    }
    this.totals.branches++;
    if (page.count === 0) throw this.problem(page, 'a branch without elements');
    for (let i = 0; i < page.count; i++) {
      const low = page.key(i);
      const high = i + 1 < page.count ? page.key(i + 1) : bounds.high;
      this.page(Page.read(this.db, page.child(i)), { low, high }, depth + 1);
    }
  }

  private leaf(page: Page, depth: number): void {
    this.totals.leaves++;
    this.totals.depth = Math.max(this.totals.depth, depth);
    if (this.leafDepth === 0) this.leafDepth = depth;
    if (depth !== this.leafDepth)
      throw this.problem(page, `expected leaves at depth ${this.leafDepth}, this is at ${depth}`);
    if (page.count === 0 && depth > 1) throw this.problem(page, 'a leaf without elements');
  }

  /** Each page, with its overflow pages, belongs to one place. */
  private claim(page: Page): void {
    const pages = page.length / this.db.meta.pageSize;
    this.totals.used += pages;
    for (let id = page.id; id < page.id + pages; id++) {
      if (!this.totals.pages.add(id)) throw this.problem(page, `page ${id} stands twice in the tree`);
    }
  }

  private keys(page: Page, { low, high }: Bounds): void {
    let before = low;
    for (let i = 0; i < page.count; i++) {
      const key = page.key(i);
      const order = before ? Buffer.compare(before, key) : -1;
      if (order > 0 || (order === 0 && i > 0))
        throw this.problem(page, `element ${i}: expected a key above ${hex(before)}, found ${hex(key)}`);
      before = key;
    }
    if (high && before && page.count > 0 && Buffer.compare(before, high) >= 0) {
      throw this.problem(page, `expected keys below ${hex(high)}, found ${hex(before)}`);
    }
  }

  private problem(page: Page, text: string): Error {
    return corrupt(this.db.file.path, `page ${page.id} of bucket ${this.name}`, text);
  }
}

function hex(key: Buffer | undefined): string {
  return key ? key.toString('hex') : 'nothing';
}
