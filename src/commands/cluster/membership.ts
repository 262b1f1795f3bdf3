/** What the commands that change who is a member share in own mode. */
import { isDropIn } from '../../base/contract.js';
import { bool, duration } from '../../base/flags/declare.js';
import type { EtcdClient } from '../../etcd/client.js';
import { hexId } from '../../output/ids.js';
import type { WaitOptions } from '../../repair/membership.js';
import type { CommandContext } from '../command.js';

export const FORCE_FLAG = { force: bool('do it even where it loses the quorum', { own: true }) };

export const WAIT_FLAGS = {
  waitTimeout: duration('how long the new member is waited for', { default: '10m', own: true }),
};

/** How a new member is waited for: what is lacking is told. */
export function waitOptions({ stderr }: CommandContext, flags: { waitTimeout: number }): WaitOptions {
  return { patienceMs: flags.waitTimeout, progress: (text) => void stderr.write(`${text}\n`) };
}

/**
 * Tells what a change does to the quorum, in own mode; etcd refuses some of what would lose it, and not all.
 * @param change with `remove`, the ID in decimal
 * @throws Failure when it would be lost, without `force`
 */
export async function checkQuorum(
  context: CommandContext,
  client: EtcdClient,
  change: { add: 'voter' | 'learner' } | { remove: string },
  force: boolean,
): Promise<void> {
  if (isDropIn(context.mode) || client.callable.isFile) return;
  const { checkedArithmetic } = await import('../../repair/membership.js');
  const { askMembers } = await import('../../repair/members.js');
  const { all } = await askMembers(client);
  const removed = 'remove' in change ? all.find(({ id }) => id === hexId(change.remove)) : undefined;
  if ('remove' in change && removed === undefined) return;
  const checked = 'add' in change ? change : { remove: removed! };
  await context.stderr.write(checkedArithmetic(all, checked, force));
}
