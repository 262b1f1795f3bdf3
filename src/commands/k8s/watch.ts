import { bool, int, string } from '../../base/flags/declare.js';
import type { WatchEvent, WatchRange, WatchResponse } from '../../etcd/watch.js';
import { labelSelector } from '../../k8s/label-selector.js';
import { withResourceVersion } from '../../k8s/objects.js';
import type { Selector } from '../../k8s/selectors.js';
import type { Fields } from '../../k8s-decode/index.js';
import { stringField, type Value } from '../../k8s-decode/value.js';
import { visible } from '../../output/bytes.js';
import { type ComparedValue, ComparedValues } from '../../output/compared-values.js';
import { formatNotSupported } from '../../output/format.js';
import type { Printer } from '../../output/printer.js';
import { writeReadable } from '../../output/readable.js';
import { prefixRange } from '../../rpc/keys.js';
import { EventType } from '../../rpc/names.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { diffPrinters } from '../watch/diff.js';
import { printWatches } from '../watch/watch.js';
import { openCluster } from './cluster.js';
import { parseTargets } from './get-arguments.js';
import type { K8S_FLAGS } from './group-flags.js';
import { NAMESPACE_FLAG } from './objects.js';

const FORMATS = ['simple', 'yaml', 'json', 'jsonl'] as const;
type EventFormat = (typeof FORMATS)[number];

export const spec = {
  usage: 'k8s watch [options] TYPE[,TYPE…] [NAME…] | TYPE/NAME…',
  description:
    "Prints changes of objects as they happen, straight from etcd: a line for each, or with -o yaml or jsonl the event as the API server's watch has it, its type (ADDED, MODIFIED, DELETED) and the object. --diff shows what changed instead, and who changed it. With --rev it begins in the past, as far as that is not compacted; of a file it prints what happened since then.",
  examples: [
    'ketcdctl k8s watch pods -n shop',
    'ketcdctl k8s watch deploy,rs -A --diff # who scales what',
    'ketcdctl k8s watch cm/coredns -n kube-system -o yaml',
    'ketcdctl --endpoints file:backup.db k8s watch nodes --rev 1 -o jsonl',
  ],
  noConsistency:
    '--consistency is for reads: a watch is told of changes by one member in any case, in the order in which they were agreed on; without a quorum there are none',
  complete: 'object',
  flags: {
    ...NAMESPACE_FLAG,
    allNamespaces: bool('in all namespaces', { short: 'A' }),
    selector: string('only objects with these labels: app=web,tier!=db', { short: 'l' }),
    output: string('simple, yaml, json or jsonl', { short: 'o', value: 'FORMAT', choices: FORMATS }),
    diff: bool('print what changed, and who changed it where that is known'),
    rev: int('the first revision to print (0: those to come)', { default: '0' }),
    showManagedFields: bool('keep metadata.managedFields in the objects'),
  },
  noTimeout: 'always',
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, args, flags) => {
  const format = eventFormat(context, flags);
  const selector = flags.selector;
  const select = selector === '' ? undefined : labelSelector(selector);
  const cluster = await openCluster(context, flags);
  const ranges: WatchRange[] = [];
  for (const { resource, names } of await parseTargets(cluster, args)) {
    const everywhere = flags.allNamespaces || !resource.namespaced;
    const namespace = everywhere ? '' : `${flags.namespace}/`;
    const folder = cluster.folderOf(resource) + namespace;
    const keys = names.map((name) => ({ key: Buffer.from(folder + name) }));
    const range = { revision: flags.rev, prevKv: true };
    for (const key of names.length > 0 ? keys : [prefixRange(Buffer.from(folder))]) ranges.push({ ...key, ...range });
  }
  const values = new ComparedValues(context, { managedFields: flags.showManagedFields });
  const changes = flags.diff ? diffPrinters(context, format) : undefined;
  const newPrinter = () => selecting(values, select, changes?.() ?? new EventPrinter(context, values, format));
  await printWatches(context, ranges, { client: cluster.client, format: 'jsonl', newPrinter, exec: [] });
};

function eventFormat({ options }: CommandContext, flags: Flags<typeof spec, typeof K8S_FLAGS>): EventFormat {
  const asked = (flags.output || options.writeOut) as EventFormat;
  if (FORMATS.includes(asked)) return asked;
  throw formatNotSupported(asked, `k8s watch has -o ${FORMATS.join(', ')}`);
}

/** Lets through what is selected: of a deletion, what the object was. */
function selecting(
  values: ComparedValues,
  select: Selector | undefined,
  printer: Printer<WatchResponse>,
): Printer<WatchResponse> {
  if (!select) return printer;
  return {
    async print(answer) {
      const events: WatchEvent[] = [];
      for (const event of answer.events) {
        const object = (await objectOf(values, event))?.object;
        if (!object || select(object)) events.push(event);
      }
      await printer.print({ ...answer, events });
    },
  };
}

/** The object of an event: after it, or of a deletion before it, where that is known. */
async function objectOf(values: ComparedValues, { type, kv, prev_kv }: WatchEvent): Promise<ComparedValue | undefined> {
  const source = type === EventType.Put ? kv : prev_kv;
  return source ? values.read(source.key, source.value) : undefined;
}

/** Prints events as the API server's watch tells them; a deletion has the object as it was. */
class EventPrinter implements Printer<WatchResponse> {
  private printed = 0;

  constructor(
    private readonly context: CommandContext,
    private readonly values: ComparedValues,
    private readonly format: EventFormat,
  ) {}

  async print({ events }: { events: WatchEvent[] }): Promise<void> {
    for (const event of events) {
      const wait = this.context.stdout.write(this.text(event, await objectOf(this.values, event)));
      if (wait) await wait;
    }
  }

  private text({ type, kv }: WatchEvent, value: ComparedValue | undefined): string {
    const word = type !== 0 ? 'DELETED' : kv.version === '1' ? 'ADDED' : 'MODIFIED';
    if (this.format === 'simple') return `${word.padEnd(8)}  ${nameOf(kv.key, value)}  revision ${kv.mod_revision}\n`;
    const object = value?.object && value.shown instanceof Map ? withResourceVersion(value.shown, kv) : null;
    const fields: Fields = new Map<string, Value>([
      ['type', word],
      ['object', object ?? value?.shown ?? null],
    ]);
    if (this.format !== 'yaml') return writeReadable('jsonl', fields);
    return `${this.printed++ === 0 ? '' : '---\n'}${writeReadable('yaml', fields)}`;
  }
}

function nameOf(key: Buffer, value: ComparedValue | undefined): string {
  const kind = stringField(value?.object, 'kind');
  const name = stringField(value?.object, 'metadata', 'name');
  const namespace = stringField(value?.object, 'metadata', 'namespace');
  if (!kind || !name) return String(visible(key));
  return `${kind.toLowerCase()}/${name}${namespace ? `  -n ${namespace}` : ''}`;
}
