import type { FlagValues } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { endedBySignal } from '../../base/signals.js';
import type { WatchRange } from '../../etcd/watch.js';
import { outputFormat } from '../../output/format.js';
import { watchPrinters } from '../../output/watch/index.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { changesFormat } from '../keys/changes-format.js';
import { watchEnvironment, watchKeys, watchRanges } from './arguments.js';
import { startWatch, type WatchRun } from './run.js';

export const spec: CommandSpec = {
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
  flags: [
    { name: 'interactive', short: 'i', type: 'bool', help: 'read what to watch from standard input' },
    { name: 'prefix', type: 'bool', help: 'watch all keys that begin with the key' },
    { name: 'rev', type: 'int', default: '0', help: 'the first revision to print (0: those to come)' },
    { name: 'prev-kv', type: 'bool', help: 'print what was there before, too' },
    {
      name: 'diff',
      type: 'bool',
      help: 'print what changed since the event before, and who changed it where that is known',
      own: true,
    },
    { name: 'progress-notify', type: 'bool', help: "print the server's revision from time to time", since: '3.5' },
  ],
  noTimeout: 'always',
};

export const run: Run = async (context, args, flags) => {
  const fromEnv = watchEnvironment(context.env);
  if (flags.bool('interactive')) {
    const { watchInteractively } = await import('./interactive.js');
    // It is for all lines.
    const lineFlags = spec.flags.filter(({ name }) => name !== 'diff');
    return endedBySignal(context, (signal) => watchInteractively(context, flags, lineFlags, fromEnv, signal));
  }
  return watchArguments(context, args, flags, fromEnv);
};

async function watchArguments(
  context: CommandContext,
  args: string[],
  flags: FlagValues,
  fromEnv: string[],
): Promise<void> {
  const { keys, exec } = watchKeys(context.mode, { args, flags, fromEnv, interactive: false });
  const ranges = watchRanges(context.mode, keys, flags);
  const format = outputFormat(context);
  const client = await context.connect();
  const newPrinter = flags.bool('diff')
    ? (await import('./diff.js')).diffPrinters(context, changesFormat(context))
    : await watchPrinters(context, format, ranges.length === 1);
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
    const { cancelled, hint } = client.callable.finite ? (await Promise.all(watches))[0]! : await Promise.race(watches);
    if (!cancelled) return;
    throw new Failure('watch is canceled by the server', {
      exitCode: ExitCode.Interrupted,
      ...(hint !== undefined && { hint }),
    });
  });
}
