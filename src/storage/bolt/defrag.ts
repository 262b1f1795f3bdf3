/** Writes the database of a stopped member anew, without its free pages. */
import { existsSync, fstatSync } from 'node:fs';
import { Failure } from '../../base/errors.js';
import { type LockOptions, withLock } from '../../base/files/lock.js';
import { writeAll } from '../../base/files/write.js';
import { copyDatabase } from './create.js';
import { BoltDb } from './db.js';
import { dbOf } from './db-file.js';
import { walkTree } from './tree-walk.js';

/** Bytes of a database file, and of its pages that are not free. */
export interface DbSizes {
  size: number;
  inUse: number;
}

export interface Defragmented {
  path: string;
  before: DbSizes;
  after: DbSizes;
}

/**
 * Defragments the database of a data directory, which is locked meanwhile.
 * @param lock how long to wait for an etcd that has it open
 * @param begun called when there is something to do
 * @throws Failure when it is not there, damaged or in use; then nothing has changed
 */
export async function defragDataDir(
  dataDir: string,
  lock: LockOptions,
  begun: (path: string, sizes: DbSizes) => void = () => {},
): Promise<Defragmented> {
  const path = dbOf(dataDir);
  if (!existsSync(path)) throw new Failure(`stat ${path}: no such file or directory`);
  return withLock(path, 'exclusive', lock, async (fd) => {
    const db = new BoltDb(path);
    try {
      const before = sizesOf(db);
      begun(path, before);
      await copyDatabase(db.root, path, {}, { owner: fstatSync(fd) });
      retire(fd, db.meta.pageSize);
      return { path, before, after: sizesOf(path) };
    } finally {
      db.close();
    }
  });
}

/**
 * Takes the meta pages out of the old file, which no name leads to any more. An etcd that was started meanwhile has it open and waits
 * for its lock: it would go on with it, and all that it then writes would be lost when it stops. This way it stops at once, and finds
 * the new file when it is started again.
 */
function retire(fd: number, pageSize: number): void {
  if (fstatSync(fd).nlink === 0) writeAll(fd, Buffer.alloc(2 * pageSize), 0);
}

/** The sizes of a database, or of the file at a path. */
export function sizesOf(database: BoltDb | string): DbSizes {
  if (typeof database !== 'string') {
    return { size: database.file.size, inUse: walkTree(database).used * database.meta.pageSize };
  }
  const db = new BoltDb(database);
  try {
    return sizesOf(db);
  } finally {
    db.close();
  }
}
