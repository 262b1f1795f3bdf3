/** The lease under which `lock` and `elect` have their key. */
import { isDropIn } from '../../base/contract.js';
import { EndBySignal } from '../../base/signals.js';
import type { EtcdClient } from '../../etcd/client.js';
import { Session } from '../../etcd/lease.js';
import type { CommandContext } from '../command.js';

/**
 * Opens a session; in own mode a line on standard error tells what goes wrong with its lease.
 * @param ttl seconds.
 * @throws RpcError, or EndBySignal when `signal` came before there was a lease.
 */
export async function openSession(
  context: CommandContext,
  client: EtcdClient,
  ttl: number,
  signal: AbortSignal,
): Promise<Session> {
  const tell = (text: string) => void context.stderr.write(`cannot renew the lease: ${text}; trying again\n`);
  try {
    return await Session.open(client, ttl, { signal, trouble: isDropIn(context.mode) ? undefined : tell });
  } catch (error) {
    throw signal.aborted ? new EndBySignal() : error;
  }
}

/** Resolves when one of the signals is aborted. */
export function untilAborted(...signals: AbortSignal[]): Promise<void> {
  const any = AbortSignal.any(signals);
  // A pending promise alone does not keep the process alive.
  const awake = setInterval(() => {}, 1 << 30);
  return new Promise<void>((resolve) => {
    if (any.aborted) resolve();
    else any.addEventListener('abort', () => resolve());
  }).finally(() => clearInterval(awake));
}
