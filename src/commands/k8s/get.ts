import { ExitCode, errorLine, Failure } from '../../base/errors.js';
import { bool, int, string, strings } from '../../base/flags/declare.js';
import type { Cluster } from '../../k8s/cluster.js';
import { objectSelector } from '../../k8s/object-selector.js';
import { readObjects, type StoredObject } from '../../k8s/objects.js';
import type { Resource } from '../../k8s/resources.js';
import type { Selector } from '../../k8s/selectors.js';
import { NAME_FIELDS, tableFields } from '../../k8s/table-fields.js';
import { type FieldMask, NO_MANAGED_FIELDS } from '../../k8s-decode/protobuf/field-mask.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { openCluster } from './cluster.js';
import { noType, parseTargets, type Target } from './get-arguments.js';
import { FORMATS, type GetFormat, getFormat, isTable } from './get-format.js';
import type { GetPrinter } from './get-printer.js';
import type { TableFlags } from './get-table.js';
import type { K8S_FLAGS } from './group-flags.js';
import { notFound } from './objects.js';

export const spec = {
  usage: 'k8s get [options] TYPE[,TYPE…] [NAME…] | TYPE/NAME…',
  description:
    "Shows objects as kubectl would, out of etcd or a snapshot file, without an API server. TYPE is a plural, a singular, a short name or a kind, with its group where it is not unique (deployments.apps); custom resources are known by their definitions, with the columns that these declare; `all` is kubectl's category. Objects are shown in the version in which they are stored.",
  examples: [
    'ketcdctl k8s get pods -A',
    'ketcdctl k8s get deploy,svc -n shop -o wide',
    'ketcdctl k8s get pod/web-0 -n shop -o yaml',
    'ketcdctl k8s get pods -A -l app=web --field-selector spec.nodeName=node-1',
    'ketcdctl k8s get nodes -o custom-columns=NAME:.metadata.name,IP:.status.addresses[0].address',
    'ketcdctl --endpoints file:backup.db k8s get all -A # out of a snapshot, without a server',
    'ketcdctl k8s get deploy/web -n shop -o yaml --rev 4711 # as it was',
  ],
  complete: 'object',
  flags: {
    namespace: string('the namespace to look in', {
      short: 'n',
      default: 'default',
      value: 'NS',
      complete: 'namespace',
    }),
    allNamespaces: bool('look in all namespaces', { short: 'A' }),
    selector: string('only objects with these labels: app=web,tier!=db', { short: 'l' }),
    fieldSelector: string('only objects with these fields: status.phase=Running,spec.nodeName=node-1'),
    output: string(
      'table, wide, yaml, json, jsonl, name, jsonpath=TEMPLATE, custom-columns=HEAD:PATH,…, go-template=TEMPLATE; jsonpath-file=FILE and so on take it from a file',
      { short: 'o', value: 'FORMAT', choices: FORMATS },
    ),
    template: string('the template of -o jsonpath and go-template'),
    rev: int('the revision to read (0: the newest)', { default: '0' }),
    showManagedFields: bool('keep metadata.managedFields in yaml and json'),
    labelColumns: strings('show labels in columns of their own: app,tier', { short: 'L' }),
    showKind: bool('show the kind before each name'),
    showLabels: bool('show the labels in a last column'),
    noHeaders: bool('print the rows of a table alone'),
    watch: bool('after the objects, show those that change', { short: 'w' }),
    watchOnly: bool('show those that change alone'),
    outputWatchEvents: bool('with --watch: show in a first column what has happened to an object'),
    ignoreNotFound: bool('say nothing of objects that do not exist'),
    chunkSize: int('read in pages of its own choice: taken, as kubectl has it', { hidden: true }),
    sortBy: string('sort by a field: .metadata.creationTimestamp', { value: 'JSONPATH' }),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, args, flags) => {
  const format = getFormat(context, flags);
  const select = objectSelector(flags);
  if (args.length === 0) throw noType();
  const cluster = await openCluster(context, flags);
  const targets = await parseTargets(cluster, args);
  const getting = new Getting(context, flags, cluster, select, format);
  if (flags.watch || flags.watchOnly) return watch(context, flags, format, getting, targets);
  const printer = await printerOf(context, flags, format, targets);
  for (const target of targets) {
    await printer.begin(target.resource);
    for await (const item of getting.objects(target)) {
      const wait = getting.print(printer, item);
      if (wait) await wait;
    }
  }
  await printer.end(getting.missing.length > 0);
  return getting.report();
};

/** What is there and then what changes, as kubectl's -w prints it: a table that grows, or each object by itself. */
async function watch(
  context: CommandContext,
  flags: Flags<typeof spec, typeof K8S_FLAGS>,
  format: GetFormat,
  getting: Getting,
  targets: readonly Target[],
): Promise<number> {
  const { tableShower, objectShower, watchedTarget, watchObjects } = await import('./get-watch.js');
  const target = watchedTarget(targets);
  const shower = isTable(format)
    ? await tableShower(context, flags, format.layout === 'wide', target)
    : objectShower(context, format, target, (one, noHeaders) =>
        printerOf(context, { ...flags, noHeaders }, format, one),
      );
  if (!flags.watchOnly) for await (const item of getting.objects(target)) await shower.object(item);
  await shower.listed();
  await watchObjects(context, { ...getting.query, target }, shower);
  return getting.report();
}

type PrinterFlags = TableFlags & { showManagedFields: boolean };

async function printerOf(
  context: CommandContext,
  flags: PrinterFlags,
  format: GetFormat,
  targets: readonly Target[],
): Promise<GetPrinter> {
  if (isTable(format)) {
    const { TablePrinter } = await import('./get-table.js');
    return new TablePrinter(context, flags, format.layout === 'wide', targets);
  }
  if (format.template !== '') {
    const { templatePrinter } = await import('./get-templates.js');
    return templatePrinter(context, flags, format, targets);
  }
  const { objectPrinter } = await import('./get-objects.js');
  return objectPrinter(context, flags, format, targets);
}

/** Finds the objects, and remembers what went wrong. */
class Getting {
  /** Errors about objects that do not exist. */
  readonly missing: Failure[] = [];
  private undecodable = 0;
  private unshown = 0;
  private seen = 0;
  private hint: string | undefined;

  constructor(
    private readonly context: CommandContext,
    private readonly flags: Flags<typeof spec, typeof K8S_FLAGS>,
    private readonly cluster: Cluster,
    private readonly select: Selector | undefined,
    private readonly format: GetFormat,
  ) {}

  /** Where it looks, and for what. */
  get query(): { cluster: Cluster; namespace: string | undefined; select: Selector | undefined } {
    return { cluster: this.cluster, namespace: this.namespace(), select: this.select };
  }

  /** The target's objects that the selectors take, in the order that was asked for. */
  async *objects(target: Target): AsyncGenerator<StoredObject> {
    const path = this.flags.sortBy;
    if (!path) return yield* this.inKeyOrder(target);
    const { sortObjects } = await import('./get-sort.js');
    yield* await sortObjects(this.inKeyOrder(target), path);
  }

  private async *inKeyOrder({ resource, names }: Target): AsyncGenerator<StoredObject> {
    const namespace = this.namespace();
    const fields = this.fieldsOf(resource);
    if (names.length === 0) {
      yield* this.selected(readObjects(this.cluster, { resource, namespace, fields }));
      return;
    }
    if (resource.namespaced && namespace === undefined) {
      throw new Failure('a resource cannot be retrieved by name across all namespaces', {
        hint: '-n NAMESPACE with the name, or --field-selector metadata.name=NAME with -A',
      });
    }
    for (const name of names) {
      const before = this.seen;
      yield* this.selected(readObjects(this.cluster, { resource, namespace, name, fields }));
      if (this.seen === before && !this.flags.ignoreNotFound) {
        this.missing.push(await notFound(this.cluster, { resource, namespace, name }));
      }
    }
  }

  /** What has to be decoded of the objects. */
  private fieldsOf(resource: Resource): FieldMask | undefined {
    const { flags } = this;
    // Whoever names a field may mean any.
    if (flags.showManagedFields || flags.fieldSelector || flags.sortBy) return undefined;
    if (this.format.layout === 'name') return NAME_FIELDS;
    if (this.format.template !== '') return undefined;
    return isTable(this.format) ? tableFields(resource) : NO_MANAGED_FIELDS;
  }

  private namespace(): string | undefined {
    return this.flags.allNamespaces ? undefined : this.flags.namespace;
  }

  private async *selected(objects: AsyncIterable<StoredObject>): AsyncGenerator<StoredObject> {
    for await (const item of objects) {
      this.seen++;
      // One that cannot be read may be one of those that are wanted: it is shown.
      if (this.select && item.object && !this.select(item.object)) continue;
      yield item;
      if (!item.reason) continue;
      this.undecodable++;
      this.hint ??= item.reason.hint;
    }
  }

  /** Prints an object; one that cannot be shown in the format does not end the list. */
  print(printer: GetPrinter, item: StoredObject): Promise<void> | undefined {
    try {
      return printer.object(item);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.unshown++;
      return this.context.stderr.write(errorLine(`${item.key}: ${error.message}`));
    }
  }

  /** Tells on standard error what could not be shown; the exit code. */
  report(): number {
    const { stderr } = this.context;
    for (const { message, hint } of this.missing) {
      stderr.write(errorLine(message) + (hint === undefined ? '' : `Hint: ${hint}\n`));
    }
    if (this.undecodable > 0) {
      stderr.write(errorLine(`${this.undecodable} of ${this.seen} values could not be decoded`));
      if (this.hint) stderr.write(`Hint: ${this.hint}\n`);
    }
    return this.missing.length + this.undecodable + this.unshown > 0 ? ExitCode.Error : ExitCode.Ok;
  }
}
