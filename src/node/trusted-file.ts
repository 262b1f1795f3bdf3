/**
 * Reading of files that say how etcd is reached. What ketcdctl does as root must not follow a file that another user may write: such a
 * file is passed over, and said.
 */
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Collects what could not be used, each with its reason, in the order in which it was met. */
export interface Notes {
  /** @param mayHelp whether the same would work for root */
  add(path: string, problem: string, mayHelp?: 'sudo'): void;
}

/** The text of a file that only root or this user may write; undefined where there is none, or it may not be used. */
export function readTrusted(path: string, notes: Notes): string | undefined {
  if (!exists(path)) return undefined;
  const problem = whyNotTrusted(path);
  if (problem !== undefined) {
    notes.add(path, problem);
    return undefined;
  }
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    noteUnreadable(path, error, notes);
    return undefined;
  }
}

/** The names in a folder, sorted; none where it is not there or may not be read. */
export function listTrusted(folder: string, notes: Notes): string[] {
  if (!existsSync(folder)) return [];
  const problem = whyNotTrusted(folder);
  if (problem !== undefined) {
    notes.add(folder, problem);
    return [];
  }
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    noteUnreadable(folder, error, notes);
    return [];
  }
}

function noteUnreadable(path: string, error: unknown, notes: Notes): void {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') notes.add(path, 'permission denied', 'sudo');
  else if (code !== 'ENOENT' && code !== 'EISDIR') notes.add(path, message);
}

/**
 * Why a file or folder is not to be followed: it, what it links to, or a folder on the way to it, belongs to a user other than root
 * and this one, or others may write it. Undefined where all is well.
 */
export function whyNotTrusted(path: string): string | undefined {
  const own = process.getuid?.() ?? 0;
  for (let at = path; ; at = dirname(at)) {
    try {
      const { uid, mode } = statSync(at);
      if (uid !== 0 && uid !== own) return `${at} belongs to user ${uid}`;
      const isShared = (mode & 0o022) !== 0;
      // In a folder as /tmp is (with the sticky bit) nobody can replace what another user owns.
      const isSticky = (mode & 0o1000) !== 0;
      if (isShared && !isSticky && !isUserGroup(at, mode)) return `others may write ${at}`;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EACCES') return undefined;
    }
    if (dirname(at) === at) return undefined;
  }
}

/** Group-writable by root's own group, as some distributions leave it, lets nobody else in. */
function isUserGroup(path: string, mode: number): boolean {
  return (mode & 0o002) === 0 && statSync(path).gid === 0;
}

/** Whether something is there, even where this user may not look at it. */
function exists(path: string): boolean {
  try {
    // Most of what is looked for is not there: an error for each would take a millisecond in all.
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}

/** The path of a file as it is seen below another root folder. */
export function below(root: string, path: string): string {
  return root === '/' ? path : join(root, path);
}
