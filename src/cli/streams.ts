import { fstatSync, write as writeAsync, writeSync } from 'node:fs';
import { ExitCode, Failure } from '../errors.js';
import type { Io, Output } from './command.js';

/** Bytes that are gathered before they are written without waiting for more. */
const CHUNK = 64 * 1024;
/** Bytes that may wait for the reader before whoever writes is told to wait. */
const HIGH_WATER = 256 * 1024;
const RETRY_MS = 5;

/** The process's own streams. */
export function processIo(): Io {
  return {
    stdout: new GatheringOutput(1),
    stderr: new DirectOutput(2),
    get stdin() {
      return process.stdin;
    },
  };
}

/**
 * Standard output, written by the thread pool so that a slow reader never stops the event loop (and with it keepalive pings
 * and lease renewals), one piece at a time; what is left at the end is written at once.
 */
class GatheringOutput implements Output {
  readonly #fd: number;
  #parts: (string | Uint8Array)[] = [];
  #size = 0;
  #running: Promise<void> | undefined;
  #failure: Failure | undefined;
  #timer: NodeJS.Immediate | undefined;
  onReaderGone: (() => void) | undefined;
  written = 0;
  /** Asked for with every value that is printed. */
  #terminal: boolean | undefined;

  constructor(fd: number) {
    this.#fd = fd;
  }

  get isTTY(): boolean {
    this.#terminal ??= isTerminal(this.#fd);
    return this.#terminal;
  }

  write(chunk: string | Uint8Array): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure;
    this.#parts.push(chunk);
    this.#size += chunk.length;
    if (this.#size >= CHUNK) this.#run();
    else this.#timer ??= setImmediate(() => this.#run());
    return this.#size >= HIGH_WATER ? this.#running : undefined;
  }

  async flush(): Promise<void> {
    await this.#running;
    if (this.#failure !== undefined) throw this.#failure;
    clearImmediate(this.#timer);
    this.#timer = undefined;
    let bytes = this.#take();
    while (bytes.length > 0) bytes = await this.#writePart(bytes, (part, done) => writeNow(this.#fd, part, done));
    if (this.#failure !== undefined) throw this.#failure;
  }

  #take(): Uint8Array {
    const parts = this.#parts;
    this.#parts = [];
    this.#size = 0;
    const pieces = joinStrings(parts);
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }

  #run(): void {
    this.#timer = undefined;
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
    });
  }

  async #drain(): Promise<void> {
    while (this.#size > 0 && this.#failure === undefined) {
      let bytes = this.#take();
      while (bytes.length > 0) bytes = await this.#writePart(bytes, (part, done) => writeAsync(this.#fd, part, done));
    }
  }

  /** Writes some of the bytes and gives the rest; none after a failure, which the next write or flush throws. */
  #writePart(bytes: Uint8Array, write: Writer): Promise<Uint8Array> {
    return new Promise((resolve) => {
      write(bytes, (error, written) => {
        this.written += written;
        if (error === null) resolve(bytes.subarray(written));
        else if (error.code === 'EAGAIN') setTimeout(() => resolve(bytes), RETRY_MS);
        else {
          this.#failure = writeFailure(error, this.onReaderGone);
          resolve(bytes.subarray(bytes.length));
        }
      });
    });
  }
}

/** Bytes of chunks in order; strings that follow one another are made into bytes in one go, which is much faster than each alone. */
function joinStrings(parts: (string | Uint8Array)[]): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') text += part;
    else {
      if (text !== '') pieces.push(Buffer.from(text));
      text = '';
      pieces.push(part);
    }
  }
  if (text !== '') pieces.push(Buffer.from(text));
  return pieces;
}

type Writer = (bytes: Uint8Array, done: (error: NodeJS.ErrnoException | null, written: number) => void) => void;

function writeNow(fd: number, bytes: Uint8Array, done: Parameters<Writer>[1]): void {
  let written = 0;
  try {
    written = writeSync(fd, bytes);
  } catch (error) {
    done(error as NodeJS.ErrnoException, 0);
    return;
  }
  done(null, written);
}

function writeFailure(error: NodeJS.ErrnoException, readerGone: () => void = dieBySigpipe): Failure {
  if (error.code === 'EPIPE') readerGone();
  return new Failure(`cannot write standard output: ${error.message}`, { exitCode: ExitCode.IO, cause: error });
}

/** Ends as a C or Go program whose reader has gone away: quietly, by the signal that Node ignores at its start. */
export function dieBySigpipe(): never {
  const nothing = () => {};
  process.on('SIGPIPE', nothing);
  process.off('SIGPIPE', nothing);
  process.kill(process.pid, 'SIGPIPE');
  process.exit(141);
}

/** Loads node:tty (and with it node:net, 2 to 3 ms) only for what can be a terminal at all. */
function isTerminal(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice() && process.getBuiltinModule('node:tty').isatty(fd);
  } catch {
    return false;
  }
}

/** Standard error: little is written there, and it must be there when the process dies. */
class DirectOutput implements Output {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  get isTTY(): boolean {
    return isTerminal(this.#fd);
  }

  write(chunk: string | Uint8Array): undefined {
    let bytes: Uint8Array = Buffer.from(chunk);
    while (bytes.length > 0) {
      writeNow(this.#fd, bytes, (error, written) => {
        if (error === null) bytes = bytes.subarray(written);
        else if (error.code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, RETRY_MS);
        else bytes = bytes.subarray(bytes.length);
      });
    }
  }

  async flush(): Promise<void> {}
}
