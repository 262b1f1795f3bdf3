import { doubled, KeyTable } from './key-table.js';
import type { RevisionRecord } from './revision-scan.js';

/** How many keys exist after some records, which have to come in the order of their revisions. */
export class LiveCount {
  count = 0;
  private readonly keys = new KeyTable();
  /** A byte for each key: whether it exists. */
  private exists = new Uint8Array(1024);

  take({ bytes, keyStart, keyEnd, tombstone }: RevisionRecord): void {
    const id = this.keys.add(bytes, keyStart, keyEnd);
    if (id === this.exists.length) this.exists = doubled(this.exists);
    const now = tombstone ? 0 : 1;
    this.count += now - this.exists[id]!;
    this.exists[id] = now;
  }
}

/** The place of a key that does not exist, and of one whose newest record is beyond the limit. */
const DELETED = -1;
const BEYOND = -2;

/** Which keys exist after some records, which have to come in the order of their revisions. */
export class LiveKeys {
  private readonly keys = new KeyTable();
  private newest = new Float64Array(1024);
  private readonly limit: number;

  /** @param limit places are wanted of records up to this revision */
  constructor(limit: bigint) {
    this.limit = Number(limit);
  }

  /** @param place what `places` calls the record; by default where it lies in the file */
  take(record: RevisionRecord, place = record.offset): void {
    const id = this.keys.add(record.bytes, record.keyStart, record.keyEnd);
    if (id === this.newest.length) this.newest = doubled(this.newest);
    if (record.tombstone) this.newest[id] = DELETED;
    else if (record.mainHigh * 0x1_0000_0000 + record.mainLow > this.limit) this.newest[id] = BEYOND;
    else this.newest[id] = place;
  }

  /** Whether no key exists. */
  get none(): boolean {
    return !this.newest.subarray(0, this.keys.size).some((place) => place !== DELETED);
  }

  /** Where the newest records of the existing keys lie, as far as they are within the limit. To be asked for last: it sorts in place. */
  places(): Places {
    const sorted = this.newest.subarray(0, this.keys.size).sort();
    const first = sorted.findIndex((place) => place >= 0);
    return new Places(first < 0 ? sorted.subarray(0, 0) : sorted.subarray(first));
  }
}

/** Places, ascending: eight bytes each, where a Set would take fifty. */
export class Places {
  constructor(readonly sorted: Float64Array) {}

  has(place: number): boolean {
    const { sorted } = this;
    let low = 0;
    for (let high = sorted.length; low < high; ) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! < place) low = middle + 1;
      else high = middle;
    }
    return sorted[low] === place;
  }
}
