/** Copies a range to another cluster, and keeps the copy the same as long as it is let. */

import type { IKeyValue } from 'etcd3/lib/rpc';
import { eachInFlight } from '../base/in-flight.js';
import { prefixRange } from '../rpc/keys.js';
import { EventType } from '../rpc/names.js';
import type { EtcdClient } from './client.js';
import { pause } from './next-endpoint.js';
import { readRange } from './range.js';
import { isOutage } from './retry-same.js';
import { Watch, type WatchResponse } from './watch.js';

export interface MirrorOptions {
  prefix: Buffer;
  /** What stands for the prefix in the copy. */
  destPrefix: Buffer;
  /** The first revision to replay; 0: all that is there is copied first, and then what changes. */
  revision: bigint;
  /** Operations of one revision that go into one transaction at most. */
  maxTxnOps: number;
  signal: AbortSignal;
  /** Told of each key that was written or deleted, as a count. */
  copied: (keys: number) => void;
  /** Told that the source or the destination failed, and that it is tried again. */
  trouble?: ((text: string) => void) | undefined;
}

/** Puts that are under way at a time while all is copied. */
const IN_FLIGHT = 16;
const PAUSE_MS = 500;

/**
 * Mirrors until the source ends its watch, which it does when the history is compacted away under it; gives that last answer.
 * A destination that fails after it has worked is waited for.
 */
export async function mirror(
  source: EtcdClient,
  dest: EtcdClient,
  options: MirrorOptions,
): Promise<WatchResponse | undefined> {
  const target = new Target(dest, options);
  const revision = options.revision > 1n ? options.revision : (await copyAll(source, target, options)) + 1n;
  const { signal, trouble, prefix } = options;
  const watch = new Watch(
    source.callable,
    { ...prefixRange(prefix), revision },
    { signal, ...(trouble && { trouble }) },
  );
  for await (const answer of watch) {
    if (answer.canceled) return answer;
    await target.follow(answer);
  }
  return undefined;
}

/** Copies what is there; gives the revision that it is the state of. */
async function copyAll(source: EtcdClient, target: Target, { prefix }: MirrorOptions): Promise<bigint> {
  let revision: bigint | undefined;
  for await (const page of readRange(source, prefixRange(prefix))) {
    revision ??= BigInt(page.header.revision);
    await eachInFlight(page.kvs, IN_FLIGHT, (kv) => target.copy(kv));
  }
  return revision ?? 0n;
}

/** A put, or a deletion where `value` is missing. */
interface Change {
  key: Buffer;
  value?: Buffer;
}

/** The destination. */
class Target {
  private works = false;
  /** Changes of the revision that the last answer ended in the middle of. */
  private begun: Change[] = [];
  private begunRevision = '';

  constructor(
    private readonly client: EtcdClient,
    private readonly options: MirrorOptions,
  ) {}

  async copy({ key, value }: IKeyValue): Promise<void> {
    const change = { key: this.renamed(key), value };
    await this.write([change], () => this.client.kv.put(change));
    this.options.copied(1);
  }

  /** Does what the events say, a transaction for each revision. */
  async follow({ events, fragment }: WatchResponse): Promise<void> {
    for (const { type, kv } of events) {
      if (kv.mod_revision !== this.begunRevision) await this.commit();
      if (this.begun.length === this.options.maxTxnOps) await this.commit();
      this.begunRevision = kv.mod_revision;
      const key = this.renamed(kv.key);
      this.begun.push(type === EventType.Put ? { key, value: kv.value } : { key });
    }
    if (!fragment) await this.commit();
  }

  private async commit(): Promise<void> {
    const changes = this.begun;
    if (changes.length === 0) return;
    this.begun = [];
    const success = changes.map(({ key, value }) =>
      value === undefined ? { request_delete_range: { key } } : { request_put: { key, value } },
    );
    await this.write(changes, () => this.client.kv.txn({ compare: [], success, failure: [] }));
    this.options.copied(changes.length);
  }

  private renamed(key: Buffer): Buffer {
    return Buffer.concat([this.options.destPrefix, key.subarray(this.options.prefix.length)]);
  }

  /** Writes; when the destination fails it is waited for, and what may have been done is looked up before it is done again. */
  private async write(changes: Change[], send: () => Promise<unknown>): Promise<void> {
    const { signal, trouble } = this.options;
    for (let unknown = false; ; ) {
      try {
        if (unknown && (await this.isDone(changes))) return;
        unknown = false;
        await send();
        this.works = true;
        return;
      } catch (error) {
        if (signal.aborted || !this.works || !isOutage(error)) throw error;
        unknown ||= error.outcomeUnknown;
        trouble?.(error.message);
        await pause(PAUSE_MS, signal);
      }
    }
  }

  /** Whether all keys are as the changes make them. A key that changes twice in a transaction is none that etcd takes. */
  private async isDone(changes: Change[]): Promise<boolean> {
    const success = changes.map(({ key }) => ({ request_range: { key } }));
    const { responses } = await this.client.kv.txn({ compare: [], success, failure: [] });
    return changes.every(({ value }, at) => {
      const found = responses[at]?.response_range?.kvs[0]?.value;
      return value === undefined ? found === undefined : found?.equals(value) === true;
    });
  }
}
