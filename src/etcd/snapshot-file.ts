/** A member's database in a temporary file, for what only the file tells: the revisions of the past. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ExitCode, Failure } from '../base/errors.js';
import { removingUnlessDone } from '../base/files/clean-up.js';
import { writeWhole } from '../base/files/part-file.js';
import { type EtcdClient, openClient } from './client.js';
import { IncomingSnapshot, type SnapshotOptions } from './snapshot.js';

/**
 * Receives a snapshot and hands a client over it to `body`; the file, which only this user can read, is gone when that is done, has
 * failed, or is ended by a signal.
 * @throws Failure where it finds no room, naming TMPDIR
 */
export async function withSnapshotFile<T>(
  client: EtcdClient,
  options: SnapshotOptions,
  body: (file: EtcdClient) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'ketcdctl-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return removingUnlessDone(remove, async () => {
    const path = join(folder, 'snapshot.db');
    await writeWhole(path, new IncomingSnapshot(client, options)).catch((error: unknown) => {
      throw roomFailure(error, folder);
    });
    const file = await openClient({ endpoints: [`file:${path}`] });
    try {
      return await body(file);
    } finally {
      file.close();
      remove();
    }
  });
}

function roomFailure(error: unknown, folder: string): unknown {
  const isFull = error instanceof Failure && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOSPC';
  if (!isFull) return error;
  return new Failure(`there is no room for a snapshot in ${folder}: ${error.message}`, {
    exitCode: ExitCode.IO,
    hint: 'TMPDIR names another place for it',
    cause: error,
  });
}
