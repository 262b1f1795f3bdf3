/** Files that appear under their names when they are whole and on the disk, or not at all. */
import { randomBytes } from 'node:crypto';
import { closeSync, constants, fsync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { ExitCode, Failure } from '../errors.js';
import { systemText } from '../go/errno.js';
import { removingUnlessDone } from './clean-up.js';
import { syncDir, writeAll, writeAllPieces } from './write.js';

/** Small pieces are gathered: the disk is given larger ones. */
const WRITE_BYTES = 1 << 20;

/** The name that a file has until it is whole: beside its own, and of one process alone, so that two that write one file do not meet. */
export function partName(path: string): string {
  return `${path}.part-${process.pid}-${randomBytes(4).toString('hex')}`;
}

/** Only its maker opens a part file, and nothing that was there before, a symbolic link for instance, is written to. */
const EXCLUSIVE = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL;

/** A file in the making. */
export interface PartFile {
  /** Open for reading and writing. */
  fd: number;
  /** The name while the file is being written. */
  part: string;
}

/**
 * Makes a file with `fill`, which then gets its name, in place of a file that has it already.
 * @param path where it belongs; what is asked for it only when the file is full may depend on its content
 * @throws Failure (exit code 6) when it cannot be written; whatever `fill` throws. Then, as after a signal that ends the process, nothing is left of it.
 */
export async function makeFile(
  path: string,
  fill: (file: PartFile) => Promise<void>,
  name: (part: string) => string = () => path,
): Promise<string> {
  refuseSpecial(path);
  const part = partName(path);
  let fd: number | undefined;
  const remove = (): void => {
    if (fd !== undefined) rmSync(part, { force: true });
  };
  try {
    // Signals are heard before there is a file that they could leave behind.
    return await removingUnlessDone(remove, async () => {
      fd = openPart(path, part);
      await fill({ fd, part }).catch((error) => {
        throw notWritten(path, error);
      });
      await promisify(fsync)(fd);
      return moveTo(part, name(part));
    });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Makes a file of what `source` gives. */
export function writeWhole(
  path: string,
  source: AsyncIterable<Uint8Array>,
  name?: (part: string) => string,
): Promise<string> {
  return makeFile(path, ({ fd }) => copyInto(fd, source), name);
}

/** Makes a small file, at once: no signal comes in between. */
export function writeFileWhole(path: string, content: Uint8Array | string, mode = 0o600): void {
  refuseSpecial(path);
  const part = partName(path);
  const fd = openPart(path, part, mode);
  try {
    writeAll(fd, Buffer.from(content as string), 0);
    fsyncSync(fd);
    moveTo(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw notWritten(path, error);
  } finally {
    closeSync(fd);
  }
}

/** A rename would put a file in the place of a device such as /dev/null. */
function refuseSpecial(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat || stat.isFile() || stat.isDirectory()) return;
  throw new Failure(`${path} is no regular file`, { exitCode: ExitCode.IO, hint: 'name a file' });
}

/** The messages are etcdctl's, with its name for the file in the making. */
function openPart(path: string, part: string, mode = 0o600): number {
  try {
    return openSync(part, EXCLUSIVE, mode);
  } catch (error) {
    const text = `could not open ${path}.part (open ${path}.part: ${systemText(error)})`;
    throw new Failure(text, { exitCode: ExitCode.IO, cause: error });
  }
}

function moveTo(part: string, path: string): string {
  try {
    renameSync(part, path);
    syncDir(dirname(resolve(path)));
    return path;
  } catch (error) {
    const text = `could not rename ${path}.part to ${path} (${systemText(error)})`;
    throw new Failure(text, { exitCode: ExitCode.IO, cause: error });
  }
}

function notWritten(path: string, error: unknown): unknown {
  const { syscall = '' } = error as NodeJS.ErrnoException;
  if (!/^(?:write|fsync)/.test(syscall)) return error;
  return new Failure(`could not write ${path} (${systemText(error)})`, { exitCode: ExitCode.IO, cause: error });
}

/** Writes a batch while the next one is gathered. */
async function copyInto(fd: number, source: AsyncIterable<Uint8Array>): Promise<void> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  let offset = 0;
  let writing = Promise.resolve();
  const flush = async (): Promise<void> => {
    await writing;
    writing = writeAllPieces(fd, waiting, offset);
    // Told by the next flush.
    writing.catch(() => {});
    offset += size;
    waiting = [];
    size = 0;
  };
  try {
    for await (const piece of source) {
      waiting.push(piece);
      size += piece.length;
      if (size >= WRITE_BYTES) await flush();
    }
    await flush();
    await writing;
  } finally {
    // The descriptor is closed then: not while something is written.
    await writing.catch(() => {});
  }
}
