import { atLeast, type CommandSpec, type Context, isDropIn, type Run } from '../cli/command.js';
import { ExitCode, failureText } from '../errors.js';
import type { EtcdClient } from '../etcd/client.js';
import { outputFormat } from '../output/format.js';
import { goDuration } from '../output/go-duration.js';
import { memberEndpoints } from './endpoint-each.js';

export const spec: CommandSpec = {
  usage: 'defrag [options]',
  description:
    'Has members rewrite their databases without the free space, one after the other. A member answers nothing while it does, which takes seconds for each gigabyte.',
  examples: ['ketcdctl defrag', 'ketcdctl defrag --cluster'],
  flags: [{ name: 'cluster', type: 'bool', help: 'use all endpoints from the cluster member list' }],
};

export const run: Run = async (context, _args, flags) => {
  outputFormat(context);
  const client = await context.connect();
  const endpoints = flags.bool('cluster')
    ? await memberEndpoints(context, client)
    : await client.callable.resolveEndpoints();
  let failed = false;
  for (const endpoint of endpoints) failed = !(await defragment(context, client, endpoint)) || failed;
  return failed ? ExitCode.Error : ExitCode.Ok;
};

/** Whether it worked; what came of it is told at once, as the next member may take its time. */
async function defragment(context: Context, client: EtcdClient, endpoint: string): Promise<boolean> {
  const start = process.hrtime.bigint();
  const took = () => {
    const time = goDuration(Number(process.hrtime.bigint() - start));
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
function timeLimit({ mode, options }: Context): { timeoutMs?: null } {
  return isDropIn(mode) || options.given.has('command-timeout') ? {} : { timeoutMs: null };
}
