import type { Flag, FlagValues } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { argBytes } from '../../base/go/argument-bytes.js';
import type { EtcdClient } from '../../etcd/client.js';
import { type KeyRevision, keyHistory, newestRevisions } from '../../etcd/key-history.js';
import { visible } from '../../output/bytes.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { changesFormat } from './changes-format.js';
import { type RevisionPair, revisionPairs } from './history-order.js';
import { HistoryPrinter } from './history-print.js';

/** Of `history` and `k8s history`. */
export const HISTORY_FLAGS: readonly Flag[] = [
  { name: 'limit', type: 'int', default: '0', help: 'the newest so many revisions (0: all)' },
  { name: 'reverse', type: 'bool', help: 'the oldest revision first' },
  { name: 'summary', type: 'bool', help: 'a line for each revision, without what changed' },
  { name: 'show-managed-fields', type: 'bool', help: 'keep metadata.managedFields in what is compared' },
];

export const spec: CommandSpec = {
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
};

export const run: Run = async (context, args, flags) => {
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
export async function printHistory(context: CommandContext, key: Buffer, flags: FlagValues): Promise<void> {
  const format = changesFormat(context);
  const limit = Number(flags.int('limit'));
  const client = await context.connect();
  const pairs = revisionPairs(client, key, revisionsOf(client, key, limit), { limit, reverse: flags.bool('reverse') });
  const printer = new HistoryPrinter(context, format, {
    summary: flags.bool('summary'),
    managedFields: flags.bool('show-managed-fields'),
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
  const few = limit > 0 && limit <= FEW && !client.callable.finite;
  const newest = few ? await newestRevisions(client, key, limit) : undefined;
  if (newest) yield* newest;
  else yield* keyHistory(client, key);
}
