/** Checks a whole file: its hash, the structure of every tree, and that the history of keys makes sense. */

import type { KeyValue } from '../../base/wire/key-value.js';
import { corrupt } from '../bolt/db-file.js';
import { checkFreelist } from '../bolt/freelist.js';
import { type TreeTotals, walkTree } from '../bolt/tree-walk.js';
import { EtcdFile, readRecord } from '../mvcc/etcd-file.js';
import { doubled, KeyTable } from '../mvcc/key-table.js';
import { type RevisionRecord, RevisionScan } from '../mvcc/revision-scan.js';
import { checkHash } from './hash-check.js';

/** What was checked and counted. */
export interface FileReport {
  /** `none`: there is no hash, as in a database that was not saved as a snapshot. */
  sha256: 'ok' | 'none';
  /** Bytes. */
  size: number;
  pageSize: number;
  pages: TreeTotals;
  /** All pages, free ones included. */
  highWater: number;
  revision: bigint;
  compacted: bigint;
  /** Keys that exist. */
  keys: number;
  /** Records: puts and deletions that are still there. */
  records: number;
  deletions: number;
}

/**
 * @param path a database or snapshot file, or a data directory
 * @param name what errors call it
 * @throws Failure for the first thing that is wrong
 */
export async function verifyFile(path: string, name?: string): Promise<FileReport> {
  const file = new EtcdFile(path, name);
  try {
    const { db } = file;
    const sha256 = await checkHash(db.file.location, db.file.path);
    const pages = walkTree(db);
    const { problems, beyondEnd } = checkFreelist(db, pages.pages);
    const all = [...problems, ...beyondEnd.map((id) => `page ${id}: freed, but behind the last page`)];
    if (all.length > 0) throw corrupt(db.file.path, 'the list of free pages is wrong', all.join('; '));
    const history = new HistoryCheck(file);
    history.run();
    return {
      sha256,
      size: db.file.size,
      pageSize: db.meta.pageSize,
      pages,
      highWater: db.meta.highWater,
      revision: file.revision,
      compacted: file.compacted,
      keys: history.keys,
      records: history.records,
      deletions: history.deletions,
    };
  } finally {
    file.close();
  }
}

/** Follows every key through its revisions. */
class HistoryCheck {
  keys = 0;
  records = 0;
  deletions = 0;
  private readonly table = new KeyTable();
  /** Version and revision of creation of each key as it is now; version 0: it is deleted. */
  private versions = new Float64Array(1024);
  private creations = new Float64Array(1024);
  private last = -1n;
  private lastSub = -1;

  constructor(private readonly file: EtcdFile) {}

  run(): void {
    new RevisionScan(this.file.history).run((record) => this.check(record), true);
  }

  private check(record: RevisionRecord): void {
    this.records++;
    const main = (BigInt(record.mainHigh) << 32n) | BigInt(record.mainLow);
    if (main < this.last || (main === this.last && record.sub <= this.lastSub)) {
      throw this.problem(main, `expected revisions to ascend, found ${main} after ${this.last}`);
    }
    this.last = main;
    this.lastSub = record.sub;
    // The record that a raised revision leaves has nothing in it.
    if (record.length === 0) return;
    const bytes = this.file.db.file.read(record.offset, record.length);
    const kv = readRecord(bytes);
    if (!kv || kv.keyEnd === kv.keyStart) throw this.problem(main, 'expected an mvccpb.KeyValue with a key');
    const known = this.table.size;
    const id = this.table.add(bytes, kv.keyStart, kv.keyEnd);
    if (id === this.versions.length) {
      this.versions = doubled(this.versions);
      this.creations = doubled(this.creations);
    }
    if (record.tombstone) this.deleted(id, id < known, main);
    else this.put(id, id < known, main, kv);
  }

  private deleted(id: number, known: boolean, main: bigint): void {
    this.deletions++;
    if ((!known || this.versions[id] === 0) && main > this.file.compacted) {
      throw this.problem(main, `expected the key ${this.keyText(id)} to exist, as it is deleted`);
    }
    if (known && this.versions[id] !== 0) this.keys--;
    this.versions[id] = 0;
  }

  private put(
    id: number,
    known: boolean,
    main: bigint,
    { version, create_revision: create, mod_revision: mod }: KeyValue,
  ): void {
    if (BigInt(mod) !== main)
      throw this.problem(main, `expected mod_revision ${main} of ${this.keyText(id)}, found ${mod}`);
    const exists = known && this.versions[id] !== 0;
    const expected = exists
      ? { version: this.versions[id]! + 1, create: this.creations[id]! }
      : { version: 1, create: Number(main) };
    // What was before the compaction can't be told.
    const certain = exists || main > this.file.compacted;
    if (certain && (Number(version) !== expected.version || Number(create) !== expected.create)) {
      throw this.problem(
        main,
        `expected ${this.keyText(id)} in version ${expected.version}, created at ${expected.create}; found version ${version}, created at ${create}`,
      );
    }
    if (!exists) this.keys++;
    this.versions[id] = Number(version);
    this.creations[id] = Number(create);
  }

  private keyText(id: number): string {
    return JSON.stringify(this.table.key(id).toString());
  }

  private problem(revision: bigint, text: string): Error {
    return corrupt(this.file.db.file.path, `revision ${revision}`, text);
  }
}
