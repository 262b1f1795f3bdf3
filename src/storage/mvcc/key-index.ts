import type { Bucket } from '../bolt/bucket.js';
import { doubled, KeyTable } from './key-table.js';
import type { KeyRange } from './revision.js';
import { type RevisionRecord, RevisionScan } from './revision-scan.js';

/**
 * The keys of a range that exist at a revision, in byte order, and where their records lie in the file. Values are not held:
 * a key takes about 60 bytes and its own length, so that the index of half a million keys takes some 60 MB.
 *
 * A file has no order by key, and which record is a key's newest shows only at the end: so this reads all of the bucket once.
 */
export class KeyIndex {
  private readonly keys = new KeyTable();
  private high = new Uint32Array(1024);
  private low = new Uint32Array(1024);
  private sub = new Uint32Array(1024);
  /** Length of the record's value, 0 for a deletion. */
  private lengths = new Uint32Array(1024);
  private offsets = new Float64Array(1024);
  /** Numbers of the keys that exist, in byte order. */
  private order = new Uint32Array(0);

  private constructor(
    readonly range: KeyRange,
    readonly revision: bigint,
  ) {}

  /** @param bucket the bucket `key` */
  static build(bucket: Bucket, range: KeyRange, revision: bigint): KeyIndex {
    const index = new KeyIndex(range, revision);
    index.fill(bucket);
    index.sort();
    return index;
  }

  get size(): number {
    return this.order.length;
  }

  key(position: number): Buffer {
    return this.keys.key(this.order[position]!);
  }

  modRevision(position: number): bigint {
    const id = this.order[position]!;
    return (BigInt(this.high[id]!) << 32n) | BigInt(this.low[id]!);
  }

  /** Where the mvccpb.KeyValue lies in the file. */
  offset(position: number): number {
    return this.offsets[this.order[position]!]!;
  }

  length(position: number): number {
    return this.lengths[this.order[position]!]!;
  }

  /** The position of the first key that is not below `key`. */
  lowerBound(key: Buffer): number {
    let low = 0;
    for (let high = this.size; low < high; ) {
      const middle = (low + high) >>> 1;
      if (Buffer.compare(this.key(middle), key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private fill(bucket: Bucket): void {
    const { range } = this;
    const limitHigh = Number(this.revision >> 32n);
    const limitLow = Number(this.revision & 0xffff_ffffn);
    new RevisionScan(bucket).run((record) => {
      if (record.mainHigh > limitHigh || (record.mainHigh === limitHigh && record.mainLow > limitLow)) return;
      if (range.has(record.bytes, record.keyStart, record.keyEnd)) this.take(record);
    });
  }

  private take(record: RevisionRecord): void {
    const known = this.keys.size;
    const id = this.keys.add(record.bytes, record.keyStart, record.keyEnd);
    if (id === this.high.length) this.grow();
    if (id < known && !this.isNewer(record, id)) return;
    this.high[id] = record.mainHigh;
    this.low[id] = record.mainLow;
    this.sub[id] = record.sub;
    this.offsets[id] = record.offset;
    this.lengths[id] = record.tombstone ? 0 : record.length;
  }

  private isNewer(record: RevisionRecord, id: number): boolean {
    if (record.mainHigh !== this.high[id]) return record.mainHigh > this.high[id]!;
    if (record.mainLow !== this.low[id]) return record.mainLow > this.low[id]!;
    return record.sub >= this.sub[id]!;
  }

  private grow(): void {
    this.high = doubled(this.high);
    this.low = doubled(this.low);
    this.sub = doubled(this.sub);
    this.lengths = doubled(this.lengths);
    this.offsets = doubled(this.offsets);
  }

  private sort(): void {
    const order = new Uint32Array(this.keys.size);
    let live = 0;
    for (let id = 0; id < this.keys.size; id++) if (this.lengths[id] !== 0) order[live++] = id;
    this.order = order.subarray(0, live);
    const common = this.keys.commonPrefix(this.order);
    this.order.sort((a, b) => this.keys.compare(a, b, common));
  }
}
