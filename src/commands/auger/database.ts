/** Databases as auger's commands take them. */
import { existsSync } from 'node:fs';
import type { Io } from '../../base/contract.js';
import { Failure } from '../../base/errors.js';
import { EtcdFile, RevisionGone } from '../../storage/mvcc/etcd-file.js';
import { RevisionScan } from '../../storage/mvcc/revision-scan.js';
import { plainFile } from '../../storage/snapshot/compressed.js';
import { checkHash } from '../../storage/snapshot/hash-check.js';

/**
 * Opens a database or snapshot file for some work. It is read without etcd's lock. A snapshot whose hash does not fit is read, too,
 * with a warning: who looks into a damaged file wants what is left of it.
 * @param work what is done; an error of it comes through
 */
export async function withDatabase<T>(path: string, io: Io, work: (file: EtcdFile) => Promise<T>): Promise<T> {
  if (path === '' || !existsSync(path)) throw new Failure(`file does not exist: ${path}`);
  const plain = await plainFile(path);
  const file = new EtcdFile(plain);
  const check = checkHash(file.db.file.path, path).catch((error: Error) => {
    io.stderr.write(`warning: ${error.message}\n`);
  });
  try {
    return await work(file);
  } finally {
    await check;
    file.close();
  }
}

/**
 * The revision that `-r` means: 0, below and beyond the end is the newest.
 * @throws Failure when it is compacted
 */
export function revisionAt(file: EtcdFile, wanted: bigint): bigint {
  if (wanted <= 0n || wanted > file.revision) return file.revision;
  try {
    return file.pin(wanted);
  } catch (error) {
    if (error instanceof RevisionGone) throw new Failure('required revision has been compacted', { cause: error });
    throw error;
  }
}

/** The last revision that wrote something, up to the one that is given; 0 where there is none. */
export function lastWrite(file: EtcdFile, revision: bigint): bigint {
  let last = 0;
  const limit = Number(revision);
  new RevisionScan(file.history).run(({ mainHigh, mainLow }) => {
    const main = mainHigh * 0x1_0000_0000 + mainLow;
    if (main <= limit && main > last) last = main;
  });
  return BigInt(last);
}
