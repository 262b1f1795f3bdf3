import { crc32c } from '../../storage/crc32c.js';
import type { EtcdFile } from '../../storage/mvcc/etcd-file.js';
import { ALL_KEYS } from '../../storage/mvcc/revision.js';
import type { CommandSpec, Run } from '../command.js';
import { lastWrite, revisionAt, withDatabase } from './database.js';
import { FILE_FLAG, REVISION_FLAG } from './flags.js';

export const spec = {
  usage: 'checksum',
  examples: [],
  flags: { ...FILE_FLAG, ...REVISION_FLAG },
} satisfies CommandSpec;

/** A sum over the keys that exist at a revision. */
export interface Checksum {
  /** CRC-32C of `key`, and of every key and its value in the order of the keys. */
  hash: number;
  compacted: bigint;
  /** The last write that it covers. */
  revision: bigint;
}

/** @throws Failure when the revision is compacted */
export function checksumOf(file: EtcdFile, wanted: bigint): Checksum {
  const revision = revisionAt(file, wanted);
  const index = file.indexOf(ALL_KEYS, revision);
  let hash = crc32c(Buffer.from('key'));
  for (let i = 0; i < index.size; i++) {
    const { source, keyStart, keyEnd, valueStart, valueEnd } = file.record(index, i);
    hash = crc32c(source, crc32c(source, hash, keyStart, keyEnd), valueStart, valueEnd);
  }
  return { hash, compacted: file.compacted, revision: lastWrite(file, revision) };
}

export const run: Run<typeof spec> = async (context, _args, flags) => {
  await withDatabase(flags.file, context, async (file) => {
    const { hash, compacted, revision } = checksumOf(file, flags.revision);
    context.stdout.write(`checksum: ${hash}\ncompact-revision: ${compacted}\nrevision: ${revision}\n`);
  });
};
