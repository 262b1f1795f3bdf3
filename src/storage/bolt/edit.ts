/**
 * Changes small buckets of a file that nobody else has open, as bbolt would: changed pages are written behind the last page, and then
 * a meta page that makes them count. The large buckets are left where they are, so that a change costs next to nothing.
 */
import { fsyncSync } from 'node:fs';
import { writeAll } from '../../base/files/write.js';
import { Cursor } from './bucket.js';
import type { BoltDb } from './db.js';
import { corrupt } from './db-file.js';
import { formatMeta, META, type Meta, PAGE_HEADER } from './meta.js';
import { ELEMENT, type Page } from './page.js';
import { bucketHeader, buildBucket, buildLeaf, type LeafItem, type PageSink, setPageId, TreeWriter } from './write.js';

/** The new content of a bucket: what `edit` makes of its items. */
export type BucketEdit = (items: LeafItem[]) => LeafItem[];

/** A transaction on a database file. Nothing of it shows in the file before {@link commit}. */
export class BoltEdit implements PageSink {
  readonly pageSize: number;
  private next: number;
  private readonly top: LeafItem[] = [];

  /**
   * @param fd of the same file, open for writing
   */
  constructor(
    private readonly db: BoltDb,
    private readonly fd: number,
  ) {
    this.pageSize = db.meta.pageSize;
    this.next = db.meta.highWater;
    const cursor = new Cursor(db.root);
    for (let more = cursor.first(); more; more = cursor.next()) {
      this.top.push({ key: Buffer.from(cursor.key), value: Buffer.from(cursor.value), bucket: cursor.isBucket });
    }
  }

  append(page: Buffer): number {
    const id = this.next;
    setPageId(page, id);
    writeAll(this.fd, page, id * this.pageSize);
    this.next += page.length / this.pageSize;
    return id;
  }

  /** Rewrites a bucket, which is made when it is not there. For small ones: all of its items are held. */
  bucket(name: string, edit: BucketEdit): void {
    const found = this.db.root.bucket(name);
    const items = found ? Array.from(found.entries(), ([key, value]) => ({ key, value })) : [];
    const edited = edit(items).sort((a, b) => Buffer.compare(a.key, b.key));
    this.replace(name, buildBucket(this, edited, found?.sequence ?? 0n));
  }

  /** Puts an item behind the last of a bucket of any size: only the pages on the way to it are written anew. */
  appendItem(name: string, item: LeafItem): void {
    const bucket = this.db.bucket(name);
    const cursor = new Cursor(bucket);
    if (!cursor.last()) {
      this.replace(name, buildBucket(this, [item], bucket.sequence));
      return;
    }
    if (Buffer.compare(cursor.key, item.key) >= 0) {
      throw corrupt(
        this.db.file.path,
        `bucket ${name}`,
        `expected keys below ${item.key.toString('hex')}, found ${cursor.key.toString('hex')}`,
      );
    }
    const [leaf, ...branches] = cursor.path.reverse();
    let root = this.append(buildLeaf([...itemsOf(leaf!), item], this.pageSize));
    for (const branch of branches) root = this.append(this.withLastChild(branch, root));
    this.replace(name, bucketHeader(root, bucket.sequence));
  }

  /** A copy of a branch whose last element points to another page. */
  private withLastChild(branch: Page, child: number): Buffer {
    const copy = Buffer.from(this.db.file.read(branch.start, branch.length));
    copy.writeBigUInt64LE(BigInt(child), PAGE_HEADER + ELEMENT * (branch.count - 1) + 8);
    return copy;
  }

  private replace(name: string, value: Buffer): void {
    const key = Buffer.from(name);
    const item = this.top.find((found) => found.key.equals(key));
    if (item) item.value = value;
    else this.top.push({ key, value, bucket: true });
  }

  /** Writes the root bucket and the meta pages, and makes sure that they are on the disk. */
  commit(): void {
    this.top.sort((a, b) => Buffer.compare(a.key, b.key));
    const tree = new TreeWriter(this);
    for (const item of this.top) tree.add(item);
    const root = tree.finish();
    fsyncSync(this.fd);
    const { meta } = this.db;
    // The free pages are not stored, as etcd has it: bbolt finds them when it opens the file.
    writeMetas(this.fd, { ...meta, root, freelist: undefined, highWater: this.next, txid: meta.txid + 1n });
    fsyncSync(this.fd);
  }
}

function itemsOf(leaf: Page): LeafItem[] {
  return Array.from({ length: leaf.count }, (_, i) => ({
    key: leaf.key(i),
    value: leaf.value(i),
    bucket: leaf.isBucket(i),
  }));
}

/** Writes both meta pages: the newer one where bbolt expects a transaction of its number, and its predecessor beside it. */
export function writeMetas(fd: number, meta: Meta): void {
  for (const txid of [meta.txid - 1n, meta.txid]) {
    const id = Number(txid % 2n);
    const page = Buffer.alloc(meta.pageSize);
    setPageId(page, id);
    page.writeUInt16LE(META, 8);
    formatMeta({ ...meta, txid }).copy(page, PAGE_HEADER);
    writeAll(fd, page, id * meta.pageSize);
  }
}

/** The items in order, with some values put in place of what was there or added. */
export function withValues(items: LeafItem[], values: Map<string, Buffer>): LeafItem[] {
  const kept = items.filter(({ key }) => !values.has(key.toString()));
  const all = [...kept, ...Array.from(values, ([key, value]) => ({ key: Buffer.from(key), value }))];
  return all.sort((a, b) => Buffer.compare(a.key, b.key));
}
