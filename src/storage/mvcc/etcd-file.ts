/** What etcd keeps in a bbolt file: the history of keys, and the facts about it. */

import { join } from 'node:path';
import { Failure } from '../../base/errors.js';
import { KeyValue } from '../../base/wire/key-value.js';
import { type Bucket, Cursor } from '../bolt/bucket.js';
import { BoltDb } from '../bolt/db.js';
import { corrupt } from '../bolt/db-file.js';
import { type WalOwner, walOwner } from '../raft/wal-read.js';
import { KeyIndex } from './key-index.js';
import { ALL_KEYS, isRevision, type KeyRange, mainOf } from './revision.js';

/** A revision that is compacted, or still to come. */
export class RevisionGone extends Failure {
  constructor(message: string) {
    super(message, { errorCode: 'compacted' });
  }
}

/** A database or snapshot file of etcd 3.4 to 3.8, for reading. */
export class EtcdFile {
  readonly db: BoltDb;
  /** The bucket `key`: all revisions of all keys. */
  readonly history: Bucket;
  /** The newest revision. */
  readonly revision: bigint;
  /** Reads below this revision are refused; 0 when nothing was ever compacted. */
  readonly compacted: bigint;
  private readonly indexes: KeyIndex[] = [];

  /** Whose data directory this is; undefined for a file alone. */
  readonly owner: WalOwner | undefined;

  /**
   * @param path a database or snapshot file, or a data directory
   * @param name what errors call it
   */
  constructor(path: string, name?: string) {
    this.db = new BoltDb(path, { name });
    this.owner = walOwner(join(path, 'member', 'wal'));
    this.history = this.db.bucket('key');
    const finished = this.metaRevision('finishedCompactRev');
    const scheduled = this.metaRevision('scheduledCompactRev');
    // A compaction that was begun counts as done: etcd takes it up again when it starts (mvcc/kvstore.go, restore).
    this.compacted = larger(finished, scheduled);
    this.revision = larger(this.lastRevision(), this.compacted);
  }

  private metaRevision(name: string): bigint {
    const value = this.db.root.bucket('meta')?.get(name);
    if (!value) return 0n;
    if (!isRevision(value, 0, value.length)) {
      throw corrupt(this.db.file.path, `bucket meta, ${name}`, `expected a revision, found ${value.toString('hex')}`);
    }
    return mainOf(value);
  }

  private lastRevision(): bigint {
    const cursor = new Cursor(this.history);
    // The revision of an etcd that never wrote is 1.
    if (!cursor.last()) return 1n;
    const { key } = cursor;
    if (!isRevision(key, 0, key.length)) {
      throw corrupt(
        this.db.file.path,
        `page ${cursor.place.page.id}`,
        `expected a revision as its key, found ${key.toString('hex')}`,
      );
    }
    return mainOf(key);
  }

  /**
   * The revision that a read asks for, as etcd judges it: 0 and below mean the newest.
   * @throws RevisionGone in etcd's words when it is not in the file
   */
  pin(revision: bigint): bigint {
    if (revision > this.revision) throw new RevisionGone('mvcc: required revision is a future revision');
    if (revision <= 0n) return this.revision;
    if (revision < this.compacted) throw new RevisionGone('mvcc: required revision has been compacted');
    return revision;
  }

  /**
   * The keys of a range at a revision. The first range at a revision is indexed for itself, which takes least memory for one key; when
   * another is asked for, all keys are, so that no third scan is needed.
   */
  indexOf(range: KeyRange, revision: bigint): KeyIndex {
    const same = this.indexes.filter((index) => index.revision === revision);
    const found = same.find((index) => index.range.covers(range));
    if (found) return found;
    const index = KeyIndex.build(this.history, same.length > 0 ? ALL_KEYS : range, revision);
    this.indexes.push(index);
    // Two revisions are compared with each other at most; the older indexes will not be asked again.
    if (this.indexes.length > 3) this.indexes.shift();
    return index;
  }

  /** A record of an index. */
  record(index: KeyIndex, position: number): KeyValue {
    return this.check(index, position, this.db.file.read(index.offset(position), index.length(position)));
  }

  /**
   * The record that bytes of the file are.
   * @throws Failure where they are not the record
   */
  check(index: KeyIndex, position: number, bytes: Buffer): KeyValue {
    const record = readRecord(bytes);
    if (
      record &&
      BigInt(record.mod_revision) === index.modRevision(position) &&
      record.key.equals(index.key(position))
    ) {
      return record;
    }
    throw corrupt(
      this.db.file.path,
      `revision ${index.modRevision(position)}`,
      `expected the key-value of ${JSON.stringify(index.key(position).toString())}, found something else`,
    );
  }

  close(): void {
    this.db.close();
  }
}

/** The key-value of a record; undefined where the bytes are none, as etcd writes it. */
export function readRecord(bytes: Buffer): KeyValue | undefined {
  try {
    const record = new KeyValue(bytes);
    return record.hasOthers ? undefined : record;
  } catch {
    return undefined;
  }
}

function larger(a: bigint, b: bigint): bigint {
  if (a > b) return a;
  return b;
}
