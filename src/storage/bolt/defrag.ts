import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../base/errors.js';
import { EtcdFile } from '../mvcc/etcd-file.js';
import { LiveKeys, type Places } from '../mvcc/live-keys.js';
import { formatRevision, mainOf } from '../mvcc/revision.js';
import { RevisionScan } from '../mvcc/revision-scan.js';
import { checkHash } from '../snapshot/hash-check.js';
import { withValues } from '../snapshot/restore.js';
import { copyDatabase } from './create.js';
import { BoltDb } from './db.js';
import { refuseInUse } from './in-use.js';

/** The database of a data directory. */
export function dbOf(dataDir: string): string {
  return join(dataDir, 'member', 'snap', 'db');
}

/** Sizes in bytes, before and after. */
export interface Shrunk {
  before: number;
  after: number;
}

/**
 * Writes the database of a stopped member anew, without the free pages.
 * @throws Failure when it is not there, damaged or in use; then nothing has changed
 */
export async function defragDataDir(dataDir: string): Promise<Shrunk> {
  const path = dbOf(dataDir);
  if (!existsSync(path)) throw new Failure(`stat ${path}: no such file or directory`);
  refuseInUse(path, 'stop that etcd first; a running member is defragmented with `ketcdctl defrag --endpoints`');
  const db = new BoltDb(path);
  try {
    await copyDatabase(db.root, path, {}, { hash: false });
    return { before: db.file.size, after: sizeOf(path) };
  } finally {
    db.close();
  }
}

/**
 * Writes a snapshot without the history before a revision, as if etcd had compacted it there.
 * @param name what errors call the source
 * @throws HashMismatch: the new file's hash would make the damage look sound; Failure in etcd's words when the revision is not in the file
 */
export async function compactFile(source: string, target: string, revision: bigint, name = source): Promise<Shrunk> {
  const file = new EtcdFile(source, name);
  try {
    await checkHash(file.db.file.location, name);
    const at = file.pin(revision);
    const kept = liveAt(file, at);
    await copyDatabase(
      file.db.root,
      target,
      {
        keep: (bucket, place, key) => bucket !== 'key' || mainOf(key) > at || kept.has(place),
        replace: (bucket) => (bucket === 'meta' ? (items) => withValues(items, compactedAt(at)) : undefined),
      },
      { hash: true },
    );
    return { before: file.db.file.size, after: sizeOf(target) };
  } finally {
    file.close();
  }
}

/** Where the records lie that keys have at a revision. */
function liveAt(file: EtcdFile, revision: bigint): Places {
  const live = new LiveKeys(revision);
  new RevisionScan(file.history).run((record) => {
    if (((BigInt(record.mainHigh) << 32n) | BigInt(record.mainLow)) <= revision) live.take(record);
  }, true);
  return live.places();
}

function compactedAt(revision: bigint): Map<string, Buffer> {
  const value = formatRevision(revision, 0n);
  return new Map([
    ['scheduledCompactRev', value],
    ['finishedCompactRev', value],
  ]);
}

function sizeOf(path: string): number {
  const db = new BoltDb(path);
  db.close();
  return db.file.size;
}
