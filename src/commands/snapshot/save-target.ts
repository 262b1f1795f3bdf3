/** Where `snapshot save` puts what comes: into a file, a folder of snapshots, or standard output. */
import { createReadStream, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Output } from '../../base/contract.js';
import { removingUnlessDone } from '../../base/files/clean-up.js';
import { partName, writeWhole } from '../../base/files/part-file.js';
import type { IncomingSnapshot } from '../../etcd/snapshot.js';
import { EtcdFile } from '../../storage/mvcc/etcd-file.js';
import { type Compression, compressed, ENDINGS } from '../../storage/snapshot/compressed.js';
import { type KeepRules, keptName, makeFolder, removeOlder } from '../../storage/snapshot/kept-snapshots.js';

export interface Saved {
  /** The target's name in messages. */
  path: string;
  /** Bytes of the snapshot before it was compressed. */
  size: number;
  /** The server's, where it says it. */
  version: string;
  /** Older snapshots that had to go. */
  removed: string[];
  /** Snapshots of the same folder that are named as if they were taken after this one. */
  later: string[];
}

type Source = AsyncIterable<Uint8Array>;

function packed(source: Source, compression: Compression | undefined): Source {
  return compression ? compressed(source, compression) : source;
}

/** @throws Failure; then there is no file, or the one that was there before */
export async function saveToFile(
  snapshot: IncomingSnapshot,
  path: string,
  compression?: Compression | undefined,
): Promise<Saved> {
  await writeWhole(path, packed(snapshot, compression));
  return { path, size: snapshot.size, version: snapshot.version, removed: [], later: [] };
}

/** What is written before a failure has been written: the exit code has to be looked at. */
export async function saveToOutput(
  snapshot: IncomingSnapshot,
  output: Output,
  compression: Compression | undefined,
): Promise<Saved> {
  for await (const piece of packed(snapshot, compression)) {
    const wait = output.write(piece);
    if (wait) await wait;
  }
  await output.flush();
  return { path: 'standard output', size: snapshot.size, version: snapshot.version, removed: [], later: [] };
}

/**
 * Saves under a name that tells time and revision, and removes those that `keep` does not want then. The revision is in the
 * file alone, so that one that is to be compressed is saved as it is before.
 */
export async function saveToFolder(
  snapshot: IncomingSnapshot,
  dir: string,
  keep: KeepRules,
  compression: Compression | undefined,
): Promise<Saved> {
  makeFolder(dir);
  const time = new Date();
  const unnamed = join(dir, '.etcd');
  const nameOf = (file: string): string => join(dir, keptName(time, revisionOf(file)));
  const path = compression
    ? await saveAndCompress(snapshot, unnamed, compression, nameOf)
    : await writeWhole(unnamed, snapshot, nameOf);
  const { removed, later } = removeOlder(dir, keep, time);
  return { path, size: snapshot.size, version: snapshot.version, removed, later };
}

/** @returns the path of the compressed file */
async function saveAndCompress(
  snapshot: Source,
  unnamed: string,
  compression: Compression,
  nameOf: (plain: string) => string,
): Promise<string> {
  const plain = partName(unnamed);
  const removePlain = (): void => rmSync(plain, { force: true });
  return removingUnlessDone(removePlain, async () => {
    await writeWhole(plain, snapshot);
    const path = `${nameOf(plain)}${ENDINGS[compression]}`;
    await writeWhole(path, compressed(createReadStream(plain), compression));
    removePlain();
    return path;
  });
}

function revisionOf(path: string): bigint {
  const file = new EtcdFile(path);
  file.close();
  return file.revision;
}
