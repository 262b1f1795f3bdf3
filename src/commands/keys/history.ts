import { ExitCode, Failure } from '../../base/errors.js';
import { bool, type FlagsOf, int } from '../../base/flags/declare.js';
import { argBytes } from '../../base/go/argument-bytes.js';
import type { EtcdClient } from '../../etcd/client.js';
import { type KeyRevision, keyHistory, newestRevisions } from '../../etcd/key-history.js';
import { visible } from '../../output/bytes.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { changesFormat } from './changes-format.js';
import { type RevisionPair, revisionPairs } from './history-order.js';
import { HistoryPrinter } from './history-print.js';

/** Of `history` and `k8s history`. */
export const HISTORY_FLAGS = {
  limit: int('the newest so many revisions (0: all)', { default: '0' }),
  reverse: bool('the oldest revision first'),
  summary: bool('a line for each revision, without what changed'),
  showManagedFields: bool('keep metadata.managedFields in what is compared'),
};

export const spec = {
  usage: 'history [options] <key>',
  description:
    'Shows every revision of a key that is still there, the newest first: its version, when and by whom (the managedFields of a Kubernetes object tell), and what changed since the revision before. What is compacted is gone: a snapshot file has what was there when it was taken.',
  examples: [
    'ketcdctl history /registry/deployments/shop/web',
    'ketcdctl history --summary /registry/configmaps/kube-system/coredns # who changed it, and when',
    'ketcdctl --endpoints file:backup.db history -w jsonl /registry/deployments/shop/web',
  ],
  complete: 'key',
  flags: HISTORY_FLAGS,
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const [key] = args;
  if (key === undefined || args.length > 1) {
    throw new Failure('history needs one argument: the key', { exitCode: ExitCode.BadArgs });
  }
  await printHistory(context, argBytes(key), flags);
};

/**
 * Prints the history of a key.
 * @throws Failure when nothing is left of it
 */
export async function printHistory(
  context: CommandContext,
  key: Buffer,
  flags: FlagsOf<typeof HISTORY_FLAGS>,
): Promise<void> {
  const format = changesFormat(context);
  const limit = Number(flags.limit);
  const client = await context.connect();
  const pairs = revisionPairs(client, key, revisionsOf(client, key, limit), { limit, reverse: flags.reverse });
  const printer = new HistoryPrinter(context, format, {
    summary: flags.summary,
    managedFields: flags.showManagedFields,
    timeBefore: async (revision) => {
      const { timeBefore } = await import('../../k8s/at-time.js');
      return timeBefore({ client, values: await context.values() }, revision);
    },
  });
  let last: RevisionPair | undefined;
  for await (const pair of pairs) {
    await printer.print(pair);
    last = pair;
  }
  if (!last) {
    throw new Failure(`there is no key ${visible(key)}, and no revision of it is left`, {
      hint: 'compacted revisions are gone from a server; --endpoints file:BACKUP.db reads a snapshot',
    });
  }
  await printer.end();
}

/** Up to so many revisions are worth a request each. */
const FEW = 50;

/** Oldest first; at least `limit` of them, 0: all. */
async function* revisionsOf(client: EtcdClient, key: Buffer, limit: number): AsyncGenerator<KeyRevision> {
  const few = limit > 0 && limit <= FEW && !client.callable.isFile;
  const newest = few ? await newestRevisions(client, key, limit) : undefined;
  if (newest) yield* newest;
  else yield* keyHistory(client, key);
}
