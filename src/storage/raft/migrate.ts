/** Changes the storage version of a stopped member's database (etcd: server/storage/schema). */
import { closeSync, existsSync, openSync } from 'node:fs';
import { Failure } from '../../base/errors.js';
import { BoltDb } from '../bolt/db.js';
import { dbOf } from '../bolt/defrag.js';
import { BoltEdit } from '../bolt/edit.js';
import { refuseInUse } from '../bolt/in-use.js';
import { withValues } from '../snapshot/restore.js';

/** Minor versions of etcd 3. 3.5 is the last whose files do not tell their version; 3.4 cannot be told from what is older. */
const FIRST = 5;

export interface Migration {
  before: string;
  after: string;
}

/**
 * Sets the storage version to 3.`minor`, or takes it out for 3.5.
 * @param newest the last minor version that is known
 * @throws Failure in etcd's words
 */
export function migrate(
  dataDir: string,
  target: { major: number; minor: number },
  newest: number,
  force: boolean,
): Migration {
  const path = dbOf(dataDir);
  if (!existsSync(path)) throw new Failure(`stat ${path}: no such file or directory`);
  refuseInUse(path);
  const db = new BoltDb(path);
  const fd = openSync(path, 'r+');
  try {
    const current = storageVersion(db);
    const migration = { before: `3.${current}`, after: `${target.major}.${target.minor}` };
    if (migration.before === migration.after) return migration;
    const problem = noPlan(current, target, newest);
    if (problem && !force) throw new Failure(`cannot create migration plan: ${problem}`);
    const edit = new BoltEdit(db, fd);
    edit.bucket('meta', (items) => {
      if (target.major > 3 || target.minor > FIRST) {
        return withValues(items, new Map([['storageVersion', Buffer.from(`${migration.after}.0`)]]));
      }
      return items.filter(({ key }) => key.toString() !== 'storageVersion');
    });
    edit.commit();
    return migration;
  } finally {
    closeSync(fd);
    db.close();
  }
}

/** The minor version that wrote a database: from 3.6 on it is stored; 3.5 is known by the raft term that it stores. */
function storageVersion(db: BoltDb): number {
  const meta = db.root.bucket('meta');
  const stored = /^3\.(\d+)\./.exec(meta?.get('storageVersion')?.toString() ?? '');
  if (stored) return Number(stored[1]);
  if (meta?.get('term')) return FIRST;
  throw new Failure('missing term information', {
    hint: 'only a member that ran 3.5 and saved a snapshot of its log can be migrated; older data directories cannot',
  });
}

/** Why there is no way from one version to the other. */
function noPlan(current: number, target: { major: number; minor: number }, newest: number): string | undefined {
  if (target.major !== 3) return 'changing major storage version is not supported';
  if (target.minor > newest) return `version "3.${newest + 1}.0" is not supported`;
  if (current > newest) return `version "3.${current}.0" is not supported`;
  return undefined;
}
