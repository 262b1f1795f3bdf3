/** The versions of keys that a file still has. */
import type { EtcdFile } from '../../storage/mvcc/etcd-file.js';
import { doubled, KeyTable } from '../../storage/mvcc/key-table.js';
import { type KeyValuePlaces, parseKeyValue } from '../../storage/mvcc/key-value.js';
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
    let at = 1;
    while (head[at]! >= 0x80) at++;
    at += 1 + keyEnd - keyStart;
    while (at < head.length && head[at] !== VALUE_TAG) at = varintEnd(head, at + 1);
    if (at >= head.length) return 0;
    let size = 0;
    for (let end = varintEnd(head, at + 1) - 1; end > at; end--) size = size * 128 + (head[end]! & 0x7f);
    return size;
  }

  private grow(): void {
    this.versions = doubled(this.versions);
    this.keyBytes = doubled(this.keyBytes);
    this.valueBytes = doubled(this.valueBytes);
  }
}

function varintEnd(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at]! >= 0x80) at++;
  return at + 1;
}

/** One record of a key. */
export interface KeyVersion {
  /** 0: a deletion. */
  version: bigint;
  bytes: Buffer;
  places: KeyValuePlaces;
}

/** The records of one key up to a revision, oldest first. */
export function versionsOf(file: EtcdFile, key: Buffer, revision: bigint): KeyVersion[] {
  const limit = Number(revision);
  const found: { offset: number; length: number }[] = [];
  new RevisionScan(file.history).run((record) => {
    const { bytes, keyStart, keyEnd, offset, length } = record;
    if (record.mainHigh * 0x1_0000_0000 + record.mainLow > limit) return;
    if (bytes.compare(key, 0, key.length, keyStart, keyEnd) === 0) found.push({ offset, length });
  }, true);
  return found.flatMap(({ offset, length }) => {
    const bytes = file.db.file.read(offset, length);
    const places = parseKeyValue(bytes);
    return places ? [{ version: places.version, bytes, places }] : [];
  });
}
