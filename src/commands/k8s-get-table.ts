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
  private columns = new Columns();
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
    this.columns = new Columns();
  }

  object(item: StoredObject): undefined {
    if (this.columns.size === 0 && !this.flags.bool('no-headers')) this.columns.add(this.heads());
    const cells = item.object ? this.table.row(item.object, this.now) : this.unreadable(item);
    const row = this.shown.map((at) => cells[at]!);
    if (item.object === undefined || this.resource.internal) row[0] = item.name;
    if (this.withKind) row[0] = `${kindPrefix(this.resource)}/${row[0]}`;
    if (this.withNamespace()) row.unshift(item.namespace ?? '');
    if (this.flags.bool('show-labels')) row.push(item.object ? labelsOf(item.object) : '<unknown>');
    this.columns.add(row);
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
