import { Failure } from '../../base/errors.js';
import type { StoredObject } from '../../k8s/objects.js';
import type { Resource } from '../../k8s/resources.js';
import { crdTable } from '../../k8s/tables/custom-columns.js';
import { cellText, type ResourceTable } from '../../k8s/tables/define.js';
import { tableOf } from '../../k8s/tables/table.js';
import { type Fields, field } from '../../k8s-decode/value.js';
import { Columns } from '../../output/columns.js';
import type { CommandContext } from '../command.js';
import type { Target } from './get-arguments.js';
import { type GetPrinter, kindPrefix } from './get-printer.js';

/** The variable that stands in for the clock, for ages that do not change: RFC 3339. */
const NOW = 'KETCDCTL_NOW';

/** The rows of one resource. */
interface Section {
  resource: Resource;
  heads: string[];
  rows: Row[];
  /** Where a row has the name; -1 where it is not shown. */
  nameAt: number;
  table: ResourceTable;
}

interface Row {
  cells: string[];
  /** The row's object, where the table sorts its rows by more than the key; else it is not kept in memory. */
  object: Fields | undefined;
}

/** How an object came to be shown, in the words of the API server's watch. */
export type ChangeWord = 'ADDED' | 'MODIFIED' | 'DELETED';

/** What a watch adds rows to. */
interface Printed {
  section: Section;
  columns: Columns;
}

export interface TableFlags {
  allNamespaces: boolean;
  namespace: string;
  labelColumns: string[];
  showLabels: boolean;
  showKind: boolean;
  noHeaders: boolean;
  ignoreNotFound: boolean;
  outputWatchEvents: boolean;
}

/** `k8s get -o table` and `-o wide`: a table for each resource that has objects. */
export class TablePrinter implements GetPrinter {
  private section: Section | undefined;
  /** Where objects are named, how many resources have some shows at the end, and with it whether names need their kinds. */
  private readonly held: Section[] = [];
  private shown: number[] = [];
  private printed: Printed | undefined;
  /** Once a resource with namespaces was shown with theirs, the others after it have the column too. */
  private hasNamespaces = false;
  private readonly isNamed: boolean;
  private readonly now: number;

  constructor(
    private readonly context: CommandContext,
    private readonly flags: TableFlags,
    private readonly wide: boolean,
    private readonly targets: readonly Target[],
  ) {
    this.isNamed = targets.some(({ names }) => names.length > 0);
    this.now = timeOf(context);
  }

  async begin(resource: Resource): Promise<void> {
    // Objects named one by one share a table as long as they are of one resource.
    if (this.section?.resource === resource) return;
    await this.close();
    const table = await tableFor(resource);
    this.shown = [...table.columns.keys()].filter((at) => this.wide || !table.columns[at]!.wide);
    const heads = this.shown.map((at) => table.columns[at]!.name.toUpperCase());
    const withNamespace = this.flags.allNamespaces && (resource.namespaced || this.hasNamespaces);
    if (withNamespace) heads.unshift('NAMESPACE');
    for (const label of this.flags.labelColumns) heads.push(label.slice(label.lastIndexOf('/') + 1).toUpperCase());
    if (this.flags.showLabels) heads.push('LABELS');
    const nameAt = heads.indexOf('NAME');
    this.section = { resource, heads, rows: [], nameAt, table };
  }

  object(item: StoredObject): undefined {
    const section = this.section!;
    section.rows.push({ cells: this.cells(section, item), object: section.table.order && item.object });
  }

  /** Prints an object that has changed, below those that are printed. */
  async change(item: StoredObject, word: ChangeWord): Promise<void> {
    const section = this.printed?.section ?? this.section!;
    const cells = this.cells(section, item);
    if (!this.printed) {
      section.rows.push({ cells, object: undefined });
      return this.print(section, false, word);
    }
    const { columns } = this.printed;
    columns.add(this.withEvent(this.named(section, cells, false), word));
    await this.context.stdout.write(columns.lastLine());
  }

  private cells({ resource, table, heads, nameAt }: Section, item: StoredObject): string[] {
    const { object } = item;
    const all = object ? table.row(object, this.now, this.wide) : this.unreadable(item, table);
    const cells = this.shown.map((at) => cellText(all[at]!));
    if (heads[0] === 'NAMESPACE') cells.unshift(item.namespace ?? '');
    if (nameAt >= 0 && (!object || resource.internal)) cells[nameAt] = item.name;
    for (const label of this.flags.labelColumns) cells.push(labelOf(object, label));
    if (this.flags.showLabels) cells.push(object ? labelsOf(object) : '<unknown>');
    return cells;
  }

  async end(failed: boolean): Promise<void> {
    await this.close();
    const isMixed = new Set(this.held.map(({ resource }) => resource)).size > 1;
    for (const section of this.held) await this.print(section, isMixed);
    if (this.printed || failed || this.flags.ignoreNotFound) return;
    const { stderr } = this.context;
    const inNamespace = !this.flags.allNamespaces && this.targets.every(({ resource }) => resource.namespaced);
    stderr.write(inNamespace ? `No resources found in ${this.flags.namespace} namespace.\n` : 'No resources found\n');
  }

  /** The reason stands in the last column that is shown, where it makes no other one wider. */
  private unreadable({ reason, key }: StoredObject, table: ResourceTable): string[] {
    const cells = table.columns.map(() => '?');
    const text = reason!.message.replace(`${key}: `, '');
    const last = this.shown.at(-1)!;
    cells[last === 0 ? this.shown[0]! : last] = `<${text}>`;
    return cells;
  }

  /** The rows of a resource are all there. */
  private async close(): Promise<void> {
    const { section, targets } = this;
    if (!section || section.rows.length === 0) return;
    this.section = undefined;
    if (this.isNamed) this.held.push(section);
    else
      await this.print(
        section,
        targets.some(({ resource }) => resource !== section.resource),
      );
  }

  private async print(section: Section, withKind: boolean, word: ChangeWord = 'ADDED'): Promise<void> {
    const { heads, rows, table } = section;
    const { stdout } = this.context;
    const isBare = this.flags.noHeaders;
    const { order } = table;
    if (order) rows.sort((a, b) => (a.object && b.object ? order(a.object, b.object) : 0));
    const columns = new Columns();
    if (!isBare) columns.add(this.withEvent(heads, 'EVENT'));
    for (const { cells } of rows) columns.add(this.withEvent(this.named(section, cells, withKind), word));
    if (this.printed && !isBare) stdout.write('\n');
    this.printed = { section, columns };
    this.hasNamespaces ||= heads[0] === 'NAMESPACE';
    for (const line of columns.lines()) {
      const wait = stdout.write(line);
      if (wait) await wait;
    }
  }

  private named({ resource, nameAt }: Section, cells: string[], withKind: boolean): string[] {
    if ((withKind || this.flags.showKind) && nameAt >= 0) cells[nameAt] = `${kindPrefix(resource)}/${cells[nameAt]}`;
    return cells;
  }

  private withEvent(cells: string[], word: ChangeWord | 'EVENT'): string[] {
    return this.flags.outputWatchEvents ? [word, ...cells] : cells;
  }
}

async function tableFor(resource: Resource): Promise<ResourceTable> {
  if (resource.custom) return crdTable(resource.custom.columns);
  return (await tableOf(resource)) ?? crdTable([]);
}

/** The time that ages are counted to: now, or what KETCDCTL_NOW says. */
export function timeOf({ env }: CommandContext): number {
  const given = env[NOW];
  if (!given) return Date.now();
  const time = Date.parse(given);
  if (Number.isNaN(time)) throw new Failure(`${NOW} is no time: ${given}`, { hint: 'such as 2026-11-21T09:59:46Z' });
  return time;
}

function labelOf(object: Fields | undefined, name: string): string {
  const value = field(object, 'metadata', 'labels', name);
  return typeof value === 'string' ? value : '';
}

/** In the order of `NAME=VALUE`, in which `app.example.com/x=` is before `app=`. */
function labelsOf(object: Fields): string {
  const labels = field(object, 'metadata', 'labels');
  if (!(labels instanceof Map) || labels.size === 0) return '<none>';
  return [...labels]
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(',');
}
