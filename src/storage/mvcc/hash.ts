/** The hashes that etcd's tools print of a file: of all that is in it, and of the history of keys up to a revision. */
import { type Bucket, Cursor } from '../bolt/bucket.js';
import { BoltDb } from '../bolt/db.js';
import { CorruptFile, corrupt } from '../bolt/db-file.js';
import { checkFreelist } from '../bolt/freelist.js';
import { walkTree } from '../bolt/tree-walk.js';
import { joinCrc } from '../crc-join.js';
import { crc32c } from '../crc32c.js';
import type { EtcdFile } from './etcd-file.js';
import { doubled } from './key-table.js';
import { LiveCount, LiveKeys } from './live-keys.js';
import { RevisionScan } from './revision-scan.js';

/** What `snapshot status` prints. */
export interface FileStatus {
  /** CRC-32C of all buckets' names, keys and values. */
  hash: number;
  revision: bigint;
  /** Records of all buckets, as etcdctl 3.4 and 3.5 count, or keys that exist, as from 3.6 on. */
  keys: number;
  /** Bytes of all pages. */
  size: number;
  /** The storage version; empty before 3.6. */
  version: string;
}

/**
 * @param liveKeys counts keys that exist, in place of all records
 * @param directories takes a data directory too, for the database in it
 * @param name what errors call the file
 */
export function fileStatus(
  path: string,
  { liveKeys = true, directories = true, name }: { liveKeys?: boolean; directories?: boolean; name?: string },
): FileStatus {
  const db = new BoltDb(path, { directories, name });
  try {
    const status: FileStatus = {
      hash: 0,
      revision: 0n,
      keys: 0,
      size: db.meta.highWater * db.meta.pageSize,
      version: '',
    };
    refuseBadFreelist(db);
    const live = liveKeys ? new LiveCount() : undefined;
    const cursor = new Cursor(db.root);
    for (let more = cursor.first(); more; more = cursor.next()) {
      if (!cursor.isBucket) {
        throw corrupt(
          path,
          `page ${cursor.place.page.id}`,
          `expected buckets only, found a value under ${JSON.stringify(cursor.key.toString())}`,
        );
      }
      status.hash = crc32c(cursor.key, status.hash);
      const { bucket } = cursor;
      if (bucket.name === 'key') hashHistory(bucket, status, live);
      else hashBucket(bucket, status);
    }
    if (live) status.keys = live.count;
    status.version = liveKeys ? (db.root.bucket('meta')?.get('storageVersion')?.toString() ?? '') : '';
    return status;
  } finally {
    db.close();
  }
}

/** A tree is looked through for its list of free pages only where that is stored, which etcd does no more. */
function refuseBadFreelist(db: BoltDb): void {
  if (db.meta.freelist === undefined) return;
  const { problems } = checkFreelist(db, walkTree(db).pages);
  if (problems.length === 0) return;
  const text = `snapshot file integrity check failed. ${problems.length} errors found.\n${problems.join('\n')}`;
  throw new CorruptFile(`${db.file.path}: ${text}`, text);
}

function hashBucket(bucket: Bucket, status: FileStatus): void {
  const cursor = new Cursor(bucket);
  for (let more = cursor.first(); more; more = cursor.next()) {
    status.hash = crc32c(cursor.key, status.hash);
    if (!cursor.isBucket) status.hash = crc32c(cursor.value, status.hash);
    status.keys++;
  }
}

function hashHistory(bucket: Bucket, status: FileStatus, live: LiveCount | undefined): void {
  let high = 0;
  let low = 0;
  status.hash = new RevisionScan(bucket).runAndSum((record) => {
    live?.take(record);
    status.keys++;
    high = record.mainHigh;
    low = record.mainLow;
  }, status.hash);
  status.revision = (BigInt(high) << 32n) | BigInt(low);
}

/** What `hashkv` prints. */
export interface HistoryHash {
  hash: number;
  revision: bigint;
  /** -1 when nothing was ever compacted. */
  compacted: bigint;
}

/**
 * The hash that `HashKV` of a member gives at a revision (etcd: storage/mvcc/hash.go): of all records up to it, but for those that
 * a compaction makes superfluous, whether it has come to them or not.
 * @param revision 0: the newest
 * @throws Failure in etcd's words when the revision is not in the file
 */
export function historyHash(file: EtcdFile, revision: bigint): HistoryHash {
  const at = file.pin(revision);
  const { compacted } = file;
  const scan = new RevisionScan(file.history);
  const live = new LiveKeys(compacted);
  const older = new RecordSums();
  const newer = { sum: 0, bytes: 0 };
  scan.run((record) => {
    const main = record.mainHigh * 0x1_0000_0000 + record.mainLow;
    if (main > at) return;
    if (compacted > 0n) live.take(record, older.count);
    const bytes = record.revisionLength + record.length;
    if (main > compacted) {
      newer.sum = scan.crc(newer.sum);
      newer.bytes += bytes;
    } else if (main < compacted || !record.tombstone) {
      older.add(scan.crc(0), bytes);
    }
  }, true);
  // When a compaction keeps none at all, etcd's hash skips none either.
  const hash = older.join(crc32c(Buffer.from('key')), live.none ? undefined : live.places().sorted);
  return {
    hash: joinCrc(hash, newer.sum, newer.bytes),
    revision: at,
    compacted: compacted > 0n ? compacted : -1n,
  };
}

/**
 * The checksums of records that a compaction may make superfluous: which of them count is known only after the last record, so that
 * each has its own, eight bytes with its length.
 */
class RecordSums {
  count = 0;
  private sums = new Uint32Array(1024);
  private lengths = new Uint32Array(1024);

  add(sum: number, length: number): void {
    if (this.count === this.sums.length) {
      this.sums = doubled(this.sums);
      this.lengths = doubled(this.lengths);
    }
    this.sums[this.count] = sum;
    this.lengths[this.count++] = length;
  }

  /** The checksum of these records (by default of all) behind what `crc` is the checksum of. */
  join(crc: number, wanted: Iterable<number> = this.sums.subarray(0, this.count).keys()): number {
    let joined = crc;
    for (const i of wanted) joined = joinCrc(joined, this.sums[i]!, this.lengths[i]!);
    return joined;
  }
}
