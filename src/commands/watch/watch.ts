import { ExitCode, Failure } from '../../base/errors.js';
import { bool } from '../../base/flags/declare.js';
import { endedBySignal } from '../../base/signals.js';
import type { WatchRange } from '../../etcd/watch.js';
import { outputFormat } from '../../output/format.js';
import { watchPrinters } from '../../output/watch/index.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { changesFormat } from '../keys/changes-format.js';
import { SHOW_MANAGED_FIELDS } from '../keys/shared.js';
import { LINE_FLAGS, watchEnvironment, watchKeys, watchRanges } from './arguments.js';
import { startWatch, type WatchRun } from './run.js';

export const spec = {
  usage: 'watch [options] [key or prefix] [range_end] [--] [exec-command arg1 arg2 ...]',
  description:
    'Prints what changes in a key or a range, as it changes. When a connection breaks it goes on at another endpoint, at the revision after the last one it printed. A program behind -- is run for every event, with ETCD_WATCH_REVISION, ETCD_WATCH_EVENT_TYPE, ETCD_WATCH_KEY and ETCD_WATCH_VALUE in its environment. -i takes lines `watch [options] [key or prefix] [range_end] [-- command]` and `progress` from standard input.',
  examples: [
    'ketcdctl watch --prefix /registry/pods/',
    'ketcdctl watch --prefix -w jsonl /registry/configmaps/ /registry/secrets/',
    'ketcdctl watch config --rev 1 --prev-kv # all that happened since revision 1',
    'ketcdctl watch config -- sh -c "systemctl reload app"',
    'ketcdctl watch --diff --prefix /registry/deployments/',
  ],
  complete: 'key',
  variables: ['ETCDCTL_WATCH_KEY', 'ETCDCTL_WATCH_RANGE_END'],
  noConsistency:
    '--consistency is for reads: a watch is told of changes by one member in any case, in the order in which they were agreed on; without a quorum there are none',
  flags: {
    ...LINE_FLAGS,
    showManagedFields: SHOW_MANAGED_FIELDS,
    diff: bool('print what changed since the event before, and who changed it where that is known', { own: true }),
  },
  noTimeout: 'always',
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const fromEnv = watchEnvironment(context.env);
  if (flags.interactive) {
    const { watchInteractively } = await import('./interactive.js');
    return endedBySignal(context, (signal) => watchInteractively(context, flags, fromEnv, signal));
  }
  return watchArguments(context, args, flags, fromEnv);
};

async function watchArguments(
  context: CommandContext,
  args: string[],
  flags: Flags<typeof spec>,
  fromEnv: string[],
): Promise<void> {
  const { keys, exec } = watchKeys(context.mode, { args, flags, fromEnv, interactive: false });
  const ranges = watchRanges(context.mode, keys, flags);
  const format = outputFormat(context);
  const client = await context.connect();
  const newPrinter = flags.diff
    ? (await import('./diff.js')).diffPrinters(context, changesFormat(context))
    : await watchPrinters(context, format, { alone: ranges.length === 1, managedFields: flags.showManagedFields });
  return printWatches(context, ranges, { client, format, newPrinter, exec });
}

/**
 * Prints several watches until they end.
 * @throws Failure when the server cancels one
 */
export async function printWatches(
  context: CommandContext,
  ranges: readonly WatchRange[],
  order: Omit<WatchRun, 'signal'>,
): Promise<void> {
  const { client } = order;
  return endedBySignal(context, async (signal) => {
    const run = { ...order, signal };
    const watches = ranges.map((range) => startWatch(context, range, run).ended);
    const { cancelled, hint } = client.callable.isFile ? (await Promise.all(watches))[0]! : await Promise.race(watches);
    if (!cancelled) return;
    throw new Failure('watch is canceled by the server', {
      exitCode: ExitCode.Interrupted,
      ...(hint !== undefined && { hint }),
    });
  });
}
