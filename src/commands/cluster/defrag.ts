import { atLeast, isDropIn, type Mode } from '../../base/contract.js';
import { badArguments, ExitCode, failureText } from '../../base/errors.js';
import { bool, longName, string } from '../../base/flags/declare.js';
import { UsageFailure } from '../../base/flags/normalize.js';
import { formatDuration } from '../../base/go/duration.js';
import type { EtcdClient } from '../../etcd/client.js';
import { outputFormat } from '../../output/format.js';
import { RecordPrinter } from '../../output/records.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { DEFRAG_CLUSTER_FLAGS } from './defrag-cluster-flags.js';
import { type Asked, exitCodeOf, memberEndpoints } from './endpoint-each.js';

export const spec = {
  usage: 'defrag [options]',
  mostArgs: 0,
  description:
    'Has members rewrite their databases without the free space, one after the other. A member answers nothing while it does, which takes seconds for each gigabyte. With --cluster all members are looked at before each one, the followers come before the leader, and the first thing that is not well ends it.',
  examples: [
    'ketcdctl defrag',
    'ketcdctl defrag --cluster --dry-run',
    'ketcdctl defrag --cluster --move-leader --pause 30s',
    "ketcdctl defrag --cluster --rule 'dbQuotaUsage > 0.8 || dbSizeFree > 200*1024*1024'",
    'ketcdctl defrag --data-dir /var/lib/etcd # of a member that is stopped',
  ],
  flags: {
    cluster: bool('use all endpoints from the cluster member list', { etcdutl: '' }),
    dataDir: string('data directory of a stopped member, in place of a running one', {
      value: 'DIR',
      until: '3.5',
      etcdutl: '3.5-',
      complete: 'directory',
    }),
    ...DEFRAG_CLUSTER_FLAGS,
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, _args, flags) => {
  const { mode } = context;
  if (mode.tool === 'etcdutl' && !flags.given('dataDir')) throw new UsageFailure('required flag(s) "data-dir" not set');
  if (hasDataDir(mode) && flags.dataDir !== '') {
    const { runDefragDataDir } = await import('./defrag-data-dir.js');
    await runDefragDataDir(context, flags.dataDir);
    return ExitCode.Ok;
  }
  if (!isDropIn(mode) && flags.cluster) {
    const { runDefragCluster } = await import('./defrag-cluster.js');
    await runDefragCluster(context, flags);
    return ExitCode.Ok;
  }
  const lone = Object.keys(DEFRAG_CLUSTER_FLAGS).find((name) => flags.given(name as keyof typeof DEFRAG_CLUSTER_FLAGS));
  if (lone !== undefined) throw badArguments(`--${longName(lone)} goes with --cluster`);
  const format = outputFormat(context);
  // etcdctl has one text, whatever -w asks for.
  const printer = new RecordPrinter(context, isDropIn(mode) ? 'simple' : format);
  const client = await context.connect();
  const endpoints = flags.cluster ? await memberEndpoints(context, client) : await client.callable.resolveEndpoints();
  const all: Asked<true>[] = [];
  for (const endpoint of endpoints) all.push(await defragment(context, client, endpoint, printer));
  await printer.end();
  return exitCodeOf(context, all);
};

/** etcdctl left this to etcdutl from 3.6 on. */
function hasDataDir(mode: Mode): boolean {
  return mode.tool !== 'etcdctl' || !atLeast(mode, '3.6');
}

/** What came of it is told at once, as the next member may take its time. */
async function defragment(
  context: CommandContext,
  client: EtcdClient,
  endpoint: string,
  printer: RecordPrinter,
): Promise<Asked<true>> {
  const start = process.hrtime.bigint();
  const took = () => formatDuration(process.hrtime.bigint() - start);
  const showsTime = atLeast(context.mode, '3.6');
  try {
    await client.callable.at(endpoint).call('Maintenance', 'defragment', {}, timeLimit(context));
    const time = took();
    const text = `Finished defragmenting etcd member[${endpoint}]${showsTime ? `. took ${time}` : ''}\n`;
    await printer.print({ endpoint, defragmented: true, took: time, error: '' }, text);
    return { endpoint, answer: true };
  } catch (error) {
    const time = took();
    const reason = failureText(error, isDropIn(context.mode));
    const text = `Failed to defragment etcd member[${endpoint}]${showsTime ? `. took ${time}.` : ''} (${reason})\n`;
    await printer.print({ endpoint, defragmented: false, took: time, error: reason }, '');
    await context.stdout.flush();
    await context.stderr.write(text);
    return { endpoint, error };
  }
}

/** etcdctl gives up after five seconds, and the member goes on: own mode waits, unless --command-timeout was given. */
function timeLimit({ mode, options }: CommandContext): { timeoutMs?: null } {
  return isDropIn(mode) || options.given.has('commandTimeout') ? {} : { timeoutMs: null };
}
