/**
 * What a restore is to write, kept in a file until all is written, so that a run that breaks off can be gone on with: after a line
 * `{"journal":"ketcdctl restore","cluster":ID,"keys":N}` a line of JSON for each key, `{"key":…,"round":N,"waits":BOOLEAN,"transaction":N,"isMade":BOOLEAN,"was":MOD_REVISION,"lease":…,
 * "value":"BASE64"}` (`was` is '0' where the key is not to be there; a round is written after the one before it), then `{"done":KEY}` for each that was written.
 */
import { closeSync, fsyncSync, ftruncateSync, lstatSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ExitCode, Failure } from '../../base/errors.js';
import { syncDir, writeAll } from '../../base/files/write.js';

/** A write that is planned. */
export interface JournalEntry {
  key: string;
  /** A round is written after the one before it. */
  round: number;
  /** The round waits for what watches the one before it. */
  waits: boolean;
  /** What has one number is written at once. */
  transaction: number;
  /** The cluster makes it by itself. */
  isMade: boolean;
  /** The mod revision of what is to be replaced, '0': nothing may be there. */
  was: string;
  /** Decimal; '0': none. */
  lease: string;
  value: Buffer;
}

const MARK = 'ketcdctl restore';

/** An open journal. Only its owner can read it: there may be secrets in it. */
export class Journal {
  private constructor(
    readonly path: string,
    private readonly fd: number,
    private size: number,
  ) {}

  /**
   * Makes a journal; it is on the disk when this returns.
   * @param path of a file that is not there; undefined: one in the folder of this user's state
   * @param cluster the ID of the etcd cluster, decimal
   */
  static create(
    path: string | undefined,
    env: NodeJS.ProcessEnv,
    cluster: string,
    entries: readonly JournalEntry[],
  ): Journal {
    const file = path === undefined ? statePath(env, new Date()) : resolve(path);
    let fd: number | undefined;
    try {
      if (path === undefined) privateFolder(dirname(file));
      fd = openSync(file, 'wx', 0o600);
      const journal = new Journal(file, fd, 0);
      journal.append([{ journal: MARK, cluster, keys: entries.length }, ...entries.map(entryLine)]);
      syncDir(dirname(file));
      return journal;
    } catch (error) {
      if (fd !== undefined) {
        closeSync(fd);
        rmSync(file, { force: true });
      }
      throw cannotKeep(file, error);
    }
  }

  /**
   * Opens the journal of a run that broke off; what is left of it to do.
   * @throws Failure for a file that is none, or of another cluster
   */
  static resume(path: string, cluster: string): { journal: Journal; left: JournalEntry[]; done: number } {
    const { entries, done, size } = readJournal(path, cluster);
    const fd = openSync(path, 'r+');
    ftruncateSync(fd, size);
    return {
      journal: new Journal(path, fd, size),
      left: entries.filter(({ key }) => !done.has(key)),
      done: done.size,
    };
  }

  /** Keeps that keys are written. */
  done(keys: readonly string[]): void {
    this.append(keys.map((key) => ({ done: key })));
  }

  /** Ends it: with everything written the file goes. */
  end(isComplete: boolean): void {
    closeSync(this.fd);
    if (isComplete) rmSync(this.path, { force: true });
  }

  private append(lines: readonly object[]): void {
    if (lines.length === 0) return;
    try {
      const bytes = Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      writeAll(this.fd, bytes, this.size);
      fsyncSync(this.fd);
      this.size += bytes.length;
    } catch (error) {
      throw cannotKeep(this.path, error);
    }
  }
}

function entryLine({ value, ...entry }: JournalEntry): object {
  return { ...entry, value: value.toString('base64') };
}

function cannotKeep(path: string, cause: unknown): Failure {
  const exists = (cause as NodeJS.ErrnoException).code === 'EEXIST';
  return new Failure(`the journal ${path} cannot be kept: ${(cause as Error).message}`, {
    exitCode: ExitCode.IO,
    hint: exists ? 'another run has just begun; repeat it' : '--journal FILE keeps it elsewhere',
    cause,
  });
}

function statePath(env: NodeJS.ProcessEnv, now: Date): string {
  const state = env.XDG_STATE_HOME || join(env.HOME || homedir(), '.local', 'state');
  const time = now.toISOString().replace(/[-:.]/g, '');
  return join(state, 'ketcdctl', `restore-${time}-${process.pid}.jsonl`);
}

/** Makes a folder that nobody else can look into. */
function privateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const { mode, uid } = lstatSync(path);
  const own = process.getuid?.();
  if ((own === undefined || uid === own) && (mode & 0o022) === 0) return;
  throw new Error(`others may write in the folder ${path}`);
}

function readJournal(path: string, cluster: string): { entries: JournalEntry[]; done: Set<string>; size: number } {
  const refuse = (why: string) =>
    new Failure(`${path} ${why}`, {
      exitCode: ExitCode.InvalidInput,
      hint: '--journal names a file that is not there yet, or the journal of a run that broke off',
    });
  const text = readFileSync(path);
  // The last line may be cut off.
  const size = text.lastIndexOf(0x0a) + 1;
  const lines = text.subarray(0, size).toString().split('\n').slice(0, -1);
  const entries: JournalEntry[] = [];
  const done = new Set<string>();
  const head = parsed(lines[0]);
  if (head?.journal !== MARK) throw refuse('is no journal of `k8s restore`');
  if (head.cluster !== cluster) throw refuse(`is of another etcd cluster, ${head.cluster}, and this is ${cluster}`);
  for (const [index, line] of lines.slice(1).entries()) {
    const { key, round, waits, transaction, isMade, was, lease, value, done: written } = parsed(line) ?? {};
    if (typeof written === 'string') done.add(written);
    else if (typeof key === 'string' && typeof value === 'string' && isNumber(was) && isNumber(lease)) {
      const at = {
        round: Number(round),
        waits: waits === true,
        transaction: Number(transaction),
        isMade: isMade === true,
      };
      entries.push({ key, ...at, was, lease, value: Buffer.from(value, 'base64') });
    } else throw refuse(`is damaged in line ${index + 2}`);
  }
  if (entries.length !== head.keys) throw refuse('is not whole: nothing of it was written');
  return { entries, done, size };
}

function isNumber(text: unknown): text is string {
  return typeof text === 'string' && /^\d+$/.test(text);
}

function parsed(line: string | undefined): Record<string, unknown> | undefined {
  try {
    return line === undefined ? undefined : (JSON.parse(line) as Record<string, unknown>);
  } catch {
    return undefined;
  }
}
