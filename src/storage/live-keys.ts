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

/** Which keys exist after some records, which have to come in the order of their revisions. */
export class LiveKeys {
  private readonly keys = new KeyTable();
  /** Where each key's newest record lies; -1 for a deletion. */
  private newest = new Float64Array(1024);
  private mains = new Float64Array(1024);

  take(record: RevisionRecord): void {
    const id = this.keys.add(record.bytes, record.keyStart, record.keyEnd);
    if (id === this.newest.length) {
      this.newest = doubled(this.newest);
      this.mains = doubled(this.mains);
    }
    this.newest[id] = record.tombstone ? -1 : record.offset;
    this.mains[id] = record.mainHigh * 0x1_0000_0000 + record.mainLow;
  }

  /** Whether no key exists. */
  get none(): boolean {
    return !this.newest.subarray(0, this.keys.size).some((place) => place >= 0);
  }

  /** Where the newest records of the existing keys lie, as far as their revision is not above `last`. */
  offsets(last: bigint): Set<number> {
    const found = new Set<number>();
    const limit = Number(last);
    for (let id = 0; id < this.keys.size; id++) {
      if (this.newest[id]! >= 0 && this.mains[id]! <= limit) found.add(this.newest[id]!);
    }
    return found;
  }
}
