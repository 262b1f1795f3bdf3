import type { Context, FlagValues } from '../cli/command.js';
import { Failure } from '../errors.js';
import type { StoredObject } from '../k8s/objects.js';
import type { Resource } from '../k8s/resources.js';
import { crdTable, type ResourceTable, tableOf } from '../k8s/tables/table.js';
import { type Fields, field } from '../k8s-decode/value.js';
import { Columns } from '../output/columns.js';
import { type GetPrinter, kindPrefix } from './k8s-get-printer.js';

/** The variable that stands in for the clock, for ages that do not change: RFC 3339. */
const NOW = 'KETCDCTL_NOW';

/** `k8s get -o table` and `-o wide`: a table for each resource that has objects. */
export class TablePrinter implements GetPrinter {
  private resource!: Resource;
  private table!: ResourceTable;
  private shown: number[] = [];
  /** Where the shown columns have the name; -1 where it is not shown. */
  private nameAt = 0;
  private columns = new Columns();
  /** Held until all are there, where the table has an order of its own. */
  private unordered: { object: Fields | undefined; row: string[] }[] = [];
  private written = false;
  private readonly withKind: boolean;
  private readonly now: number;

  constructor(
    private readonly context: Context,
    private readonly flags: FlagValues,
    private readonly wide: boolean,
    private readonly targets: readonly { resource: Resource }[],
  ) {
    this.withKind = targets.some(({ resource }) => resource !== targets[0]!.resource);
    this.now = timeOf(context);
  }

  async begin(resource: Resource): Promise<void> {
    // Objects named one by one share a table as long as they are of one resource.
    if (this.resource === resource) return;
    await this.print();
    this.resource = resource;
    this.table = await tableFor(resource);
    this.shown = [...this.table.columns.keys()].filter((at) => this.wide || !this.table.columns[at]!.wide);
    this.nameAt = this.shown.findIndex((at) => this.table.columns[at]!.name === 'NAME');
    this.columns = new Columns();
  }

  object(item: StoredObject): undefined {
    if (this.columns.size === 0 && !this.flags.bool('no-headers')) this.columns.add(this.heads());
    const { object } = item;
    const row = this.rowOf(item);
    if (this.table.order) this.unordered.push({ object, row });
    else this.columns.add(row);
  }

  private rowOf(item: StoredObject): string[] {
    const { object } = item;
    const cells = object ? this.table.row(object, this.now, this.wide) : this.unreadable(item);
    const row = this.shown.map((at) => cells[at]!);
    const { nameAt } = this;
    if (nameAt >= 0) {
      if (!object || this.resource.internal) row[nameAt] = item.name;
      if (this.withKind) row[nameAt] = `${kindPrefix(this.resource)}/${row[nameAt]}`;
    }
    if (this.withNamespace()) row.unshift(item.namespace ?? '');
    if (this.flags.bool('show-labels')) row.push(object ? labelsOf(object) : '<unknown>');
    return row;
  }

  finish(): void {}

  async end(failed: boolean): Promise<void> {
    await this.print();
    if (this.written || failed) return;
    const { stderr } = this.context;
    const inNamespace = !this.flags.bool('all-namespaces') && this.targets.every(({ resource }) => resource.namespaced);
    stderr.write(
      inNamespace ? `No resources found in ${this.flags.string('namespace')} namespace.\n` : 'No resources found\n',
    );
  }

  private withNamespace(): boolean {
    return this.flags.bool('all-namespaces') && this.resource.namespaced;
  }

  private heads(): string[] {
    const heads = this.shown.map((at) => this.table.columns[at]!.name);
    if (this.withNamespace()) heads.unshift('NAMESPACE');
    if (this.flags.bool('show-labels')) heads.push('LABELS');
    return heads;
  }

  /** The reason stands in the last column that is shown, where it makes no other one wider. */
  private unreadable({ reason, key }: StoredObject): string[] {
    const cells = this.table.columns.map(() => '?');
    const text = reason!.message.replace(`${key}: `, '');
    const last = this.shown.at(-1)!;
    cells[last === 0 ? this.shown[0]! : last] = `<${text}>`;
    return cells;
  }

  private async print(): Promise<void> {
    if (this.columns.size === 0) return;
    const { stdout } = this.context;
    const { order } = this.table;
    if (order) this.unordered.sort((a, b) => (a.object && b.object ? order(a.object, b.object) : 0));
    for (const { row } of this.unordered) this.columns.add(row);
    this.unordered = [];
    if (this.written && !this.flags.bool('no-headers')) stdout.write('\n');
    this.written = true;
    let text = '';
    for (const line of this.columns.lines()) {
      text += line;
      if (text.length < 1 << 16) continue;
      await stdout.write(text);
      text = '';
    }
    await stdout.write(text);
  }
}

async function tableFor(resource: Resource): Promise<ResourceTable> {
  if (resource.custom) return crdTable(resource.custom.columns);
  return (await tableOf(resource)) ?? crdTable([]);
}

function timeOf({ env }: Context): number {
  const given = env[NOW];
  if (!given) return Date.now();
  const time = Date.parse(given);
  if (Number.isNaN(time)) throw new Failure(`${NOW} is no time: ${given}`, { hint: 'such as 2026-11-21T09:59:46Z' });
  return time;
}

function labelsOf(object: Fields): string {
  const labels = field(object, 'metadata', 'labels');
  if (!(labels instanceof Map) || labels.size === 0) return '<none>';
  return [...labels].map(([name, value]) => `${name}=${value}`).join(',');
}
