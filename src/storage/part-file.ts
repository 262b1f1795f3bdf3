import { rmSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Failure } from '../errors.js';
import { withoutFirst } from '../pieces.js';
import { removingUnlessDone } from './clean-up.js';
import { syncDir } from './sync-dir.js';
import { systemText } from './system-text.js';

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
  const file = await openPart(part);
  const remove = (): void => rmSync(part, { force: true });
  try {
    await removingUnlessDone(remove, async () => {
      await copyInto(file, part, source);
      await file.sync();
      const path = await name();
      await rename(part, path).catch((error) => {
        throw new Failure(`could not rename ${part} to ${path} (${systemText(error)})`, { cause: error });
      });
      syncDir(dirname(resolve(path)));
    });
  } finally {
    await file.close();
  }
}

async function openPart(part: string): Promise<FileHandle> {
  try {
    return await open(part, 'w', 0o600);
  } catch (error) {
    throw new Failure(`could not open ${part} (open ${part}: ${systemText(error)})`, { cause: error });
  }
}

/** Writes a batch while the next one is gathered. */
async function copyInto(file: FileHandle, part: string, source: AsyncIterable<Uint8Array>): Promise<void> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  let writing = Promise.resolve();
  const flush = async (): Promise<void> => {
    await writing;
    writing = writeAll(file, part, waiting);
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

async function writeAll(file: FileHandle, part: string, pieces: Uint8Array[]): Promise<void> {
  try {
    for (let rest = pieces; rest.length > 0; ) {
      const { bytesWritten } = await file.writev(rest);
      rest = withoutFirst(rest, bytesWritten);
    }
  } catch (error) {
    throw new Failure(`could not write ${part} (${systemText(error)})`, { cause: error });
  }
}
