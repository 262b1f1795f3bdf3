import { type IKeyValue, type IResponseHeader, SortOrder, SortTarget } from 'etcd3/lib/rpc';
import { Failure } from '../base/errors.js';
import { EventType } from '../rpc/names.js';
import type { EtcdClient } from './client.js';
import type { Session } from './lease.js';
import { waitInQueue } from './lock.js';
import { enterQueue, queueRange } from './queue.js';
import { Watch } from './watch.js';

/** Who leads, as an answer of a range: its header, and the leader's key-value. */
export interface Leader {
  header: IResponseHeader;
  kvs: IKeyValue[];
  more: boolean;
  count: string;
}

/** Stands for election and returns the key when elected. @throws Failure as `lock` does. */
export async function campaign(
  client: EtcdClient,
  session: Session,
  name: Buffer,
  proposal: Buffer,
  signal: AbortSignal,
): Promise<Buffer> {
  const place = await enterQueue(client, session, name, proposal, signal);
  if (!place.first) await waitInQueue(client, session, name, place, signal);
  return place.key;
}

/** Gives the leader, and again whenever there is another or it proclaims another value. Ends by `signal` only. */
export async function* observe(client: EtcdClient, name: Buffer, signal: AbortSignal): AsyncGenerator<Leader> {
  const range = queueRange(name);
  const oldest = { ...range, sort_target: SortTarget.Create, sort_order: SortOrder.Ascend, limit: 1 };
  while (!signal.aborted) {
    const response = await client.callable.call<Leader>('KV', 'range', oldest, { signal, timeoutMs: null });
    const { header, kvs } = response;
    const first = kvs[0] ? { header, kv: kvs[0] } : await firstPut(client, range, header, signal);
    if (!first) continue;
    yield { header: first.header, kvs: [first.kv], more: false, count: '0' };
    const revision = BigInt(first.header.revision) + 1n;
    for await (const answer of new Watch(client.callable, { key: first.kv.key, revision }, { signal })) {
      refuseCanceled(answer);
      const gone = answer.events.findIndex(({ type }) => type === EventType.Delete);
      for (const { kv } of gone < 0 ? answer.events : answer.events.slice(0, gone)) {
        // etcdctl keeps the rest of the answer that it had first.
        yield { ...response, header: answer.header ?? header, kvs: [kv] };
      }
      if (gone >= 0 || answer.canceled) break;
    }
  }
}

/** The first candidate of an election that had none; undefined when that has to be looked up again. */
async function firstPut(
  client: EtcdClient,
  range: { key: Buffer; range_end: Buffer },
  header: IResponseHeader,
  signal: AbortSignal,
): Promise<{ header: IResponseHeader; kv: IKeyValue } | undefined> {
  const watch = new Watch(client.callable, { ...range, revision: BigInt(header.revision) }, { signal });
  for await (const answer of watch) {
    refuseCanceled(answer);
    if (answer.canceled) return undefined;
    const put = answer.events.find(({ type }) => type === EventType.Put);
    if (put) return { header: { ...(answer.header ?? header), revision: put.kv.mod_revision }, kv: put.kv };
  }
  return undefined;
}

/** A compacted revision is no trouble: the leader is looked up again. Any other end is. */
function refuseCanceled({ canceled, compact_revision, cancel_reason }: CanceledResponse): void {
  if (canceled && compact_revision === '0') {
    throw new Failure('elect: observer lost', { cause: new Error(cancel_reason) });
  }
}

type CanceledResponse = { canceled: boolean; compact_revision: string; cancel_reason: string };
