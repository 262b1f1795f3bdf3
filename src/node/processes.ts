/** The etcd that runs on this node, by what /proc says of its process. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type EtcdSettings, optionsOfVariables, optionsOfWords, settingsOf } from './etcd-settings.js';

export interface RunningEtcd {
  pid: number;
  settings: EtcdSettings;
  /** What stands in its command line, by long names. */
  options: ReadonlyMap<string, string>;
  /** The process's root folder as we reach it: `/proc/PID/root` for one in a container, else `/`. */
  rootFolder: string;
}

/**
 * The etcds of this node, the oldest first. Only processes of root, of this user and of the user `etcd` count: anybody else could
 * start one that leads us to a server of theirs.
 * @param root the folder that is taken for `/`
 */
export function runningEtcds(root = '/'): RunningEtcd[] {
  const proc = join(root, 'proc');
  const trusted = trustedUsers(root);
  return processIds(proc).flatMap((pid) => {
    const folder = join(proc, String(pid));
    try {
      const words = parts(join(folder, 'cmdline'));
      if (basename(words[0] ?? '') !== 'etcd' || !trusted.has(statSync(folder).uid)) return [];
      const variables = new Map(parts(join(folder, 'environ'), true).map(nameAndValue));
      const options = optionsOfWords(words.slice(1));
      const settings = settingsOf(options, optionsOfVariables(variables));
      return [{ pid, settings, options, rootFolder: join(folder, 'root') }];
    } catch {
      // The process has ended since it was listed.
      return [];
    }
  });
}

/** Whether a program of that name runs on this node, whoever has started it. */
export function isRunning(name: string, root = '/'): boolean {
  const proc = join(root, 'proc');
  return processIds(proc).some((pid) => {
    try {
      return basename(parts(join(proc, String(pid), 'cmdline'))[0] ?? '') === name;
    } catch {
      return false;
    }
  });
}

function processIds(proc: string): number[] {
  try {
    return readdirSync(proc)
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .sort((a, b) => a - b);
  } catch {
    return [];
  }
}

/** Words that NUL characters part. @param mayBeClosed the environment of another user's process can't be read: then there are none */
function parts(path: string, mayBeClosed = false): string[] {
  try {
    return readFileSync(path, 'utf8').split('\0').filter(Boolean);
  } catch (error) {
    if (mayBeClosed) return [];
    throw error;
  }
}

function nameAndValue(word: string): [string, string] {
  const equals = word.indexOf('=');
  return [word.slice(0, Math.max(equals, 0)), word.slice(equals + 1)];
}

function trustedUsers(root: string): Set<number> {
  const users = new Set([0, process.getuid?.() ?? 0]);
  try {
    const entry = /^etcd:[^:]*:(\d+):/m.exec(readFileSync(join(root, 'etc/passwd'), 'utf8'));
    if (entry !== null) users.add(Number(entry[1]));
  } catch {
    // A root folder without users.
  }
  return users;
}
