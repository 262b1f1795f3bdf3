import { closeSync, fstatSync, writeSync, writev, writevSync } from 'node:fs';
import type { Io, Output, ReaderGone } from './contract.js';
import { ExitCode, Failure } from './errors.js';
import { withoutFirst } from './files/write.js';

/** Bytes that are gathered before they are written without waiting for more. */
const SLAB = 64 * 1024;
/** Full slabs that may wait for the reader before whoever writes is told to wait. */
const MOST_FULL = 4;
const RETRY_MS = 5;
/** What the system takes at once (IOV_MAX). */
const MOST_PIECES = 1024;

/** The process's own streams. */
export function processIo(): Io {
  return {
    stdout: new GatheringOutput(1),
    stderr: new DirectOutput(2),
    stdinFd: 0,
    get stdin() {
      return process.stdin;
    },
  };
}

/**
 * Standard output, written by the thread pool so that a slow reader never stops the event loop (and with it keepalive pings
 * and lease renewals), one batch at a time; what is left at the end is written at once.
 *
 * Bytes are copied into slabs that are used again and again: whoever writes may use its own buffer again too. A get of 100 MB would
 * leave the garbage collector 60 MB of buffers that are too old for its quick way.
 */
class GatheringOutput implements Output {
  onReaderGone: ReaderGone | undefined;
  written = 0;
  private readonly fd: number;
  /** Strings that follow one another: made into bytes in one go, which is much faster than each alone. */
  private text = '';
  private slab: Buffer | undefined;
  private used = 0;
  private readonly full: Buffer[] = [];
  private readonly free: Buffer[] = [];
  private running: Promise<void> | undefined;
  private failure: Failure | undefined;
  private timer: NodeJS.Immediate | undefined;
  /** Asked for with every value that is printed. */
  private terminal: boolean | undefined;

  constructor(fd: number) {
    this.fd = fd;
  }

  get isTTY(): boolean {
    this.terminal ??= isTerminal(this.fd);
    return this.terminal;
  }

  write(chunk: string | Uint8Array): Promise<void> | undefined {
    if (this.failure !== undefined) throw this.failure;
    if (typeof chunk === 'string') this.text += chunk;
    if (typeof chunk !== 'string' || this.text.length >= SLAB) this.gather(chunk);
    if (this.full.length > 0) this.run();
    else this.timer ??= setImmediate(() => this.run());
    return this.full.length >= MOST_FULL ? this.running : undefined;
  }

  async flush(): Promise<void> {
    await this.running;
    if (this.failure !== undefined) throw this.failure;
    clearImmediate(this.timer);
    this.timer = undefined;
    let pieces: Uint8Array[] = this.take();
    while (pieces.length > 0) {
      pieces = await this.writeSome(pieces, (some, done) => attempt(() => writevSync(this.fd, some), done));
    }
    if (this.failure !== undefined) throw this.failure;
  }

  /** Copies the text that waits, and the chunk if it is no part of it. */
  private gather(chunk: string | Uint8Array): void {
    const text = this.text;
    this.text = '';
    if (text !== '') this.copy(Buffer.from(text));
    if (typeof chunk !== 'string') this.copy(chunk);
  }

  private copy(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      this.slab ??= this.free.pop() ?? Buffer.allocUnsafeSlow(SLAB);
      const part = Math.min(bytes.length - at, SLAB - this.used);
      this.slab.set(part === bytes.length ? bytes : bytes.subarray(at, at + part), this.used);
      at += part;
      this.used += part;
      if (this.used === SLAB) this.close();
    }
  }

  /** Puts the slab that is being filled with those that wait to be written. */
  private close(): void {
    if (this.slab && this.used > 0) this.full.push(this.slab.subarray(0, this.used));
    this.slab = undefined;
    this.used = 0;
  }

  private take(): Buffer[] {
    this.gather('');
    this.close();
    return this.full.splice(0);
  }

  private run(): void {
    this.timer = undefined;
    this.running ??= this.drain().finally(() => {
      this.running = undefined;
    });
  }

  private async drain(): Promise<void> {
    for (let slabs = this.take(); slabs.length > 0 && this.failure === undefined; slabs = this.take()) {
      let pieces: Uint8Array[] = slabs;
      while (pieces.length > 0) pieces = await this.writeSome(pieces, (some, done) => writev(this.fd, some, done));
      // Not more than there are while a reader keeps up.
      for (const slab of slabs) if (this.free.length < MOST_FULL) this.free.push(Buffer.from(slab.buffer));
    }
  }

  /** Writes some of the bytes and gives the rest; none after a failure, which the next write or flush throws. */
  private writeSome(pieces: Uint8Array[], write: Writer): Promise<Uint8Array[]> {
    return new Promise((resolve) => {
      write(pieces.slice(0, MOST_PIECES), (error, written) => {
        this.written += written;
        if (error === null) resolve(withoutFirst(pieces, written));
        else if (error.code === 'EAGAIN') setTimeout(() => resolve(pieces), RETRY_MS);
        else {
          this.failure = writeFailure(error, this.fd, this.onReaderGone);
          resolve([]);
        }
      });
    });
  }
}

type Done = (error: NodeJS.ErrnoException | null, written: number) => void;
type Writer = (pieces: Uint8Array[], done: Done) => void;

function attempt(write: () => number, done: Done): void {
  let written = 0;
  try {
    written = write();
  } catch (error) {
    done(error as NodeJS.ErrnoException, 0);
    return;
  }
  done(null, written);
}

function writeFailure(error: NodeJS.ErrnoException, fd: number, readerGone: ReaderGone = dieUnread): Failure {
  if (error.code === 'EPIPE') readerGone('SIGPIPE');
  else if (error.code === 'EIO' && mayBeTerminal(fd)) readerGone('SIGHUP');
  return new Failure(`cannot write standard output: ${error.message}`, { exitCode: ExitCode.IO, cause: error });
}

/** The end where nothing has to be tidied up first. */
const dieUnread: ReaderGone = (signal) => {
  if (signal === 'SIGPIPE') dieBySigpipe();
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
};

/** Ends as a C or Go program whose reader has gone away: quietly, by the signal that Node ignores at its start. */
export function dieBySigpipe(): never {
  const nothing = () => {};
  process.on('SIGPIPE', nothing);
  process.off('SIGPIPE', nothing);
  process.kill(process.pid, 'SIGPIPE');
  process.exit(141);
}

/** The major number of /dev/null and its kin. */
const MEMORY_DEVICES = 1;

/** Loads node:tty (and with it node:net, 2 to 3 ms) only for what can be a terminal at all. */
function isTerminal(fd: number): boolean {
  return mayBeTerminal(fd) && process.getBuiltinModule('node:tty').isatty(fd);
}

/** Whether it is a terminal, or was one that is closed by now. */
function mayBeTerminal(fd: number): boolean {
  try {
    const found = fstatSync(fd);
    return found.isCharacterDevice() && found.rdev >> 8 !== MEMORY_DEVICES;
  } catch {
    return false;
  }
}

/**
 * Closes what is left of terminals that were closed meanwhile. Node would set them back as it found them when the process exits, which
 * fails then, and abort with a trace.
 */
export function dropLostTerminals(): void {
  for (const fd of [0, 1, 2]) if (mayBeTerminal(fd) && !isTerminal(fd)) closeSync(fd);
}

/** Standard error: little is written there, and it must be there when the process dies. */
class DirectOutput implements Output {
  private readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  get isTTY(): boolean {
    return isTerminal(this.fd);
  }

  write(chunk: string | Uint8Array): undefined {
    let bytes: Uint8Array = Buffer.from(chunk);
    while (bytes.length > 0) {
      const done: Done = (error, written) => {
        if (error === null) bytes = bytes.subarray(written);
        else if (error.code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
        else bytes = bytes.subarray(bytes.length);
      };
      attempt(() => writeSync(this.fd, bytes), done);
    }
  }

  async flush(): Promise<void> {}
}
