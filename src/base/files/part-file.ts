import { closeSync, fsync, openSync, rmSync, writev } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '../errors.js';
import { systemText } from '../go/errno.js';
import { withoutFirst } from '../pieces.js';
import { removingUnlessDone } from './clean-up.js';
import { syncDir } from './sync-dir.js';

/** Small pieces are gathered: the disk is given larger ones. */
const WRITE_BYTES = 1 << 20;

/**
 * Writes a file that appears under its name when it is whole and on the disk: until then it is `part`, which is removed when `source`
 * fails or a signal ends the process.
 * @param name called when everything is written: where the file belongs
 * @throws Failure when the file cannot be written; whatever `source` throws
 */
export async function writeWhole(
  part: string,
  source: AsyncIterable<Uint8Array>,
  name: () => string | Promise<string>,
): Promise<void> {
  const opened: number[] = [];
  const remove = (): void => {
    if (opened.length > 0) rmSync(part, { force: true });
  };
  // Signals are heard before there is a file that they could leave behind.
  await removingUnlessDone(remove, async () => {
    const fd = openPart(part);
    opened.push(fd);
    try {
      await copyInto(fd, part, source);
      await promisify(fsync)(fd);
    } finally {
      closeSync(fd);
    }
    const path = await name();
    await rename(part, path).catch((error) => {
      throw new Failure(`could not rename ${part} to ${path} (${systemText(error)})`, { cause: error });
    });
    syncDir(dirname(resolve(path)));
  });
}

function openPart(part: string): number {
  try {
    return openSync(part, 'w', 0o600);
  } catch (error) {
    throw new Failure(`could not open ${part} (open ${part}: ${systemText(error)})`, { cause: error });
  }
}

/** Writes a batch while the next one is gathered. */
async function copyInto(fd: number, part: string, source: AsyncIterable<Uint8Array>): Promise<void> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  let writing = Promise.resolve();
  const flush = async (): Promise<void> => {
    await writing;
    writing = writeAll(fd, part, waiting);
    // Told by the next flush.
    writing.catch(() => {});
    waiting = [];
    size = 0;
  };
  for await (const piece of source) {
    waiting.push(piece);
    size += piece.length;
    if (size >= WRITE_BYTES) await flush();
  }
  await flush();
  await writing;
}

async function writeAll(fd: number, part: string, pieces: Uint8Array[]): Promise<void> {
  try {
    for (let rest = pieces; rest.length > 0; ) {
      const { bytesWritten } = await promisify(writev)(fd, rest);
      rest = withoutFirst(rest, bytesWritten);
    }
  } catch (error) {
    throw new Failure(`could not write ${part} (${systemText(error)})`, { cause: error });
  }
}
