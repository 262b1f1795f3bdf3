import { atLeast, isDropIn, type Mode } from '../../base/contract.js';
import { ExitCode, failureText } from '../../base/errors.js';
import { UsageFailure } from '../../base/flags/normalize.js';
import { formatDuration } from '../../base/go/duration.js';
import type { EtcdClient } from '../../etcd/client.js';
import { outputFormat } from '../../output/format.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { memberEndpoints } from './endpoint-each.js';

export const spec: CommandSpec = {
  usage: 'defrag [options]',
  description:
    'Has members rewrite their databases without the free space, one after the other. A member answers nothing while it does, which takes seconds for each gigabyte.',
  examples: [
    'ketcdctl defrag',
    'ketcdctl defrag --cluster',
    'ketcdctl defrag --data-dir /var/lib/etcd # of a member that is stopped',
  ],
  flags: [
    { name: 'cluster', type: 'bool', help: 'use all endpoints from the cluster member list', etcdutl: '' },
    {
      name: 'data-dir',
      type: 'string',
      value: 'DIR',
      help: 'data directory of a stopped member, in place of a running one',
      until: '3.5',
      etcdutl: '3.5-',
      complete: 'directory',
    },
  ],
};

export const run: Run = async (context, _args, flags) => {
  const { mode } = context;
  if (mode.tool === 'etcdutl' && !flags.given('data-dir'))
    throw new UsageFailure('required flag(s) "data-dir" not set');
  if (hasDataDir(mode) && flags.string('data-dir') !== '') {
    const { runDefragDataDir } = await import('./defrag-data-dir.js');
    await runDefragDataDir(context, flags.string('data-dir'));
    return ExitCode.Ok;
  }
  outputFormat(context);
  const client = await context.connect();
  const endpoints = flags.bool('cluster')
    ? await memberEndpoints(context, client)
    : await client.callable.resolveEndpoints();
  let failed = false;
  for (const endpoint of endpoints) failed = !(await defragment(context, client, endpoint)) || failed;
  return failed ? ExitCode.Error : ExitCode.Ok;
};

/** etcdctl left this to etcdutl from 3.6 on. */
function hasDataDir(mode: Mode): boolean {
  return mode.tool !== 'etcdctl' || mode.version <= '3.5';
}

/** Whether it worked; what came of it is told at once, as the next member may take its time. */
async function defragment(context: CommandContext, client: EtcdClient, endpoint: string): Promise<boolean> {
  const start = process.hrtime.bigint();
  const took = () => {
    const time = formatDuration(process.hrtime.bigint() - start);
    return atLeast(context.mode, '3.6') ? `. took ${time}` : '';
  };
  try {
    await client.callable.at(endpoint).call('Maintenance', 'defragment', {}, timeLimit(context));
    await context.stdout.write(`Finished defragmenting etcd member[${endpoint}]${took()}\n`);
    return true;
  } catch (error) {
    const time = took();
    const reason = failureText(error, isDropIn(context.mode));
    const text = `Failed to defragment etcd member[${endpoint}]${time}${time && '.'} (${reason})\n`;
    await context.stdout.flush();
    await context.stderr.write(text);
    return false;
  }
}

/** etcdctl gives up after five seconds, and the member goes on: own mode waits, unless --command-timeout was given. */
function timeLimit({ mode, options }: CommandContext): { timeoutMs?: null } {
  return isDropIn(mode) || options.given.has('command-timeout') ? {} : { timeoutMs: null };
}
