/** Who writes to etcd, counted as the writes come. Memory is bounded: of names there are many, of counters some thousands. */
import type { KeyValue } from '../base/wire/key-value.js';
import type { WatchEvent } from '../etcd/watch.js';
import type { FieldMask } from '../k8s-decode/protobuf/field-mask.js';
import { type Fields, field, stringField } from '../k8s-decode/value.js';
import { EventType } from '../rpc/names.js';
import type { Cluster } from './cluster.js';
import { resourceNamer } from './kinds.js';

/** What writes are counted under. */
export const WRITERS = ['kind', 'namespace', 'manager', 'key'] as const;
export type WriteBy = (typeof WRITERS)[number];

/** Writes and deletions, and the bytes of their keys and values. */
export interface Writes {
  name: string;
  writes: number;
  bytes: number;
}

/** Counters by name. When there are too many names, the smallest half is counted together from then on. */
export class Tally {
  private readonly counts = new Map<string, Writes>();
  /** What was counted under names that are no longer kept. */
  private readonly dropped: Writes = { name: 'others', writes: 0, bytes: 0 };

  constructor(private readonly most = 4096) {}

  /** Counts one write. */
  add(name: string, bytes: number): void {
    const count = this.counts.get(name);
    if (count) {
      count.writes++;
      count.bytes += bytes;
      return;
    }
    if (this.counts.size >= this.most) this.dropSmallest();
    this.counts.set(name, { name, writes: 1, bytes });
  }

  /** What was counted under a name. */
  of(name: string): Writes {
    return this.counts.get(name) ?? { name, writes: 0, bytes: 0 };
  }

  /** The largest by bytes, and all others together. */
  largest(count: number): { largest: Writes[]; others: Writes } {
    const sorted = this.sorted();
    const others = { ...this.dropped };
    for (const { writes, bytes } of sorted.slice(count)) {
      others.writes += writes;
      others.bytes += bytes;
    }
    return { largest: sorted.slice(0, count), others };
  }

  private sorted(): Writes[] {
    return [...this.counts.values()].sort((a, b) => b.bytes - a.bytes || b.writes - a.writes);
  }

  private dropSmallest(): void {
    for (const { name, writes, bytes } of this.sorted().slice(this.most / 2)) {
      this.counts.delete(name);
      this.dropped.writes += writes;
      this.dropped.bytes += bytes;
    }
  }
}

/** Writes of a span of time. */
export class WriteCount {
  writes = 0;
  deletions = 0;
  bytes = 0;
  readonly by: Readonly<Record<WriteBy, Tally>> = {
    kind: new Tally(),
    namespace: new Tally(),
    manager: new Tally(),
    key: new Tally(),
  };
}

/** Stands for what has none of what is counted by. */
const NONE = '(none)';
/** Stands for the writers of deletions, which leave no object that could name them. */
const DELETED = '(deletions)';
/** Stands for keys that are not Kubernetes'. */
const OUTSIDE = '(other keys)';
/** Stands for values that are encrypted, or no object. */
const CLOSED = '(not readable)';

/** All that is read of an object. */
const MANAGERS: FieldMask = { metadata: { managedFields: { manager: true, time: true } } };

/** Sorts events into counts. */
export class WriteSorter {
  private constructor(
    private readonly cluster: Cluster,
    private readonly by: ReadonlySet<WriteBy>,
    private readonly kindOf: (key: string) => string,
    private readonly placeOf: Awaited<ReturnType<Cluster['keyReader']>>,
  ) {}

  /** @param by what is counted: values are decoded for `manager` alone */
  static async open(cluster: Cluster, by: ReadonlySet<WriteBy>): Promise<WriteSorter> {
    return new WriteSorter(cluster, by, await resourceNamer(cluster), await cluster.keyReader());
  }

  async count({ type, kv }: WatchEvent, counts: readonly WriteCount[]): Promise<void> {
    const bytes = kv.key.length + kv.value.length;
    const isDeletion = type !== EventType.Put;
    const key = kv.key.toString();
    const isInside = this.cluster.rootOf(key) !== undefined;
    const names: Partial<Record<WriteBy, string>> = {};
    if (this.by.has('kind')) names.kind = isInside ? this.kindOf(key) : OUTSIDE;
    if (this.by.has('namespace')) names.namespace = isInside ? (this.placeOf(key)?.namespace ?? NONE) : OUTSIDE;
    if (this.by.has('manager')) {
      names.manager = !isInside ? OUTSIDE : isDeletion ? DELETED : await this.managerOf(kv);
    }
    if (this.by.has('key')) names.key = key;
    for (const count of counts) {
      count.bytes += bytes;
      if (isDeletion) count.deletions++;
      else count.writes++;
      for (const [by, name] of Object.entries(names)) count.by[by as WriteBy].add(name, bytes);
    }
  }

  /** Whoever has the newest time in managedFields: the API server writes one there with each change. */
  private async managerOf({ key, value }: Pick<KeyValue, 'key' | 'value'>): Promise<string> {
    const { stored } = await this.cluster.values.read(key, value, MANAGERS);
    if (!stored) return CLOSED;
    return newestManager(stored.object) ?? NONE;
  }
}

function newestManager(object: Fields): string | undefined {
  const entries = field(object, 'metadata', 'managedFields');
  if (!Array.isArray(entries)) return undefined;
  let newest: { manager: string; time: string } | undefined;
  for (const entry of entries) {
    const manager = stringField(entry, 'manager');
    const time = stringField(entry, 'time') ?? '';
    if (manager !== undefined && (newest === undefined || time >= newest.time)) newest = { manager, time };
  }
  return newest?.manager;
}
