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
  return guarded(client, put.key, modRevision, { request_put: putRequest(put) });
}

function putRequest({ key, value, lease = '0' }: GuardedPut) {
  return { key, value, ...(lease !== '0' && { lease }) };
}

function isUnchanged(key: Buffer, modRevision: string) {
  return { target: CompareTarget.Mod, result: CompareResult.Equal, key, mod_revision: modRevision };
}

/** How some guarded writes ended that are one. */
export type GuardedEnds =
  | { done: true; revision: string }
  /** Nothing was written: the mod revisions of the keys as they are, in the order of the puts; '0': the key is not there. */
  | { done: false; modRevisions: string[] };

/**
 * Puts keys in one transaction, all or none. Not for kine, which refuses it, and for no more keys and bytes than a server takes.
 * @param puts with the mod revision of the key as it was read; '0': it must not be there
 */
export async function putAllIfUnchanged(
  client: EtcdClient,
  puts: readonly (GuardedPut & { modRevision: string })[],
): Promise<GuardedEnds> {
  const { succeeded, header, responses } = await client.kv.txn({
    compare: puts.map(({ key, modRevision }) => isUnchanged(key, modRevision)),
    success: puts.map((put) => ({ request_put: putRequest(put) })),
    failure: puts.map(({ key }) => ({ request_range: { key, keys_only: true } })),
  });
  if (succeeded) return { done: true, revision: header.revision };
  return { done: false, modRevisions: responses.map((each) => each.response_range?.kvs[0]?.mod_revision ?? '0') };
}

/** @param modRevision of the key as it was read */
export function deleteIfUnchanged(client: EtcdClient, key: Buffer, modRevision: string): Promise<GuardedEnd> {
  return guarded(client, key, modRevision, { request_delete_range: { key } });
}

async function guarded(client: EtcdClient, key: Buffer, modRevision: string, success: object): Promise<GuardedEnd> {
  const { succeeded, header, responses } = await client.kv.txn({
    compare: [isUnchanged(key, modRevision)],
    success: [success],
    failure: [{ request_range: { key } }],
  });
  if (succeeded) return { done: true, revision: header.revision };
  return { done: false, now: responses[0]?.response_range?.kvs[0] };
}
