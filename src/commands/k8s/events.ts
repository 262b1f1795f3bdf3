import { badArguments, ExitCode } from '../../base/errors.js';
import { bool, string, strings } from '../../base/flags/declare.js';
import type { Cluster } from '../../k8s/cluster.js';
import { readObjects, type StoredObject } from '../../k8s/objects.js';
import type { Selector } from '../../k8s/selectors.js';
import { instant, since } from '../../k8s/tables/age.js';
import { cellText } from '../../k8s/tables/define.js';
import { count, firstSeen, lastSeen, regarding } from '../../k8s/tables/events.js';
import { text } from '../../k8s/tables/read.js';
import { NO_MANAGED_FIELDS } from '../../k8s-decode/protobuf/field-mask.js';
import type { Fields } from '../../k8s-decode/value.js';
import { Columns } from '../../output/columns.js';
import { OUTPUT_FLAG, reportFormat } from '../../output/report.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { openCluster, requireResource } from './cluster.js';
import { parseTargets } from './get-arguments.js';
import { objectPrinter } from './get-objects.js';
import { timeOf } from './get-table.js';
import { objectShower, type Shower, watchObjects } from './get-watch.js';
import type { K8S_FLAGS } from './group-flags.js';
import { NAMESPACE_FLAG } from './objects.js';

export const spec = {
  usage: 'k8s events [options]',
  mostArgs: 0,
  description:
    'Shows events as kubectl events does, the newest last, in the order of the times when they were last seen. Those of events.k8s.io and those of the core group lie in one folder (/registry/events), as the API server stores both in the form of the core group: both are shown, each once, and a stored object of either form is read. An API server that keeps its events in an etcd of their own (--etcd-servers-overrides) has them there: name its --endpoints.',
  examples: [
    'ketcdctl k8s events -n shop',
    'ketcdctl k8s events -A --types Warning',
    'ketcdctl k8s events --for pod/web-0 -w # those that are there, and those that come',
    'ketcdctl --endpoints file:backup.db k8s events -A -o jsonl',
  ],
  flags: {
    ...NAMESPACE_FLAG,
    allNamespaces: bool('of all namespaces', { short: 'A' }),
    for: string('only those about this object', { value: 'TYPE/NAME', complete: 'object' }),
    types: strings('only those of these types: Normal, Warning', { value: 'LIST', choices: ['Normal', 'Warning'] }),
    watch: bool('after the events, show those that come', { short: 'w' }),
    noHeaders: bool('print the rows alone'),
    ...OUTPUT_FLAG,
  },
} satisfies CommandSpec;

type EventFlags = Flags<typeof spec, typeof K8S_FLAGS>;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, _args, flags) => {
  const format = reportFormat(context, flags);
  const cluster = await openCluster(context, flags);
  const select = await selectorOf(cluster, flags);
  const resource = await requireResource(cluster, 'events');
  const namespace = flags.allNamespaces ? undefined : flags.namespace;
  const target = { resource, names: [] };
  const found = await inOrder(cluster, { resource, namespace, fields: NO_MANAGED_FIELDS }, select);
  const shower =
    format === 'table'
      ? new EventTable(context, flags)
      : flags.watch
        ? objectShower(context, { layout: format, template: '' }, target, async (targets) =>
            objectPrinter(context, { showManagedFields: false }, { layout: format, template: '' }, targets),
          )
        : listShower(objectPrinter(context, { showManagedFields: false }, { layout: format, template: '' }, [target]));
  for (const item of found) {
    const wait = shower.object(item);
    if (wait) await wait;
  }
  await shower.listed();
  if (flags.watch) await watchObjects(context, { cluster, target, namespace, select }, shower);
  return context.undecodable > 0 ? ExitCode.Error : ExitCode.Ok;
};

/** A list that nothing follows. */
function listShower(printer: ReturnType<typeof objectPrinter>): Shower {
  return {
    object: (item) => printer.object(item),
    listed: () => printer.end(false),
    change: async (item) => printer.object(item),
  };
}

/** The events that are wanted, the one that was last seen longest ago first. */
async function inOrder(
  cluster: Cluster,
  query: Parameters<typeof readObjects>[1],
  select: Selector | undefined,
): Promise<StoredObject[]> {
  const found: { item: StoredObject; time: number }[] = [];
  for await (const item of readObjects(cluster, query)) {
    if (!item.object) {
      cluster.values.tellBroken(item.reason!);
      continue;
    }
    if (!select || select(item.object)) found.push({ item, time: instant(lastSeen(item.object)) ?? 0 });
  }
  return found.sort((one, other) => one.time - other.time).map(({ item }) => item);
}

async function selectorOf(cluster: Cluster, flags: EventFlags): Promise<Selector | undefined> {
  const types = flags.types.map((each) => each.toLowerCase());
  const isAbout = flags.for === '' ? undefined : await aboutSelector(cluster, flags.for);
  if (types.length === 0 && !isAbout) return undefined;
  return (event) => {
    if (types.length > 0 && !types.includes(text(event, 'type').toLowerCase())) return false;
    return isAbout === undefined || isAbout(event);
  };
}

/** @throws Failure for what names no object */
async function aboutSelector(cluster: Cluster, named: string): Promise<Selector> {
  const [target, ...others] = named.includes('/') ? await parseTargets(cluster, [named]) : [];
  if (!target || others.length > 0)
    throw badArguments(`--for ${named} names no object`, 'it takes TYPE/NAME: pod/web-0');
  const { kind, group } = target.resource;
  return (event) => {
    const about = regarding(event);
    const [groupOf = ''] = /^(.+)\/[^/]+$/.exec(text(about, 'apiVersion'))?.slice(1) ?? [];
    // Older reporters leave the version out.
    const isGroup = text(about, 'apiVersion') === '' || groupOf === group;
    return text(about, 'kind') === kind && text(about, 'name') === target.names[0] && isGroup;
  };
}

const HEADS = ['LAST SEEN', 'TYPE', 'REASON', 'OBJECT', 'MESSAGE'];

class EventTable implements Shower {
  private readonly columns = new Columns();
  private readonly now: number;

  constructor(
    private readonly context: CommandContext,
    private readonly flags: EventFlags,
  ) {
    this.now = timeOf(context);
    if (!flags.noHeaders) this.columns.add(flags.allNamespaces ? ['NAMESPACE', ...HEADS] : HEADS);
  }

  object(item: StoredObject): void {
    this.columns.add(this.row(item));
  }

  async listed(): Promise<void> {
    const { stdout, stderr } = this.context;
    if (this.columns.size > (this.flags.noHeaders ? 0 : 1)) await stdout.write([...this.columns.lines()].join(''));
    else if (!this.flags.watch) {
      const where = this.flags.allNamespaces ? '' : ` in ${this.flags.namespace} namespace`;
      await stderr.write(`No events found${where}.\n`);
    }
  }

  async change(item: StoredObject, word: 'ADDED' | 'MODIFIED' | 'DELETED'): Promise<void> {
    // Their lease ends them: that is no news.
    if (word === 'DELETED') return;
    const { stdout } = this.context;
    const isFirst = this.columns.size === 1 && !this.flags.noHeaders;
    this.columns.add(this.row(item));
    await stdout.write(isFirst ? [...this.columns.lines()].join('') : this.columns.lastLine());
  }

  private row({ object, namespace, name }: StoredObject): string[] {
    if (!object) return [...(this.flags.allNamespaces ? [namespace ?? ''] : []), '<unknown>', '', '', name, ''];
    const about = regarding(object);
    const cells = [
      seen(object, this.flags.watch ? timeOf(this.context) : this.now),
      text(object, 'type'),
      text(object, 'reason'),
      `${text(about, 'kind')}/${text(about, 'name')}`,
      (text(object, 'message') || text(object, 'note')).trim(),
    ];
    if (this.flags.allNamespaces) cells.unshift(namespace ?? '');
    return cells.map(cellText);
  }
}

/** `5m`, or `5m (x3 over 20m)` of what happened several times. */
function seen(event: Fields, now: number): string {
  const last = since(lastSeen(event), now);
  const times = count(event);
  return times > 1 ? `${last} (x${times} over ${since(firstSeen(event), now)})` : last;
}
