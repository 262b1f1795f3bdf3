/** Writes a new bbolt file from the bottom up: every page is full and none is free. */
import { createHash } from 'node:crypto';
import { fchmodSync, fchownSync, readSync, type Stats } from 'node:fs';
import { breathe } from '../../base/files/clean-up.js';
import { makeFile } from '../../base/files/part-file.js';
import { writeAll } from '../../base/files/write.js';
import { type Bucket, Cursor, MAX_DEPTH } from './bucket.js';
import { corrupt } from './db-file.js';
import { writeMetas } from './edit.js';
import { bucketHeader, buildBucket, type LeafItem, type PageSink, setPageId, TreeWriter } from './write.js';

/** Pages that are held until they are written in one go. */
const WRITE_BYTES = 1 << 20;

/** A bucket with no more items than this is held as a whole, to see whether it fits into its parent. */
const FEW_ITEMS = 64;

/** Bytes after which a signal is looked for; an item counts as so many more. */
const TURN_BYTES = 8 << 20;
const ITEM_BYTES = 1024;

/** What becomes of a bucket's items on the way to a new file. */
export interface CopyRules {
  /** Whether an item is copied. `place` is where its value lies in the old file. */
  keep?: (bucket: string, place: number, key: Buffer) => boolean;
  /** Gives the value that is written in place of an item's own, which it leaves as it is. */
  change?: (bucket: string, key: Buffer, value: Buffer) => Buffer | Promise<Buffer>;
  /** Gives the items that take the place of a bucket's own; called for top-level buckets, with all their items in memory. */
  replace?: (bucket: string) => ((items: LeafItem[]) => LeafItem[]) | undefined;
}

/** A file that is being written, page after page. */
export class NewFile implements PageSink {
  /** The two meta pages come first. */
  private next = 2;
  private written = 2;
  private readonly waiting: Buffer[] = [];
  private waitingBytes = 0;

  constructor(
    private readonly fd: number,
    readonly pageSize: number,
  ) {}

  append(page: Buffer): number {
    const id = this.next;
    setPageId(page, id);
    this.next += page.length / this.pageSize;
    this.waiting.push(page);
    this.waitingBytes += page.length;
    if (this.waitingBytes >= WRITE_BYTES) this.flush();
    return id;
  }

  private flush(): void {
    writeAll(this.fd, Buffer.concat(this.waiting), this.written * this.pageSize);
    this.written = this.next;
    this.waiting.length = 0;
    this.waitingBytes = 0;
  }

  /** @param root page of the root bucket */
  finish(root: number, txid: bigint): void {
    this.flush();
    writeMetas(this.fd, { pageSize: this.pageSize, root, freelist: undefined, highWater: this.next, txid });
  }
}

/**
 * Writes a copy of a database, with all buckets and their sequences. It appears under its name when it is whole.
 * @param options.hash adds the SHA-256 that makes it a snapshot file
 * @param options.sound what has to be found before the file gets its name
 * @param options.owner whose file it will be: by default of whoever runs this
 * @throws Failure when the copy cannot be written, or the original is damaged; then no file is there, or the one that was
 */
export async function copyDatabase(
  root: Bucket,
  path: string,
  rules: CopyRules,
  { hash = false, owner, sound }: { hash?: boolean; owner?: Stats; sound?: Promise<unknown> } = {},
): Promise<void> {
  await makeFile(path, async ({ fd }) => {
    await copyInto(fd, root, rules);
    if (hash) addHash(fd);
    await sound;
    if (owner) {
      fchownSync(fd, owner.uid, owner.gid);
      fchmodSync(fd, owner.mode & 0o777);
    }
  });
}

async function copyInto(fd: number, root: Bucket, rules: CopyRules): Promise<void> {
  const { meta } = root.source;
  const file = new NewFile(fd, meta.pageSize);
  const top = new TreeWriter(file);
  const cursor = new Cursor(root);
  for (let more = cursor.first(); more; more = cursor.next()) {
    const value = cursor.isBucket ? await copyBucket(cursor.bucket, file, rules) : cursor.value;
    top.add({ key: Buffer.from(cursor.key), value, bucket: cursor.isBucket });
  }
  file.finish(top.finish(), meta.txid + 1n);
}

/**
 * @param nesting how many buckets it is in, the root included
 * @returns the bucket's value in its parent
 */
async function copyBucket(bucket: Bucket, file: NewFile, rules: CopyRules, nesting = 1): Promise<Buffer> {
  if (nesting > MAX_DEPTH) {
    throw corrupt(bucket.source.file.path, `bucket ${bucket.name}`, `buckets are nested deeper than ${MAX_DEPTH}`);
  }
  const replace = rules.replace?.(bucket.name);
  const first: LeafItem[] = [];
  let tree: TreeWriter | undefined;
  let sinceTurn = 0;
  for await (const item of keptItems(bucket, file, rules, nesting)) {
    if (tree) tree.add(item);
    else first.push(item);
    if (!tree && !replace && first.length > FEW_ITEMS) {
      tree = new TreeWriter(file);
      for (const held of first) tree.add(held);
    }
    sinceTurn += item.value.length + ITEM_BYTES;
    if (sinceTurn < TURN_BYTES) continue;
    sinceTurn = 0;
    await breathe();
  }
  if (tree) return bucketHeader(tree.finish(), bucket.sequence);
  return buildBucket(file, replace ? replace(first) : first, bucket.sequence);
}

async function* keptItems(
  bucket: Bucket,
  file: NewFile,
  { keep, change }: CopyRules,
  nesting: number,
): AsyncGenerator<LeafItem> {
  const cursor = new Cursor(bucket);
  for (let more = cursor.first(); more; more = cursor.next()) {
    const { page, index } = cursor.place;
    if (cursor.isBucket) {
      yield { key: cursor.key, value: await copyBucket(cursor.bucket, file, {}, nesting + 1), bucket: true };
    } else if (!keep || keep(bucket.name, page.valuePlace(index).offset, cursor.key)) {
      const changed = change ? change(bucket.name, cursor.key, cursor.value) : cursor.value;
      yield { key: cursor.key, value: changed instanceof Promise ? await changed : changed };
    }
  }
}

function addHash(fd: number): void {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafeSlow(WRITE_BYTES);
  let at = 0;
  for (let got = readSync(fd, chunk, 0, WRITE_BYTES, at); got > 0; got = readSync(fd, chunk, 0, WRITE_BYTES, at)) {
    hash.update(chunk.subarray(0, got));
    at += got;
  }
  writeAll(fd, hash.digest(), at);
}
