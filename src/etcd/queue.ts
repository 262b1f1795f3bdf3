/**
 * The recipe that etcdctl's `lock` and `elect` share, key for key: whoever wants the lock or the lead puts `NAME/LEASE` (the lease
 * in hex) and has it when no key under `NAME/` is older than its own.
 */

import {
  CompareResult,
  CompareTarget,
  type IKeyValue,
  type IResponseHeader,
  SortOrder,
  SortTarget,
} from 'etcd3/lib/rpc';
import { Failure } from '../base/errors.js';
import { prefixEnd } from '../rpc/keys.js';
import { EventType } from '../rpc/names.js';
import type { EtcdClient } from './client.js';
import type { Session } from './lease.js';
import { sendUntilDone } from './retry-same.js';
import { Watch } from './watch.js';

/** A place in the queue. */
export interface Place {
  key: Buffer;
  /** The revision that created the key. */
  revision: bigint;
  /** The header of the answer by which we know that we are first, if we are. */
  first: IResponseHeader | undefined;
}

/** The range of all keys of a queue. */
export function queueRange(name: Buffer): { key: Buffer; range_end: Buffer } {
  const key = Buffer.concat([name, Buffer.from('/')]);
  return { key, range_end: prefixEnd(key) };
}

/** How long the cluster may be without a leader when a place is taken. */
const PATIENCE_MS = 5000;

interface TxnResponse {
  header: IResponseHeader;
  succeeded: boolean;
  responses: { response_range?: { kvs: IKeyValue[] } }[];
}

/** Takes the last place of a queue, with a value (a candidate's proposal). @throws RpcError */
export async function enterQueue(
  client: EtcdClient,
  session: Session,
  name: Buffer,
  value: Buffer,
  signal: AbortSignal,
): Promise<Place> {
  const range = queueRange(name);
  const key = Buffer.concat([range.key, Buffer.from(BigInt(session.lease).toString(16))]);
  const owner = {
    request_range: { ...range, sort_target: SortTarget.Create, sort_order: SortOrder.Ascend, limit: 1 },
  };
  const request = {
    compare: [{ key, target: CompareTarget.Create, result: CompareResult.Equal, create_revision: 0 }],
    success: [{ request_put: { key, value, lease: session.lease } }, owner],
    // A second try finds the key of the first.
    failure: [{ request_range: { key } }, owner],
  };
  const send = () => client.callable.call<TxnResponse>('KV', 'txn', request, { signal });
  const { header, succeeded, responses } = await sendUntilDone(send, PATIENCE_MS, signal);
  const mine = responses[0]?.response_range?.kvs[0]?.create_revision;
  const revision = BigInt(succeeded || mine === undefined ? header.revision : mine);
  const oldest = responses[1]?.response_range?.kvs[0];
  const isFirst = oldest === undefined || BigInt(oldest.create_revision) === revision;
  return { key, revision, first: isFirst ? header : undefined };
}

/**
 * Waits until nobody is before us: each time for the one who is next before us to leave.
 * @throws Failure when `signal` says so.
 */
export async function awaitTurn(client: EtcdClient, name: Buffer, place: Place, signal: AbortSignal): Promise<void> {
  const range = queueRange(name);
  const max_create_revision = String(place.revision - 1n);
  for (;;) {
    const { kvs, header } = await client.callable.call<{ kvs: IKeyValue[]; header: IResponseHeader }>(
      'KV',
      'range',
      { ...range, sort_target: SortTarget.Create, sort_order: SortOrder.Descend, limit: 1, max_create_revision },
      { signal, timeoutMs: null },
    );
    const [before] = kvs;
    if (before === undefined) return;
    await deletionOf(client, before.key, BigInt(header.revision), signal);
  }
}

/** Returns when the key was deleted after `revision`, or when that can only be found out by looking again. */
async function deletionOf(client: EtcdClient, key: Buffer, revision: bigint, signal: AbortSignal): Promise<void> {
  for await (const answer of new Watch(client.callable, { key, revision }, { signal })) {
    if (answer.events.some(({ type }) => type === EventType.Delete)) return;
    if (answer.canceled) {
      if (answer.compact_revision !== '0') return;
      throw new Failure(answer.cancel_reason || 'lost watcher waiting for delete');
    }
  }
}
