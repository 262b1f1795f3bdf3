/** The revisions of a key in the order in which they are shown, each with the one before it. */
import type { EtcdClient } from '../../etcd/client.js';
import type { KeyRevision } from '../../etcd/key-history.js';

/** A revision, and what was there before: undefined where that is compacted or the key was not there. */
export interface RevisionPair {
  current: KeyRevision;
  previous: KeyRevision | undefined;
}

export interface OrderOptions {
  /** Only the newest so many; 0: all. */
  limit: number;
  /** The oldest first. */
  reverse: boolean;
}

/** How many bytes of values are held; values beyond that are asked for again. */
const HELD_BYTES = 64 << 20;

/** @param history oldest first */
export async function* revisionPairs(
  client: EtcdClient,
  key: Buffer,
  history: AsyncIterable<KeyRevision>,
  { limit, reverse }: OrderOptions,
): AsyncGenerator<RevisionPair> {
  if (reverse && limit === 0) {
    let previous: KeyRevision | undefined;
    for await (const current of history) {
      yield { current, previous };
      previous = current;
    }
    return;
  }
  const held = new HeldRevisions(client, key, limit);
  for await (const revision of history) held.add(revision);
  const { first, size } = held;
  for (let step = first; step < size; step++) {
    const at = reverse ? step : size - 1 - (step - first);
    yield { current: await held.at(at), previous: at > 0 ? await held.at(at - 1) : undefined };
  }
}

class HeldRevisions {
  private readonly revisions: KeyRevision[] = [];
  private bytes = 0;
  /** The first whose value is held. */
  private heldFrom = 0;

  constructor(
    private readonly client: EtcdClient,
    private readonly key: Buffer,
    private readonly limit: number,
  ) {}

  get size(): number {
    return this.revisions.length;
  }

  /** The first that is to be shown. */
  get first(): number {
    return this.limit > 0 ? Math.max(0, this.size - this.limit) : 0;
  }

  add(revision: KeyRevision): void {
    this.bytes += revision.kv.value.length;
    this.revisions.push(revision);
    // The one before the first is compared with it.
    while (this.heldFrom < this.size - 1 && (this.bytes > HELD_BYTES || this.heldFrom < this.first - 1)) this.drop();
  }

  private drop(): void {
    const { kv, ...revision } = this.revisions[this.heldFrom]!;
    this.bytes -= kv.value.length;
    this.revisions[this.heldFrom++] = { ...revision, kv: { ...kv, value: NOTHING } };
  }

  async at(index: number): Promise<KeyRevision> {
    const revision = this.revisions[index]!;
    if (index >= this.heldFrom || revision.type === 'delete') return revision;
    const { kvs } = await this.client.kv.range({ key: this.key, revision: String(revision.revision) });
    return { ...revision, kv: kvs[0] ?? revision.kv };
  }
}

const NOTHING = Buffer.alloc(0);
