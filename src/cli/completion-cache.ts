/**
 * What completion has found in a cluster, kept for a minute: a file for each question in a folder that only this user can enter. Names of
 * keys are nobody else's business, and what others could write would be offered at a prompt of root's: such a folder is not used at all.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { whyNotTrusted } from '../node/trusted-file.js';

const KEPT_MS = 60_000;
/** A file that is older is removed when another is written. */
const MOST_FILES = 100;

export class CompletionCache {
  private constructor(private readonly folder: string) {}

  /** Undefined where there is no folder that is this user's alone. */
  static open(env: NodeJS.ProcessEnv): CompletionCache | undefined {
    const { XDG_CACHE_HOME: cache, HOME: home } = env;
    const base = cache?.startsWith('/') ? cache : home?.startsWith('/') ? join(home, '.cache') : undefined;
    if (base === undefined) return undefined;
    const folder = join(base, 'ketcdctl', 'completion');
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      return isPrivate(folder) ? new CompletionCache(folder) : undefined;
    } catch {
      return undefined;
    }
  }

  /** What is known, or what `find` gives, which is then kept. */
  async get(question: readonly unknown[], find: () => Promise<string[]>): Promise<string[]> {
    const path = join(this.folder, `${createHash('sha256').update(JSON.stringify(question)).digest('hex')}.json`);
    const known = readKept(path);
    if (known !== undefined) return known;
    const found = await find();
    this.keep(path, found);
    return found;
  }

  private keep(path: string, found: readonly string[]): void {
    const part = `${path}.${process.pid}.part`;
    try {
      this.removeOld();
      writeFileSync(part, JSON.stringify(found), { mode: 0o600, flag: 'wx' });
      renameSync(part, path);
    } catch {
      rmSync(part, { force: true });
    }
  }

  private removeOld(): void {
    const names = readdirSync(this.folder);
    for (const name of names) {
      const path = join(this.folder, name);
      const isOld = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > KEPT_MS;
      if (isOld || names.length > MOST_FILES) rmSync(path, { force: true });
    }
  }
}

function isPrivate(folder: string): boolean {
  const stat = lstatSync(folder);
  const isOwn = stat.uid === (process.getuid?.() ?? stat.uid);
  return stat.isDirectory() && isOwn && (stat.mode & 0o077) === 0 && whyNotTrusted(dirname(folder)) === undefined;
}

function readKept(path: string): string[] | undefined {
  try {
    const age = Date.now() - statSync(path).mtimeMs;
    if (age < 0 || age > KEPT_MS) return undefined;
    const kept: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return Array.isArray(kept) && kept.every((each) => typeof each === 'string') ? kept : undefined;
  } catch {
    return undefined;
  }
}
