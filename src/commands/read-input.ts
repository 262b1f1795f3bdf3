import { createReadStream } from 'node:fs';
import type { Context } from '../cli/command.js';
import { ExitCode, Failure } from '../errors.js';

/** The chunks of a file, or of standard input where there is none or it is `-`. */
export async function* readInput(context: Context, path: string | undefined): AsyncGenerator<Buffer> {
  const stream = path === undefined || path === '-' ? context.stdin : createReadStream(path);
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw new Failure(`cannot read ${path ?? 'standard input'}: ${error.message}`, {
      exitCode: ExitCode.IO,
      cause: error,
    });
  }
}

/** Whether a text begins like JSON: what comes first that is no blank. Undefined as long as nothing came. */
export function looksLikeJson(bytes: Buffer): boolean | undefined {
  const first = /[^\s\ufeff]/.exec(bytes.toString('utf8', 0, 4096))?.[0];
  return first === undefined ? undefined : first === '{' || first === '[';
}

/** All that `chunks` hold, after what was read of them already. */
export async function readAll(head: Buffer, chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  const parts = [head];
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) parts.push(next.value);
  return Buffer.concat(parts);
}

/** Reads until something other than blanks came. */
export async function readHead(chunks: AsyncIterator<Buffer>): Promise<{ head: Buffer; isJson: boolean }> {
  let head: Buffer = Buffer.alloc(0);
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
    const isJson = looksLikeJson(head);
    if (isJson !== undefined) return { head, isJson };
  }
  throw new Failure('there is nothing to read: the input is empty', { exitCode: ExitCode.InvalidInput });
}
