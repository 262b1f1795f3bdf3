/** `k8s get --watch`: objects as they change, a row or a document each, as kubectl prints them. */
import { Failure } from '../../base/errors.js';
import type { WatchEvent, WatchRange, WatchResponse } from '../../etcd/watch.js';
import type { Cluster } from '../../k8s/cluster.js';
import { StoredObject } from '../../k8s/objects.js';
import type { Selector } from '../../k8s/selectors.js';
import type { Printer } from '../../output/printer.js';
import { prefixRange } from '../../rpc/keys.js';
import { EventType } from '../../rpc/names.js';
import type { CommandContext } from '../command.js';
import { printWatches } from '../watch/watch.js';
import type { Target } from './get-arguments.js';
import type { GetFormat } from './get-format.js';
import type { GetPrinter } from './get-printer.js';
import { type ChangeWord, type TableFlags, TablePrinter } from './get-table.js';

export interface WatchOrder {
  cluster: Cluster;
  target: Target;
  /** Undefined for all namespaces. */
  namespace: string | undefined;
  select: Selector | undefined;
}

/** Shows objects one by one: those that are there, and those that change. */
export interface Shower {
  object(item: StoredObject): Promise<void> | void;
  /** What is there has all been given. */
  listed(): Promise<void> | void;
  change(item: StoredObject, word: ChangeWord): Promise<void>;
}

/** A table that grows. */
export async function tableShower(
  context: CommandContext,
  flags: TableFlags,
  wide: boolean,
  target: Target,
): Promise<Shower> {
  const printer = new TablePrinter(context, { ...flags, ignoreNotFound: true }, wide, [target]);
  await printer.begin(target.resource);
  return {
    object: (item) => printer.object(item),
    listed: () => printer.end(false),
    change: (item, word) => printer.change(item, word),
  };
}

/** Each object by itself, as if it alone were asked for. */
export function objectShower(
  { stdout }: CommandContext,
  { layout }: GetFormat,
  { resource }: Target,
  newPrinter: (targets: readonly Target[], noHeaders: boolean) => Promise<GetPrinter>,
): Shower {
  let shown = 0;
  const show = async (item: StoredObject) => {
    if (layout === 'yaml' && shown > 0) stdout.write('---\n');
    const printer = await newPrinter([{ resource, names: [item.name] }], shown++ > 0);
    await printer.begin(resource);
    await printer.object(item);
    await printer.end(false);
  };
  return { object: show, listed() {}, change: show };
}

/** The one resource that is watched. */
export function watchedTarget(targets: readonly Target[]): Target {
  const [target, ...others] = targets;
  if (target && others.length === 0) return target;
  throw new Failure('you may only specify a single resource type', { hint: '`k8s watch` takes several' });
}

/** Shows what changes after the cluster's revision, until the watch ends. */
export async function watchObjects(context: CommandContext, order: WatchOrder, shower: Shower): Promise<void> {
  const { cluster, target, namespace } = order;
  const { resource, names } = target;
  const folder = cluster.keyOf(resource, namespace, '');
  const keys = names.map((name) => ({ key: Buffer.from(folder + name) }));
  const ranges: WatchRange[] = (names.length > 0 ? keys : [prefixRange(Buffer.from(folder))]).map((range) => ({
    ...range,
    revision: BigInt(cluster.revision) + 1n,
    prevKv: true,
  }));
  const newPrinter = () => new ChangesPrinter(order, shower);
  await printWatches(context, ranges, { client: cluster.client, format: 'jsonl', newPrinter, exec: [] });
}

class ChangesPrinter implements Printer<WatchResponse> {
  constructor(
    private readonly order: WatchOrder,
    private readonly shower: Shower,
  ) {}

  async print({ events }: WatchResponse): Promise<void> {
    for (const event of events) await this.event(event);
  }

  /** An object that is no longer selected is gone for whoever selects, and one that has come to be is new. */
  private async event({ type, kv, prev_kv }: WatchEvent): Promise<void> {
    const before = prev_kv ? await this.selected(prev_kv) : undefined;
    const now = type === EventType.Put ? await this.selected(kv) : undefined;
    if (now) await this.shower.change(now, before ? 'MODIFIED' : 'ADDED');
    else if (before) await this.shower.change(before, 'DELETED');
  }

  private async selected(kv: WatchEvent['kv']): Promise<StoredObject | undefined> {
    const { cluster, target, select } = this.order;
    const place = cluster.placeOf(target.resource, kv.key.toString());
    const item = new StoredObject(kv, place, await cluster.values.read(kv.key, kv.value));
    return select && item.object && !select(item.object) ? undefined : item;
  }
}
