/** Writes a snapshot without its old history, as if etcd had compacted it. */
import { statSync } from 'node:fs';
import { copyDatabase } from '../bolt/create.js';
import { withValues } from '../bolt/edit.js';
import { EtcdFile } from '../mvcc/etcd-file.js';
import { LiveKeys, type Places } from '../mvcc/live-keys.js';
import { formatRevision, mainOf } from '../mvcc/revision.js';
import { RevisionScan } from '../mvcc/revision-scan.js';
import { checkHash } from './hash-check.js';

/**
 * Writes a snapshot without the history before a revision, as if etcd had compacted it there.
 * @param name what errors call the source
 * @returns bytes of both files
 * @throws HashMismatch: the new file's hash would make the damage look sound; Failure in etcd's words when the revision is not in the file
 */
export async function compactFile(
  source: string,
  target: string,
  revision: bigint,
  name = source,
): Promise<{ before: number; after: number }> {
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
    return { before: file.db.file.size, after: statSync(target).size };
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
