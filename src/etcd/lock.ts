import type { IRangeResponse, IResponseHeader } from 'etcd3/lib/rpc';
import { Failure } from '../base/errors.js';
import type { EtcdClient } from './client.js';
import type { Session } from './lease.js';
import { awaitTurn, enterQueue } from './queue.js';

/** A lock that is held. It ends with its session. */
export interface Lock {
  key: Buffer;
  /** Of the answer by which we know that we hold it. */
  header: IResponseHeader;
}

/**
 * Waits for a lock.
 * @throws Failure when `signal` says so (`context canceled`), or when the session was lost while it waited.
 */
export async function lock(client: EtcdClient, session: Session, name: Buffer, signal: AbortSignal): Promise<Lock> {
  const place = await enterQueue(client, session, name, Buffer.alloc(0), signal);
  if (place.first) return { key: place.key, header: place.first };
  await waitInQueue(client, session, name, place, signal);
  const { kvs, header } = await heldKey(client, place.key, signal);
  if (kvs.length === 0) throw new Failure('mutex: session is expired');
  return { key: place.key, header };
}

/** The key of a lock or a leader, as it is now. @throws RpcError, also when `signal` says so. */
export function heldKey(client: EtcdClient, key: Buffer, signal: AbortSignal): Promise<IRangeResponse> {
  return client.callable.call('KV', 'range', { key }, { signal });
}

/** {@link awaitTurn}, ended by a signal or by the loss of the session. */
export async function waitInQueue(
  client: EtcdClient,
  session: Session,
  name: Buffer,
  place: Awaited<ReturnType<typeof enterQueue>>,
  signal: AbortSignal,
): Promise<void> {
  try {
    await awaitTurn(client, name, place, AbortSignal.any([signal, session.lost]));
  } catch (error) {
    if (signal.aborted) throw new Failure('context canceled', { cause: error });
    if (session.lost.aborted) throw new Failure('mutex: session is expired', { cause: error });
    throw error;
  }
}
