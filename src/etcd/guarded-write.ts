/**
 * Writes that happen only if a key is still as it was read. The transactions have the one shape that kine, which stands in for etcd in
 * k3s, takes too.
 */
import { CompareResult, CompareTarget, type IKeyValue } from 'etcd3/lib/rpc';
import type { EtcdClient } from './client.js';

/** How a guarded write ended. */
export type GuardedEnd =
  | { done: true; revision: string }
  /** Nothing was written: the key is as `now` has it, or gone. */
  | { done: false; now: IKeyValue | undefined };

export interface GuardedPut {
  key: Buffer;
  value: Buffer;
  /** Stays attached; '0': none. */
  lease?: string;
}

/** @param modRevision of the key as it was read; '0': it must not be there */
export function putIfUnchanged(client: EtcdClient, put: GuardedPut, modRevision: string): Promise<GuardedEnd> {
  const { key, value, lease = '0' } = put;
  return guarded(client, key, modRevision, { request_put: { key, value, ...(lease !== '0' && { lease }) } });
}

/** @param modRevision of the key as it was read */
export function deleteIfUnchanged(client: EtcdClient, key: Buffer, modRevision: string): Promise<GuardedEnd> {
  return guarded(client, key, modRevision, { request_delete_range: { key } });
}

async function guarded(client: EtcdClient, key: Buffer, modRevision: string, success: object): Promise<GuardedEnd> {
  const { succeeded, header, responses } = await client.kv.txn({
    compare: [{ target: CompareTarget.Mod, result: CompareResult.Equal, key, mod_revision: modRevision }],
    success: [success],
    failure: [{ request_range: { key } }],
  });
  if (succeeded) return { done: true, revision: header.revision };
  return { done: false, now: responses[0]?.response_range?.kvs[0] };
}
