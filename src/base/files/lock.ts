/**
 * The lock that bbolt holds on an open database: flock(2), exclusive for writing, shared for reading. It belongs to the open file, so
 * that it holds in other containers too, and until the last descriptor of that is closed.
 *
 * Node has no flock. The program of util-linux (or busybox) takes the lock for the descriptor that it inherits; Bun calls the C library.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../errors.js';
import { systemText } from '../go/errno.js';

export type LockKind = 'exclusive' | 'shared';

/** Somebody else holds the lock. */
export class FileInUse extends Failure {}

/** How often a lock is asked for that somebody else holds: as often as bbolt does. */
const RETRY_MS = 50;

export interface LockOptions {
  /** How long to wait for somebody else's lock; null: without an end. By default not at all. */
  waitMs?: number | null;
  /** Called when a second of that has gone by. */
  onWait?: (() => void) | undefined;
  /** What to do where somebody else has it. */
  hint?: string;
}

/** When {@link LockOptions.onWait} is called. */
const TELL_MS = 1000;

/**
 * Opens a file and locks it; whoever closes the descriptor gives the lock back.
 * @throws FileInUse when somebody else holds it; Failure when the file cannot be opened, or there is no way to lock it
 */
export async function openLocked(path: string, kind: LockKind, options: LockOptions = {}): Promise<number> {
  const waiting = new Waiting(path, options);
  for (;;) {
    const fd = open(path, kind);
    try {
      while (!(await tryLock(fd, path, kind))) await waiting.turn();
      // Who had the lock may have put another file in its place.
      if (isStillAt(fd, path)) return fd;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
    closeSync(fd);
  }
}

/** Runs something with a lock held for the whole time. */
export async function withLock<T>(
  path: string,
  kind: LockKind,
  options: LockOptions,
  body: (fd: number) => Promise<T> | T,
): Promise<T> {
  const fd = await openLocked(path, kind, options);
  try {
    return await body(fd);
  } finally {
    closeSync(fd);
  }
}

/** The time that is spent for somebody else's lock. */
class Waiting {
  private readonly start = performance.now();
  private readonly path: string;
  private readonly options: LockOptions;
  private told = false;

  constructor(path: string, options: LockOptions) {
    this.path = path;
    this.options = options;
  }

  /** @throws FileInUse when the time is up */
  async turn(): Promise<void> {
    const { waitMs = 0, onWait, hint = 'stop that etcd first' } = this.options;
    const waited = performance.now() - this.start;
    if (waitMs !== null && waited >= waitMs) throw inUse(this.path, hint);
    if (waited >= TELL_MS && !this.told) {
      this.told = true;
      onWait?.();
    }
    await sleep(RETRY_MS);
  }
}

function open(path: string, kind: LockKind): number {
  try {
    return openSync(path, kind === 'exclusive' ? 'r+' : 'r');
  } catch (error) {
    throw new Failure(`open ${path}: ${systemText(error)}`, { cause: error });
  }
}

function isStillAt(fd: number, path: string): boolean {
  const now = statSync(path, { throwIfNoEntry: false });
  const { dev, ino } = fstatSync(fd);
  return now !== undefined && now.dev === dev && now.ino === ino;
}

function inUse(path: string, hint: string): FileInUse {
  const owner = lockOwner(path);
  return new FileInUse(`${path} is in use${owner === undefined ? '' : ` by process ${owner}`}`, { hint });
}

/**
 * Whoever only reads goes on where there is no way to lock.
 * @returns false when somebody else has the lock
 */
async function tryLock(fd: number, path: string, kind: LockKind): Promise<boolean> {
  try {
    return 'Bun' in globalThis ? await lockByLibrary(fd, path, kind) : lockByProgram(fd, path, kind);
  } catch (error) {
    if (kind === 'shared') return true;
    throw error;
  }
}

/** Not looked for on the PATH: this may run as root. */
const PROGRAMS = ['/usr/bin/flock', '/bin/flock', '/run/current-system/sw/bin/flock'];
/** What flock exits with when the lock is held. */
const HELD = 1;

function lockByProgram(fd: number, path: string, kind: LockKind): boolean {
  const program = PROGRAMS.find((name) => existsSync(name));
  if (program === undefined) throw cannotLock(path, 'there is no flock program', 'install util-linux');
  const { status, stderr, error } = spawnSync(program, [kind === 'exclusive' ? '-xn' : '-sn', '3'], {
    stdio: ['ignore', 'ignore', 'pipe', fd],
    env: {},
  });
  if (status === 0) return true;
  if (status === HELD) return false;
  throw cannotLock(path, `${program}: ${error?.message ?? stderr.toString().trim()}`);
}

const LOCK_SHARED = 1;
const LOCK_EXCLUSIVE = 2;
const LOCK_NO_WAIT = 4;
/** EWOULDBLOCK of Linux. */
const WOULD_BLOCK = 11;

/** The part of bun:ffi that is used. */
interface BunFfi {
  dlopen(
    library: string,
    symbols: object,
  ): { symbols: { flock(fd: number, operation: number): number; __errno_location(): number } };
  read: { i32(pointer: number): number };
}

async function lockByLibrary(fd: number, path: string, kind: LockKind): Promise<boolean> {
  const name = 'bun:ffi';
  const ffi = (await import(name)) as BunFfi;
  const { symbols } = openLibrary(ffi, path);
  const operation = (kind === 'exclusive' ? LOCK_EXCLUSIVE : LOCK_SHARED) | LOCK_NO_WAIT;
  if (symbols.flock(fd, operation) === 0) return true;
  const errno = ffi.read.i32(symbols.__errno_location());
  if (errno === WOULD_BLOCK) return false;
  throw cannotLock(path, `flock failed (${errno})`);
}

/** glibc, or musl under the name of its loader. */
function openLibrary(ffi: BunFfi, path: string): ReturnType<BunFfi['dlopen']> {
  const architecture = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const symbols = {
    flock: { args: ['i32', 'i32'], returns: 'i32' },
    __errno_location: { args: [], returns: 'ptr' },
  };
  for (const library of ['libc.so.6', `libc.musl-${architecture}.so.1`]) {
    try {
      return ffi.dlopen(library, symbols);
    } catch {
      // The other one.
    }
  }
  throw cannotLock(path, 'the C library could not be opened');
}

function cannotLock(path: string, reason: string, todo?: string): Failure {
  return new Failure(`${path} cannot be locked: ${reason}`, {
    hint: `without a lock, an etcd that is started meanwhile would lose its writes${todo ? `: ${todo}` : ''}`,
  });
}

/** The process that holds a lock on a file, where the system lists it (/proc/locks: not those of other containers). */
function lockOwner(path: string): string | undefined {
  try {
    const inode = String(statSync(path).ino);
    // "1: FLOCK  ADVISORY  WRITE 4711 fd:01:1234567 0 EOF": the device is not that of stat on every file system, so it is left aside.
    const lines = readFileSync('/proc/locks', 'utf8').split('\n');
    const owners = lines
      .map((line) => line.trim().split(/\s+/))
      .filter(([, kind, , , , file = '']) => kind === 'FLOCK' && file.split(':')[2] === inode);
    return owners.map(([, , , , pid = '']) => pid).find((pid) => hasOpen(pid, realpathSync(path)));
  } catch {
    return undefined;
  }
}

function hasOpen(pid: string, path: string): boolean {
  return readdirSync(`/proc/${pid}/fd`).some((fd) => linkOf(`/proc/${pid}/fd/${fd}`) === path);
}

function linkOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}
