import { isDropIn } from '../../base/contract.js';
import { withLock } from '../../base/files/lock.js';
import { int } from '../../base/flags/declare.js';
import { UsageFailure } from '../../base/flags/normalize.js';
import { outputFormat } from '../../output/format.js';
import { EtcdFile } from '../../storage/mvcc/etcd-file.js';
import { type HistoryHash, historyHash } from '../../storage/mvcc/hash.js';
import { withCheckedFile } from '../../storage/snapshot/checked-file.js';
import type { CommandSpec, Run } from '../command.js';
import { asLockTimeout, lockOptions } from './drop-in.js';
import { printFacts, requireFile } from './file-facts.js';

export const spec = {
  usage: 'hashkv <filename> [options]',
  description:
    'Shows the hash over the history of keys in a snapshot or database file, the revision up to which it was taken, and the revision of the last compaction. A sound member has the same hash at the same revision: compare with `endpoint hashkv --rev`.',
  examples: ['ketcdctl hashkv backup.db', 'ketcdctl hashkv backup.db --rev 4711 -w json'],
  complete: 'file',
  flags: { rev: int('largest revision to hash (0: the newest)', { default: '0' }) },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const [path] = args;
  if (path === undefined || args.length > 1) throw new UsageFailure(`accepts 1 arg(s), received ${args.length}`);
  const format = outputFormat(context);
  requireFile(path);
  const hashOf = (file: EtcdFile): HistoryHash => historyHash(file, flags.rev);
  const { hash, revision, compacted } = await (isDropIn(context.mode)
    ? withLock(path, 'shared', lockOptions(context), () => hashOf(new EtcdFile(path)))
    : withCheckedFile(path, hashOf)
  ).catch((error: unknown) => {
    throw asLockTimeout(context, error);
  });
  await printFacts(context, format, [
    { json: 'hash', fields: 'Hash', head: 'hash', value: hash },
    { json: 'hashRevision', fields: 'Hash revision', head: 'hash revision', value: revision },
    { json: 'compactRevision', fields: 'Compact revision', head: 'compact revision', value: compacted },
  ]);
};
