/** Every revision of a key that is still there. */

import type { IKeyValue, IRangeResponse } from 'etcd3/lib/rpc';
import { RpcError } from '../rpc/error.js';
import { EventType } from '../rpc/names.js';
import { Code } from '../rpc/status.js';
import type { EtcdClient } from './client.js';
import { Watch, type WatchResponse } from './watch.js';

/** One revision of a key. */
export interface KeyRevision {
  /** `kept`: the oldest state that is left; how it came to be is compacted. */
  type: 'put' | 'delete' | 'kept';
  revision: bigint;
  /** Of a deletion there is no more than the key and the revision. */
  kv: IKeyValue;
}

/**
 * The revisions of a key, oldest first: the state at the oldest revision that is left, then every change since, as a watch from
 * there tells them.
 */
export async function* keyHistory(client: EtcdClient, key: Buffer): AsyncGenerator<KeyRevision> {
  const now = await client.kv.range({ key });
  const head = BigInt(now.header.revision);
  const last = now.kvs[0] && BigInt(now.kvs[0].mod_revision);
  for (let from: bigint | undefined = 1n; from !== undefined; ) {
    // The first try, at revision 1, tells what the oldest revision is; a compaction in between tells it again.
    const compacted: bigint | undefined = yield* changesSince(client, key, from, { head, last });
    if (compacted === undefined) return;
    const kept: IRangeResponse = await client.kv.range({ key, revision: String(compacted) });
    const [kv] = kept.kvs;
    if (kv) yield { type: 'kept', revision: BigInt(kv.mod_revision), kv };
    const isLast = kv !== undefined && BigInt(kv.mod_revision) === last;
    // Of a watch that begins in the future a server tells no progress.
    from = isLast || compacted >= head ? undefined : compacted + 1n;
  }
}

/**
 * The newest revisions of a key that is there, oldest first, with the one before them; read one by one, as a watch of the past has the
 * server go through the history of all keys. Undefined where a deletion is among them, or they are not all left: only
 * {@link keyHistory} tells then.
 */
export async function newestRevisions(
  client: EtcdClient,
  key: Buffer,
  count: number,
): Promise<KeyRevision[] | undefined> {
  const revisions: KeyRevision[] = [];
  let revision = '0';
  while (revisions.length <= count) {
    const kv = await keyAt(client, key, revision);
    if (!kv) return undefined;
    revisions.unshift({ type: 'put', revision: BigInt(kv.mod_revision), kv });
    if (kv.version === '1') break;
    revision = String(BigInt(kv.mod_revision) - 1n);
  }
  return revisions.length >= count ? revisions : undefined;
}

/** A key as it was at a revision; undefined also where that is compacted. */
export async function keyAt(client: EtcdClient, key: Buffer, revision: string): Promise<IKeyValue | undefined> {
  try {
    return (await client.kv.range({ key, revision })).kvs[0];
  } catch (error) {
    if (error instanceof RpcError && error.code === Code.OutOfRange) return undefined;
    throw error;
  }
}

/** Until where the history goes: the newest revision of all, and the key's last one if it is there now. */
interface End {
  head: bigint;
  last: bigint | undefined;
}

/** The changes from a revision on; returns the oldest revision that is left where that is after it. */
async function* changesSince(
  client: EtcdClient,
  key: Buffer,
  revision: bigint,
  { head, last }: End,
): AsyncGenerator<KeyRevision, bigint | undefined> {
  const controller = new AbortController();
  const watch = new Watch(client.callable, { key, revision }, { signal: controller.signal });
  const quiet = last === undefined && !client.callable.isFile ? new QuietTimer(watch, controller) : undefined;
  let revisions = 0;
  try {
    for await (const answer of watch) {
      if (answer.canceled) return BigInt(answer.compact_revision) || undefined;
      quiet?.heard(answer, head);
      for (const { type, kv } of answer.events) {
        revisions++;
        if (BigInt(kv.mod_revision) > head) return undefined;
        yield { type: type === EventType.Put ? 'put' : 'delete', revision: BigInt(kv.mod_revision), kv };
        if (BigInt(kv.mod_revision) === last) return undefined;
      }
      if (answer.fragment) continue;
      const isDeleted = answer.events.at(-1)?.type === EventType.Delete;
      if (last === undefined && isDeleted && revisions < BATCH_REVISIONS) return undefined;
      revisions = 0;
    }
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    quiet?.stop();
  }
  return undefined;
}

/** A server tells the past of a watch in one answer, but for the changes beyond this many (watchBatchMaxRevs in etcd's mvcc). */
const BATCH_REVISIONS = 1000;

/**
 * Ends the watch of a key that has no past: nothing that could be waited for. The server's progress tells it when it has got so far;
 * before 3.4.25 and 3.5.8 that may overtake events, so that a while without any has to follow.
 */
class QuietTimer {
  private static readonly askMs = 100;
  private static readonly quietMs = 500;
  private readonly asking: NodeJS.Timeout;
  private waiting: NodeJS.Timeout | undefined;

  constructor(
    watch: Watch,
    private readonly controller: AbortController,
  ) {
    this.asking = setInterval(() => watch.requestProgress(), QuietTimer.askMs);
  }

  heard({ events, header }: WatchResponse, head: bigint): void {
    if (events.length > 0) clearTimeout(this.waiting);
    else if (BigInt(header?.revision ?? 0) < head) return;
    else if (this.waiting) return;
    this.waiting = setTimeout(() => this.controller.abort(), QuietTimer.quietMs);
  }

  stop(): void {
    clearInterval(this.asking);
    clearTimeout(this.waiting);
  }
}
