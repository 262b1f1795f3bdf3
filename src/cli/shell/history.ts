/**
 * The lines of the shell's past: a file that only this user can read, below `$XDG_STATE_HOME` or `~/.local/state`. What was put, and
 * lines with a password or a token, are not in it.
 */
import { appendFileSync, closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeFileWhole } from '../../base/files/part-file.js';
import { parseWords } from '../../base/flags/parse.js';
import type { Program } from '../../commands/command.js';
import { whyNotTrusted } from '../../node/trusted-file.js';
import { flagTable } from '../command-flags.js';
import { findCommand } from '../find-command.js';

/** How many lines are kept. */
export const KEPT_LINES = 1000;

export class History {
  private constructor(private readonly path: string | undefined) {}

  /** The file of this user; one that others could read or write is neither read nor written. */
  static open(env: NodeJS.ProcessEnv): History {
    const { XDG_STATE_HOME: state, HOME: home } = env;
    const base = state?.startsWith('/') ? state : home?.startsWith('/') ? join(home, '.local', 'state') : undefined;
    if (base === undefined) return new History(undefined);
    const path = join(base, 'ketcdctl', 'shell-history');
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      return new History(whyNotTrusted(dirname(path)) === undefined && isPrivate(path) ? path : undefined);
    } catch {
      return new History(undefined);
    }
  }

  /** The oldest line first. */
  lines(): string[] {
    if (this.path === undefined) return [];
    try {
      const lines = readFileSync(this.path, 'utf8').split('\n').filter(Boolean);
      if (lines.length > 2 * KEPT_LINES) writeFileWhole(this.path, `${lines.slice(-KEPT_LINES).join('\n')}\n`);
      return lines.slice(-KEPT_LINES);
    } catch {
      return [];
    }
  }

  add(line: string): void {
    if (this.path === undefined) return;
    let fd: number | undefined;
    try {
      const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants;
      fd = openSync(this.path, O_APPEND | O_CREAT | O_NOFOLLOW | O_WRONLY, 0o600);
      if (fstatSync(fd).isFile()) appendFileSync(fd, `${line}\n`);
    } catch {
      // A shell without a past is better than none.
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  }
}

/** Whether the file is not there yet, or this user's alone. */
function isPrivate(path: string): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) return true;
  return stat.isFile() && stat.uid === (process.getuid?.() ?? stat.uid) && (stat.mode & 0o077) === 0;
}

/** What the shell does itself. */
export const BUILT_IN = ['cd', 'pwd', 'cat', 'exit'];

/** Flags that have, or may have, a secret behind them. */
const SECRET = /^--?(password|new-user-password|auth-jwt-token|user)\b/;

/** What is kept of a line: of `put` the key alone, of what may have a secret nothing. Neither is a line that nobody understands. */
export async function keptLine(program: Program, words: readonly string[], line: string): Promise<string | undefined> {
  if (words.some((word) => SECRET.test(word))) return undefined;
  if (BUILT_IN.includes(words[0] ?? '')) return line.trim();
  try {
    const { entry, words: rest } = findCommand(program, words);
    // The old API has its own ways to write values and passwords.
    if (entry === undefined || entry.tool !== undefined) return undefined;
    if (/^(user|txn|lock|elect)\b/.test(entry.path)) return entry.path;
    if (entry.path !== 'put') return line.trim();
    const spec = (await entry.load?.())?.spec;
    const [key] = parseWords(rest, flagTable(program, entry, spec)).args;
    return key === undefined ? undefined : `put ${quoted(key)}`;
  } catch {
    return undefined;
  }
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
