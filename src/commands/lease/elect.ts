import { isDropIn } from '../../base/contract.js';
import { badArguments, ExitCode, Failure } from '../../base/errors.js';
import { bool } from '../../base/flags/declare.js';
import { argBytes } from '../../base/go/argument-bytes.js';
import { catchingSignals } from '../../base/signals.js';
import type { EtcdClient } from '../../etcd/client.js';
import { campaign, observe } from '../../etcd/election.js';
import { heldKey } from '../../etcd/lock.js';
import { type Format, outputFormat } from '../../output/format.js';
import { printHolder } from '../../output/holder.js';
import type { CommandContext, CommandSpec, Run } from '../command.js';
import { openSession, untilAborted } from './own-session.js';

export const spec = {
  usage: 'elect [options] <election-name> [proposal]',
  description:
    'Stands for election with a proposal, prints its key when elected, and leads until it is interrupted; with --listen it prints each leader.',
  examples: ['ketcdctl elect scheduler node-1', 'ketcdctl elect --listen scheduler'],
  flags: { listen: bool('print each leader, do not stand for election', { short: 'l' }) },
  noTimeout: 'always',
} satisfies CommandSpec;

/** Seconds that a leader's key outlives a leader that has died. */
const TTL = 60;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const [name, proposal] = args;
  if (name === undefined || args.length > 2) {
    throw badArguments('elect takes one election name argument and an optional proposal argument');
  }
  const listen = flags.listen;
  if (proposal === undefined && !listen) throw badArguments('no proposal argument but -l not set');
  if (proposal !== undefined && listen) throw badArguments('proposal given but -l is set');
  const format = outputFormat(context);
  const client = await context.connect();
  await catchingSignals(context, async (signal) => {
    if (proposal === undefined) await printLeaders(context, format, client, argBytes(name), signal);
    else await lead(context, format, client, { name: argBytes(name), proposal: argBytes(proposal) }, signal);
  });
};

async function printLeaders(
  context: CommandContext,
  format: Format,
  client: EtcdClient,
  name: Buffer,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const leader of observe(client, name, signal)) await printHolder(context, format, leader);
  } catch (error) {
    if (signal.aborted) return;
    // etcdctl's observer says no more than this, but for what is wrong with the output.
    const ours = !isDropIn(context.mode) || (error as Failure).exitCode === ExitCode.BadFeature;
    throw ours ? error : new Failure('elect: observer lost', { cause: error });
  }
}

async function lead(
  context: CommandContext,
  format: Format,
  client: EtcdClient,
  { name, proposal }: { name: Buffer; proposal: Buffer },
  signal: AbortSignal,
): Promise<void> {
  const session = await openSession(context, client, TTL, signal);
  try {
    const key = await campaign(client, session, name, proposal, signal);
    await printHolder(context, format, await heldKey(client, key, signal));
    await untilAborted(signal, session.lost);
    if (!signal.aborted) throw new Failure('elect: session expired');
  } finally {
    await session.close();
  }
}
