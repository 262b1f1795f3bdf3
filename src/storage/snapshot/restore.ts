/**
 * Makes the data directory of a new member out of a snapshot file: the database with its members exchanged, a WAL and a snap file that
 * begin the new cluster (etcd: etcdutl/snapshot/v3_snapshot.go). Everything is made in a folder beside the place where it belongs and is moved
 * there at the end, so that a restore that fails or is interrupted leaves nothing that looks like a member.
 */
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { Failure } from '../../base/errors.js';
import { removingUnlessDone } from '../../base/files/clean-up.js';
import { syncDir } from '../../base/files/sync-dir.js';
import { systemText } from '../../base/go/errno.js';
import { Cursor } from '../bolt/bucket.js';
import { BoltDb } from '../bolt/db.js';
import { BoltEdit } from '../bolt/edit.js';
import { refuseInUse } from '../bolt/in-use.js';
import type { LeafItem } from '../bolt/write.js';
import { formatRevision, isRevision, mainOf } from '../mvcc/revision.js';
import { hexId, memberJson, type NewCluster } from '../raft/membership.js';
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
}

/** What was made. */
export interface Restored {
  dataDir: string;
  walDir: string;
  /** Newest revision, after it was raised. */
  revision: bigint;
}

/** @throws Failure; then there is neither a data directory nor a WAL directory */
export async function restore(cluster: NewCluster, options: RestoreOptions): Promise<Restored> {
  const { dataDir, walDir = '', snapshot } = options;
  if (!options.takeInUse && existsSync(snapshot))
    refuseInUse(snapshot, 'save a snapshot of the running member: `ketcdctl snapshot save`');
  checkTargets(options);
  const part = `${resolve(dataDir)}.part-${process.pid}`;
  const walPart = walPartOf(part, dataDir, walDir);
  const outside = !walPart.startsWith(part);
  const remove = (): void => {
    for (const path of [part, walPart]) rmSync(path, { recursive: true, force: true });
  };
  return removingUnlessDone(remove, async () => {
    const snapDir = join(part, 'member', 'snap');
    for (const dir of [snapDir, walPart]) mkdirSync(dir, { recursive: true, mode: 0o700 });
    const revision = await makeDatabase(cluster, options, join(snapDir, 'db'));
    writeRaftFiles(cluster, walPart, snapDir);
    for (const dir of [snapDir, walPart, join(part, 'member'), part]) syncDir(dir);
    if (outside) moveTo(walPart, walDir);
    try {
      moveTo(part, dataDir);
    } catch (error) {
      if (outside) rmSync(walDir, { recursive: true });
      throw error;
    }
    return { dataDir, walDir: walDir || join(dataDir, 'member', 'wal'), revision };
  });
}

/** Where the WAL is made: within the new data directory, if that is its place, else beside its own. */
function walPartOf(part: string, dataDir: string, walDir: string): string {
  if (walDir === '') return join(part, 'member', 'wal');
  const inside = relative(resolve(dataDir), resolve(walDir));
  if (inside !== '' && !inside.startsWith('..') && !isAbsolute(inside)) return join(part, inside);
  return `${resolve(walDir)}.part-${process.pid}`;
}

function checkTargets({ dataDir, walDir, refuseExisting }: RestoreOptions): void {
  if (refuseExisting && existsSync(dataDir)) throw new Failure(`data-dir ${JSON.stringify(dataDir)} exists`);
  if (existsSync(dataDir) && !isEmptyDir(dataDir)) {
    throw new Failure(`data-dir ${JSON.stringify(dataDir)} not empty or could not be read`, {
      hint: 'a restore never writes into what is there: name a new directory, or move the old one away',
    });
  }
  if (walDir && existsSync(walDir)) throw new Failure(`wal-dir ${JSON.stringify(walDir)} exists`);
}

function isEmptyDir(path: string): boolean {
  try {
    return readdirSync(path).length === 0;
  } catch {
    return false;
  }
}

function moveTo(part: string, target: string): void {
  try {
    if (existsSync(target)) rmdirSync(target);
    renameSync(part, target);
  } catch (error) {
    throw new Failure(`could not rename ${part} to ${target} (${systemText(error)})`, { cause: error });
  }
  syncDir(dirname(resolve(target)));
}

/** Copies the snapshot, checks its hash on the way and puts the new members in. Gives the newest revision. */
async function makeDatabase(cluster: NewCluster, options: RestoreOptions, path: string): Promise<bigint> {
  await copySnapshot(options.snapshot, path, options.skipHashCheck);
  const db = new BoltDb(path, { name: options.snapshot });
  const fd = openSync(path, 'r+');
  try {
    const edit = new BoltEdit(db, fd);
    replaceMembers(edit, cluster);
    const newest = lastRevision(db);
    if (options.bumpRevision === 0n) {
      setMeta(edit, db, cluster, undefined);
      edit.commit();
      return newest;
    }
    const bumped = newest + options.bumpRevision;
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

/** The items in order, with some values put in place of what was there or added. */
export function withValues(items: LeafItem[], values: Map<string, Buffer>): LeafItem[] {
  const kept = items.filter(({ key }) => !values.has(key.toString()));
  const all = [...kept, ...Array.from(values, ([key, value]) => ({ key: Buffer.from(key), value }))];
  return all.sort((a, b) => Buffer.compare(a.key, b.key));
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}
