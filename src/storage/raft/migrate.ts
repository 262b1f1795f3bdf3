/** Changes the storage version of a stopped member's database (etcd: server/storage/schema, etcdutl/migrate_command.go). */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../base/errors.js';
import { type LockOptions, withLock } from '../../base/files/lock.js';
import { BoltDb } from '../bolt/db.js';
import { dbOf } from '../bolt/db-file.js';
import { BoltEdit, withValues } from '../bolt/edit.js';
import type { Log } from '../log.js';
import { minimalVersion, type Version } from './wal-version.js';

/** Minor versions of etcd 3. 3.5 is the last whose files do not tell their version; 3.4 cannot be told from what is older. */
const FIRST = 5;

export interface MigrateOptions {
  target: Version;
  /** The last minor version that is known. */
  newest: number;
  /** Sets the version even where there is no way to it. */
  force: boolean;
  lock: LockOptions;
  log: Log;
}

export interface Migration {
  before: string;
  after: string;
}

/**
 * Sets the storage version to 3.`minor`, or takes it out for 3.5. The database is locked meanwhile.
 * @throws Failure in etcd's words; then nothing has changed
 */
export async function migrate(dataDir: string, options: MigrateOptions): Promise<Migration> {
  const path = dbOf(dataDir);
  if (!existsSync(path)) throw new Failure(`stat ${path}: no such file or directory`);
  return withLock(path, 'exclusive', options.lock, (fd) => {
    const db = new BoltDb(path);
    try {
      return migrateDatabase(db, fd, dataDir, options);
    } finally {
      db.close();
    }
  });
}

const COMMAND = 'etcdutl/migrate_command.go';

function migrateDatabase(db: BoltDb, fd: number, dataDir: string, options: MigrateOptions): Migration {
  const { target, log } = options;
  const current = storageVersion(db, log);
  const migration = { before: text(current), after: text(target) };
  if (migration.before === migration.after) {
    log('info', COMMAND, 'storage version up-to-date', { 'storage-version': migration.after });
    return migration;
  }
  const problem = whyNot(current, logVersion(dataDir, log), options);
  if (problem === undefined) {
    write(db, fd, target);
    for (const minor of steps(current.minor, target.minor)) {
      log('info', 'schema/migration.go', 'updated storage version', { 'new-storage-version': `3.${minor}.0` });
    }
    return migration;
  }
  if (!options.force) throw new Failure(problem);
  log('info', COMMAND, 'normal migrate failed, trying with force', { error: problem });
  write(db, fd, target);
  if (hasStorageVersion(target)) {
    log('warn', COMMAND, 'forcefully set storage version', { 'storage-version': migration.after });
  } else log('warn', COMMAND, 'forcefully cleared storage version');
  return migration;
}

function hasStorageVersion({ major, minor }: Version): boolean {
  return major > 3 || minor > FIRST;
}

function write(db: BoltDb, fd: number, target: Version): void {
  const edit = new BoltEdit(db, fd);
  edit.bucket('meta', (items) =>
    hasStorageVersion(target)
      ? withValues(items, new Map([['storageVersion', Buffer.from(`${text(target)}.0`)]]))
      : items.filter(({ key }) => key.toString() !== 'storageVersion'),
  );
  edit.commit();
}

/** The versions on the way, the first left out. */
function steps(from: number, to: number): number[] {
  const step = Math.sign(to - from);
  return Array.from({ length: Math.abs(to - from) }, (_, i) => from + step * (i + 1));
}

function text({ major, minor }: Version): string {
  return `${major}.${minor}`;
}

/** The version that wrote a database: from 3.6 on it is stored; 3.5 is known by the raft term that it stores. */
function storageVersion(db: BoltDb, log: Log): Version {
  const meta = db.root.bucket('meta');
  const [, major, minor] = /^(\d+)\.(\d+)\./.exec(meta?.get('storageVersion')?.toString() ?? '') ?? [];
  if (minor !== undefined) return { major: Number(major), minor: Number(minor) };
  const term = meta?.get('term');
  if (term?.some((byte) => byte !== 0)) return { major: 3, minor: FIRST };
  log(
    'error',
    COMMAND,
    'failed to detect storage version. Please make sure you are using data dir from etcd v3.5 and older',
  );
  throw new Failure('missing term information', {
    hint: 'only a member that ran 3.5 and saved a snapshot of its log can be migrated; older data directories cannot',
  });
}

/** The oldest version that understands the log: the entries that are not in the database yet are read again when etcd starts. */
function logVersion(dataDir: string, log: Log): Version | undefined {
  try {
    return minimalVersion(join(dataDir, 'member', 'wal'), join(dataDir, 'member', 'snap'));
  } catch (error) {
    if (error instanceof Failure) log('error', COMMAND, 'Failed to finalize config', { error: error.message });
    throw error;
  }
}

/** Why there is no way from one version to the other. */
function whyNot(current: Version, inLog: Version | undefined, { target, newest }: MigrateOptions): string | undefined {
  const noPlan = 'cannot create migration plan: ';
  if (target.major !== current.major) return `${noPlan}changing major storage version is not supported`;
  if (target.minor > newest) return `${noPlan}version "3.${newest + 1}.0" is not supported`;
  if (current.minor > newest) return `${noPlan}version "3.${current.minor}.0" is not supported`;
  if (target.minor > current.minor || !inLog || (target.minor >= inLog.minor && target.major === inLog.major))
    return undefined;
  return `cannot downgrade storage, WAL contains newer entries, as the target version (${text(target)}.0) is lower than the version (${text(inLog)}.0) detected from WAL logs`;
}
