/**
 * Makes the data directory of a new member out of a snapshot file: the database with its members exchanged, a WAL and a snap file that
 * begin the new cluster (etcd: etcdutl/snapshot/v3_snapshot.go). Everything is made under another name and gets its own at the end, so that
 * a restore that fails or is interrupted leaves nothing that looks like a member.
 */
import { closeSync, existsSync, lstatSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { Failure } from '../../base/errors.js';
import { removingUnlessDone } from '../../base/files/clean-up.js';
import { withLock } from '../../base/files/lock.js';
import { partName } from '../../base/files/part-file.js';
import { syncDir } from '../../base/files/write.js';
import { systemText } from '../../base/go/errno.js';
import { Cursor } from '../bolt/bucket.js';
import { BoltDb } from '../bolt/db.js';
import { BoltEdit, withValues } from '../bolt/edit.js';
import { formatRevision, isRevision, mainOf } from '../mvcc/revision.js';
import { hexId, memberJson, type NewCluster, type NewMember } from '../raft/membership.js';
import { writeRaftFiles } from '../raft/raft-files.js';
import { copySnapshot } from './copy-snapshot.js';

export interface RestoreOptions {
  /** The snapshot file, or with `skipHashCheck` a database copied from a data directory. */
  snapshot: string;
  dataDir: string;
  /** By default inside of the data directory. */
  walDir?: string | undefined;
  skipHashCheck: boolean;
  /** Raises the newest revision by this much, and marks all below as compacted, so that watchers of the old cluster start anew. 0: no. */
  bumpRevision: bigint;
  /** Takes the database of a running member, too: what is copied then may be torn. */
  takeInUse: boolean;
  /** Refuses a data directory that exists at all, as etcdctl 3.4 does, in place of one that is not empty. */
  refuseExisting: boolean;
  /** Told what is done. */
  log?: RestoreLog;
}

/** What is told of a restore: its begin and end, each member, and a revision that is raised. */
export interface RestoreLog {
  begun(): void;
  trimmed(): void;
  bumped(revisions: { before: bigint; by: bigint; after: bigint }): void;
  added(cluster: NewCluster, member: NewMember): void;
  done(): void;
}

/** What was made. */
export interface Restored {
  dataDir: string;
  walDir: string;
  /** Newest revision, after it was raised. */
  revision: bigint;
}

/** @throws Failure; then there is neither a data directory nor a WAL directory, or the empty one that was there */
export async function restore(cluster: NewCluster, options: RestoreOptions): Promise<Restored> {
  if (options.takeInUse) return restoreLocked(cluster, options);
  const hint = 'save a snapshot of the running member: `ketcdctl snapshot save`';
  return withLock(options.snapshot, 'shared', { hint }, () => restoreLocked(cluster, options));
}

async function restoreLocked(cluster: NewCluster, options: RestoreOptions): Promise<Restored> {
  checkTargets(options);
  const { dataDir, walDir, log } = options;
  log?.begun();
  const places = placesFor(dataDir, walDir || undefined);
  const made: string[] = [];
  const remove = (): void => {
    for (const path of [...places.moves.map(({ part }) => part), ...made])
      rmSync(path, { recursive: true, force: true });
  };
  return removingUnlessDone(remove, async () => {
    try {
      for (const dir of [places.snap, places.wal]) mkdirSync(dir, { recursive: true, mode: 0o700 });
      const revision = await makeDatabase(cluster, options, join(places.snap, 'db'));
      for (const member of cluster.members) log?.added(cluster, member);
      writeRaftFiles(cluster, places.wal, places.snap);
      for (const dir of [places.snap, places.wal, dirname(places.snap)]) syncDir(dir);
      for (const { part, target } of places.moves) {
        renameSync(part, target);
        made.push(target);
        syncDir(dirname(resolve(target)));
      }
      log?.done();
      return { dataDir, walDir: walDir || join(dataDir, 'member', 'wal'), revision };
    } catch (error) {
      if (!(error instanceof Error) || !('syscall' in error)) throw error;
      throw new Failure(`could not write ${dataDir} (${systemText(error)})`, { cause: error });
    }
  });
}

/** Where a data directory is made, until it is whole. */
interface Places {
  snap: string;
  wal: string;
  /** What is moved to its place then, in this order. */
  moves: { part: string; target: string }[];
}

/**
 * A directory that is there already is used as it is, as it may be a mount point, a link to one, or in a folder that only root may write to:
 * `member` is made in it, under another name first. Otherwise all of the data directory is made beside its place.
 */
function placesFor(dataDir: string, walDir: string | undefined): Places {
  const target = existsSync(dataDir) ? join(dataDir, 'member') : dataDir;
  const part = partName(resolve(target));
  const member = target === dataDir ? join(part, 'member') : part;
  const main = { part, target };
  const snap = join(member, 'snap');
  if (walDir === undefined) return { snap, wal: join(member, 'wal'), moves: [main] };
  const inside = relative(resolve(target), resolve(walDir));
  if (inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)) {
    return { snap, wal: join(part, inside), moves: [main] };
  }
  const wal = partName(resolve(walDir));
  return { snap, wal, moves: [{ part: wal, target: walDir }, main] };
}

function checkTargets({ dataDir, walDir, refuseExisting }: RestoreOptions): void {
  if (refuseExisting && existsSync(dataDir)) throw new Failure(`data-dir ${JSON.stringify(dataDir)} exists`);
  if (isThere(dataDir) && !isEmptyDir(dataDir)) {
    throw new Failure(`data-dir ${JSON.stringify(dataDir)} not empty or could not be read`, {
      hint: 'a restore never writes into what is there: name a new directory, or move the old one away',
    });
  }
  if (walDir && isThere(walDir)) throw new Failure(`wal-dir ${JSON.stringify(walDir)} exists`);
}

/** Also a symbolic link that leads nowhere. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isEmptyDir(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    return false;
  }
}

/** Copies the snapshot, checks its hash on the way and puts the new members in. Gives the newest revision. */
async function makeDatabase(cluster: NewCluster, options: RestoreOptions, path: string): Promise<bigint> {
  await copySnapshot(options.snapshot, path, options.skipHashCheck);
  const db = new BoltDb(path, { name: options.snapshot });
  const fd = openSync(path, 'r+');
  try {
    const edit = new BoltEdit(db, fd);
    options.log?.trimmed();
    replaceMembers(edit, cluster);
    const newest = lastRevision(db);
    if (options.bumpRevision === 0n) {
      setMeta(edit, db, cluster, undefined);
      edit.commit();
      return newest;
    }
    const bumped = newest + options.bumpRevision;
    options.log?.bumped({ before: newest, by: options.bumpRevision, after: bumped });
    // A record without key or value: it is there for its revision alone.
    edit.appendItem('key', { key: formatRevision(bumped, 0n), value: Buffer.alloc(0) });
    setMeta(edit, db, cluster, bumped);
    edit.commit();
    return bumped;
  } finally {
    closeSync(fd);
    db.close();
  }
}

function replaceMembers(edit: BoltEdit, cluster: NewCluster): void {
  edit.bucket('members', () =>
    cluster.members.map((member) => ({ key: Buffer.from(hexId(member.id)), value: Buffer.from(memberJson(member)) })),
  );
  edit.bucket('members_removed', () => []);
}

/** The newest revision in the bucket; 0 when nothing was ever written. */
function lastRevision(db: BoltDb): bigint {
  const cursor = new Cursor(db.bucket('key'));
  if (!cursor.last()) return 0n;
  const { key } = cursor;
  if (isRevision(key, 0, key.length)) return mainOf(key);
  throw new Failure(`${db.file.path}: expected a revision as the last key, found ${key.toString('hex')}`);
}

/** The entries that the new log begins with count as applied. */
function setMeta(edit: BoltEdit, db: BoltDb, cluster: NewCluster, compacted: bigint | undefined): void {
  const values = new Map<string, Buffer>();
  values.set('consistent_index', u64(BigInt(cluster.members.length)));
  values.set('term', u64(1n));
  if (db.root.bucket('meta')?.get('confState')) {
    const voters = cluster.members.map(({ id }) => id).join(',');
    values.set('confState', Buffer.from(`{"voters":[${voters}],"auto_leave":false}`));
  }
  if (compacted !== undefined) values.set('scheduledCompactRev', formatRevision(compacted, 0n));
  edit.bucket('meta', (items) => withValues(items, values));
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}
