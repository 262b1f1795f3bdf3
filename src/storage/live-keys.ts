import { doubled, KeyTable } from './key-table.js';
import type { RevisionRecord } from './revision-scan.js';

/** Which keys exist after some records, which have to come in the order of their revisions. */
export class LiveKeys {
  count = 0;
  private readonly keys = new KeyTable();
  /** Where each key's newest record lies; -1 for a deletion. */
  private newest = new Float64Array(1024);
  private mains = new Float64Array(1024);

  take(record: RevisionRecord): void {
    const known = this.keys.size;
    const id = this.keys.add(record.bytes, record.keyStart, record.keyEnd);
    if (id === this.newest.length) {
      this.newest = doubled(this.newest);
      this.mains = doubled(this.mains);
    }
    const existed = id < known && this.newest[id]! >= 0;
    if (existed) this.count--;
    this.newest[id] = record.tombstone ? -1 : record.offset;
    this.mains[id] = record.mainHigh * 0x1_0000_0000 + record.mainLow;
    if (!record.tombstone) this.count++;
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
