/** The versions of keys that a file still has. */
import type { KeyValue } from '../../base/wire/key-value.js';
import { varintEnd, varintIn } from '../../base/wire/varint.js';
import { type EtcdFile, readRecord } from '../../storage/mvcc/etcd-file.js';
import { doubled, KeyTable } from '../../storage/mvcc/key-table.js';
import { type RevisionRecord, RevisionScan } from '../../storage/mvcc/revision-scan.js';

/** What a key's records take, counted from its last deletion on (that one included), as auger counts. */
export interface VersionStats {
  versions: number;
  keyBytes: number;
  valueBytes: number;
}

const VALUE_TAG = 0x2a;
/** Bytes between the key and the value's length, at most: four numbers with their tags. */
const NUMBERS = 64;

/** Sums over all keys, up to a revision. They take some 40 bytes a key beside the key itself. */
export class AllVersions {
  private readonly keys = new KeyTable();
  private versions = new Uint32Array(1024);
  private keyBytes = new Float64Array(1024);
  private valueBytes = new Float64Array(1024);

  constructor(
    private readonly file: EtcdFile,
    revision: bigint,
  ) {
    const limit = Number(revision);
    new RevisionScan(file.history).run((record) => {
      if (record.mainHigh * 0x1_0000_0000 + record.mainLow <= limit) this.take(record);
    }, true);
  }

  of(key: Buffer): VersionStats {
    const id = this.keys.add(key, 0, key.length);
    return { versions: this.versions[id]!, keyBytes: this.keyBytes[id]!, valueBytes: this.valueBytes[id]! };
  }

  private take(record: RevisionRecord): void {
    const { keyStart, keyEnd, tombstone } = record;
    const id = this.keys.add(record.bytes, keyStart, keyEnd);
    if (id === this.versions.length) this.grow();
    if (tombstone) {
      this.versions[id] = 0;
      this.keyBytes[id] = 0;
      this.valueBytes[id] = 0;
    }
    this.versions[id]!++;
    this.keyBytes[id]! += keyEnd - keyStart;
    if (!tombstone) this.valueBytes[id]! += this.valueLength(record);
  }

  private valueLength({ offset, length, keyStart, keyEnd }: RevisionRecord): number {
    const head = this.file.db.file.read(offset, Math.min(length, keyEnd - keyStart + NUMBERS));
    // The key is the first field: its tag, its length in up to five bytes, itself.
    let at: number | undefined = (varintEnd(head, 1) ?? head.length) + keyEnd - keyStart;
    while (at !== undefined && at < head.length && head[at] !== VALUE_TAG) at = varintEnd(head, at + 1);
    const end = at === undefined ? undefined : varintEnd(head, at + 1);
    return at === undefined || end === undefined ? 0 : varintIn(head, at + 1, end);
  }

  private grow(): void {
    this.versions = doubled(this.versions);
    this.keyBytes = doubled(this.keyBytes);
    this.valueBytes = doubled(this.valueBytes);
  }
}

/** The records of one key up to a revision, oldest first. Version 0: a deletion. */
export function versionsOf(file: EtcdFile, key: Buffer, revision: bigint): KeyValue[] {
  const limit = Number(revision);
  const found: { offset: number; length: number }[] = [];
  new RevisionScan(file.history).run((record) => {
    const { bytes, keyStart, keyEnd, offset, length } = record;
    if (record.mainHigh * 0x1_0000_0000 + record.mainLow > limit) return;
    if (bytes.compare(key, 0, key.length, keyStart, keyEnd) === 0) found.push({ offset, length });
  }, true);
  return found.flatMap(({ offset, length }) => readRecord(file.db.file.read(offset, length)) ?? []);
}
