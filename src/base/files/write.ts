/**
 * Writing to files. A write may take fewer bytes than it was given (a full disk takes what still fits, and fails at the next one only),
 * so whatever is written to a file goes through here.
 */
import { closeSync, fsyncSync, ftruncateSync, openSync, readdirSync, writeSync, writev } from 'node:fs';
import { join } from 'node:path';

/** By hand, as `promisify` is: node:util takes 1 to 2 ms of every start of the executable to load. */
function writeSome(fd: number, pieces: Uint8Array[], at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    writev(fd, pieces, at, (error, written) => (error ? reject(error) : resolve(written)));
  });
}

/** Writes all of `bytes` at an offset. */
export function writeAll(fd: number, bytes: Uint8Array, offset: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += progress(writeSync(fd, bytes, done, bytes.length - done, offset + done));
  }
}

/** Writes all pieces, one behind the other, from an offset on. */
export async function writeAllPieces(fd: number, pieces: Uint8Array[], offset: number): Promise<void> {
  let at = offset;
  for (let rest = withoutFirst(pieces, 0); rest.length > 0; ) {
    const written = await writeSome(fd, rest, at);
    at += progress(written);
    rest = withoutFirst(rest, written);
  }
}

/** A write that takes nothing and does not fail would be tried for ever. */
function progress(written: number): number {
  if (written > 0) return written;
  throw Object.assign(new Error('the file takes no more bytes'), { code: 'ENOSPC', syscall: 'write' });
}

/** The pieces of a text without its first bytes, as after a write that took only these; none of them is empty. */
export function withoutFirst(pieces: Uint8Array[], bytes: number): Uint8Array[] {
  let left = bytes;
  let whole = 0;
  while (whole < pieces.length && left >= pieces[whole]!.length) left -= pieces[whole++]!.length;
  const rest = pieces.slice(whole);
  if (left > 0) rest[0] = rest[0]!.subarray(left);
  return rest;
}

/**
 * Writes a file that is not there yet, and on to the disk.
 * @param options.size bytes that it has at least: the rest is zeros
 */
export function writeNewFile(
  path: string,
  content: Uint8Array,
  { mode, size = 0 }: { mode: number; size?: number },
): void {
  const fd = openSync(path, 'wx', mode);
  try {
    writeAll(fd, content, 0);
    if (size > content.length) ftruncateSync(fd, size);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Makes sure that a folder, what is in it and what is in that are on the disk; symbolic links are not followed. */
export function syncTree(path: string): void {
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) syncTree(join(path, entry.name));
    else if (entry.isFile()) sync(join(path, entry.name));
  }
  sync(path);
}

/** Makes sure that the names in a folder are on the disk. */
export function syncDir(path: string): void {
  sync(path);
}

function sync(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
