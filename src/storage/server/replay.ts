/** A watch of the past: the changes that a file still has, from a revision on (etcd: server/storage/mvcc/watchable_store.go). */
import { Cursor } from '../bolt/bucket.js';
import { corrupt } from '../bolt/db-file.js';
import { type EtcdFile, readRecord } from '../mvcc/etcd-file.js';
import { KeyTable } from '../mvcc/key-table.js';
import { formatRevision, isRevision, isTombstone, type KeyRange, mainOf } from '../mvcc/revision.js';
import { type KeyValueMessage, keyValueMessage } from './range-response.js';

export interface ReplayEvent {
  /** 0: PUT, 1: DELETE. */
  type: number;
  kv: KeyValueMessage;
  prev_kv: KeyValueMessage | null;
}

const PUT = 0;
const DELETE = 1;

/**
 * The changes of a range from a revision on, in their order.
 * @param withPrevious adds what each key was before, which needs the history before `from` too
 */
export function* replay(file: EtcdFile, range: KeyRange, from: bigint, withPrevious: boolean): Generator<ReplayEvent> {
  const previous = withPrevious ? new Previous(file) : undefined;
  const cursor = new Cursor(file.history);
  const start = previous ? 0n : from;
  for (let more = cursor.seek(formatRevision(start, 0n)); more; more = cursor.next()) {
    const record = cursor.key;
    if (!isRevision(record, 0, record.length)) {
      throw corrupt(
        file.db.file.path,
        `page ${cursor.place.page.id}`,
        `expected a revision, found ${record.toString('hex')}`,
      );
    }
    const { value } = cursor;
    const kv = keyValue(file, mainOf(record), value);
    if (kv.key.length === 0 || !range.has(kv.key, 0, kv.key.length)) continue;
    const deletion = isTombstone(record);
    if (mainOf(record) >= from) {
      const prev_kv = previous?.of(kv.key, mainOf(record)) ?? null;
      yield deletion
        ? { type: DELETE, kv: { ...kv, mod_revision: String(mainOf(record)) }, prev_kv }
        : { type: PUT, kv, prev_kv };
    }
    const { page, index } = cursor.place;
    previous?.note(kv.key, mainOf(record), deletion ? undefined : page.valuePlace(index));
  }
}

function keyValue(file: EtcdFile, revision: bigint, bytes: Buffer): KeyValueMessage {
  const record = readRecord(bytes);
  if (record) return keyValueMessage(record);
  throw corrupt(file.db.file.path, `revision ${revision}`, 'expected an mvccpb.KeyValue');
}

/** What each key was before: where its last record lies. */
class Previous {
  private readonly keys = new KeyTable();
  private readonly places: ({ offset: number; length: number } | undefined)[] = [];
  /** Revision of each key's last record. */
  private readonly revisions: bigint[] = [];

  constructor(private readonly file: EtcdFile) {}

  note(key: Buffer, revision: bigint, place: { offset: number; length: number } | undefined): void {
    const id = this.keys.add(key, 0, key.length);
    this.places[id] = place;
    this.revisions[id] = revision;
  }

  /** Undefined when the key was not there, or when the revision before this one is compacted. */
  of(key: Buffer, revision: bigint): KeyValueMessage | undefined {
    if (revision - 1n < this.file.compacted) return undefined;
    const id = this.keys.add(key, 0, key.length);
    const place = this.places[id];
    if (!place) return undefined;
    return keyValue(this.file, this.revisions[id]!, this.file.db.file.read(place.offset, place.length));
  }
}
