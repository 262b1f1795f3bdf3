/** Reading files, standard input, and lines. */
import { closeSync, openSync, read, readSync } from 'node:fs';
import type { Io } from './contract.js';
import { ExitCode, Failure } from './errors.js';
import { bytesArg } from './go/argument-bytes.js';

/** The chunks of a file, or of standard input where there is none or it is `-`. */
export async function* readInput(io: Pick<Io, 'stdin' | 'stdinFd'>, path: string | undefined): AsyncGenerator<Buffer> {
  const isStdin = path === undefined || path === '-';
  let file: number | undefined;
  try {
    if (!isStdin) file = openSync(path, 'r');
    const descriptor = isStdin ? io.stdinFd : file;
    if (descriptor !== undefined && (yield* readDescriptor(descriptor))) return;
    yield* io.stdin as AsyncIterable<Buffer>;
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new Failure(`cannot read ${path ?? 'standard input'}: ${error.message}`, {
      exitCode: ExitCode.IO,
      cause: error,
    });
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

const CHUNK = 64 * 1024;

/** The chunks that a descriptor gives; false at the first that would have to be waited for in another way. */
async function* readDescriptor(fd: number): AsyncGenerator<Buffer, boolean> {
  for (;;) {
    const chunk = await readChunk(fd);
    if (chunk === undefined) return false;
    if (chunk.length === 0) return true;
    yield chunk;
  }
}

function readChunk(fd: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    read(fd, Buffer.allocUnsafe(CHUNK), 0, CHUNK, null, (error, size, bytes) => {
      if (error === null) resolve(bytes.subarray(0, size));
      // EOF: how Windows ends a pipe.
      else if (error.code === 'EOF') resolve(bytes.subarray(0, 0));
      else if (error.code === 'EAGAIN') resolve(undefined);
      else reject(error);
    });
  });
}

/** Whether a text begins like JSON: what comes first that is no blank. Undefined as long as nothing came. */
export function looksLikeJson(bytes: Buffer): boolean | undefined {
  const first = /[^\s\ufeff]/.exec(bytes.toString('utf8', 0, 4096))?.[0];
  return first === undefined ? undefined : first === '{' || first === '[';
}

const UTF8_MARK = '\xef\xbb\xbf';
const UTF16 = /^(?:\xff\xfe|\xfe\xff)/;

/** All that `chunks` hold, after what was read of them already. */
export async function readAll(head: Buffer, chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  const parts = [head];
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) parts.push(next.value);
  return Buffer.concat(parts);
}

/**
 * Reads until something other than blanks came; the mark that some programs put in front of UTF-8 is left out.
 * @throws Failure for UTF-16, which PowerShell's `>` makes of a text, and for nothing
 */
export async function readHead(chunks: AsyncIterator<Buffer>): Promise<{ head: Buffer; isJson: boolean }> {
  let head: Buffer = Buffer.alloc(0);
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
    const isJson = looksLikeJson(head);
    if (isJson === undefined) continue;
    if (UTF16.test(head.toString('latin1', 0, 2))) {
      throw new Failure('the input is UTF-16 text', { exitCode: ExitCode.InvalidInput, hint: 'save it as UTF-8' });
    }
    return { head: head.toString('latin1', 0, 3) === UTF8_MARK ? head.subarray(3) : head, isJson };
  }
  throw new Failure('there is nothing to read: the input is empty', { exitCode: ExitCode.InvalidInput });
}

const NEWLINE = 0x0a;

/**
 * The lines of a stream as they come, without their newlines. What follows the last newline is no line: it is left out, as
 * etcdctl does. Bytes that are not UTF-8 are kept as arg-bytes.ts has them.
 */
export async function* inputLines(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let begun: Buffer[] = [];
  for await (const chunk of stream) {
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, from)) {
      const rest = chunk.subarray(from, end);
      yield bytesArg(begun.length > 0 ? Buffer.concat([...begun, rest]) : rest);
      begun = [];
      from = end + 1;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
  }
}

/** One line of standard input and not a byte more: what follows may be the value to put, or the next password. */
export function readLine(descriptor = 0): string {
  const bytes: number[] = [];
  const one = Buffer.alloc(1);
  for (;;) {
    const length = readByte(descriptor, one);
    if (length === 0 || one[0] === 0x0a) return Buffer.from(bytes).toString('utf8').replace(/\r$/, '');
    bytes.push(one[0]!);
  }
}

function readByte(descriptor: number, into: Buffer): number {
  for (;;) {
    try {
      return readSync(descriptor, into, 0, 1, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
    }
  }
}
