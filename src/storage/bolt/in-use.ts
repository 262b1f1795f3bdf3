import { readdirSync, readFileSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { Failure } from '../../base/errors.js';

/**
 * Refuses a database that a running etcd has open: bbolt holds a lock (flock) on it, which the system lists.
 * Where there is no such list (not Linux) it is taken as free.
 * @param hint what to do instead
 */
export function refuseInUse(path: string, hint = 'stop that etcd first'): void {
  const owner = lockOwner(path);
  if (owner === undefined) return;
  throw new Failure(`${path} is in use by process ${owner}`, { hint });
}

/** The process that holds a lock on a file. */
function lockOwner(path: string): string | undefined {
  let locks: string;
  try {
    locks = readFileSync('/proc/locks', 'utf8');
  } catch {
    return undefined;
  }
  const inode = String(statSync(path).ino);
  // "1: FLOCK  ADVISORY  WRITE 4711 fd:01:1234567 0 EOF": the device is not that of stat on every file system, so it is left aside.
  for (const line of locks.split('\n')) {
    const [, kind, , , pid = '', file = ''] = line.trim().split(/\s+/);
    if (kind === 'FLOCK' && file.split(':')[2] === inode && hasOpen(pid, realpathSync(path))) return pid;
  }
  return undefined;
}

/** False only if it can be seen that the process has the file not open: another file system has a file of the same number. */
function hasOpen(pid: string, path: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === path);
  } catch {
    return true;
  }
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
