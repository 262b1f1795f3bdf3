/** Where a program that a user names is found, by the rules of Go's exec.LookPath. */
import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';

/** The directories of PATH that are what they say wherever one is; a shell takes an empty PATH for the working directory. */
export function absolutePath(path: string): string {
  return path.split(':').filter(isAbsolute).join(':') || '/usr/local/bin:/usr/bin:/bin';
}

/**
 * The program's path: as it is with a slash in it, else the first executable file of that name in the directories of PATH. An empty or
 * relative directory there would mean what somebody else may have put into the working directory: what is found in one is not run, and
 * nothing in its place.
 * @throws Error in Go's words
 */
export function programPath(name: string, path: string): string {
  if (name.includes('/')) return name;
  // Go takes a PATH that is empty for one without directories.
  const dirs = path === '' ? [] : path.split(':');
  const found = dirs.map((dir) => join(dir || '.', name)).find(isExecutable);
  if (found === undefined) throw new Error(`exec: "${name}": executable file not found in $PATH`);
  if (isAbsolute(found)) return found;
  throw new Error(`exec: "${name}": cannot run executable found relative to current directory`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
