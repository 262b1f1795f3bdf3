import type { Fields } from '../../k8s-decode/value.js';

/** A column; `wide` ones are shown by `-o wide` alone. */
export interface Column {
  /** As the API server names it: `Up-to-date`. kubectl shows it in upper case. */
  name: string;
  /** `string`, `integer`, `number`, `boolean` or `date`; the cells may be of another type nevertheless. */
  type: string;
  /** `name` for the names of objects, or empty. */
  format: string;
  wide?: boolean;
  /** Of a custom resource's column: what its definition gives, of which all but 0 make it wide. */
  priority?: number;
}

/** Null where a custom resource has nothing to show in a column. */
export type CellValue = string | number | bigint | boolean | null;

export interface ResourceTable {
  /** The first is Name, but for events. The namespace is none of them. */
  columns: readonly Column[];
  /**
   * A cell for each column, as the API server gives it; kubectl prints it by {@link cellText}.
   * @param now milliseconds since 1970, for ages
   * @param wide false: cells of wide columns stay empty, which saves the work for them
   */
  row(object: Fields, now: number, wide?: boolean): CellValue[];
  /** The order in which kubectl lists the objects, where it is not that of their keys. */
  order?(one: Fields, other: Fields): number;
  /** The table of a whole list, where a row depends on the other objects. */
  ofList?(objects: readonly Fields[]): ResourceTable;
}

/** What stands in a column of an object's row; `now` in milliseconds since 1970. */
export type Cell = (object: Fields, now: number) => CellValue;

/**
 * A table, from its columns in their order: the head `TITLE:TYPE/FORMAT` and the cell below it. Without a type it is `string`, and the
 * column `Name` has the format `name`; a `*` at the end marks a wide column. A cell under the head '' has no column.
 *
 * @param options.order how kubectl's list is sorted, where it is not in the order of the keys
 */
export function defineTable(cells: Record<string, Cell>, options: Pick<ResourceTable, 'order'> = {}): ResourceTable {
  const heads = Object.keys(cells).filter((head) => head !== '');
  return withCells(heads.map(columnOf), Object.values(cells), options);
}

/** A table whose columns are known only when it is built. */
export function withCells(
  columns: readonly Column[],
  cells: readonly Cell[],
  options: Pick<ResourceTable, 'order'> = {},
): ResourceTable {
  const plain = cells.map((cell, at) => (columns[at]?.wide ? undefined : cell));
  return {
    ...options,
    columns,
    row: (object, now, wide = true) => (wide ? cells : plain).map((cell) => (cell ? cell(object, now) : '')),
  };
}

function columnOf(head: string): Column {
  const [, name = '', type, format, wide] = /^([^:*]+)(?::(\w+)(?:\/(\w+))?)?(\*?)$/.exec(head) ?? [];
  return {
    name,
    type: type ?? 'string',
    format: format ?? (name === 'Name' && !type ? 'name' : ''),
    ...(wide && { wide: true }),
  };
}

/** As kubectl prints a cell: the first line of it, and no escape sequences for the terminal. */
export function cellText(value: CellValue): string {
  const cell = typeof value === 'number' ? goNumber(value) : String(value ?? '');
  const end = cell.search(/[\f\n\r\x1b]/);
  if (end < 0) return cell;
  const line = /^[^\f\n\r]*/.exec(cell)![0];
  return `${line.replaceAll('\x1b', '^[')}${line.length < cell.length ? '...' : ''}`;
}

/** Whole numbers of 64 bits in full, others as `%g` writes them: `2.5`, `1.5e+06`. */
export function goNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return String(value);
  const [digits, exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= -4 && power < 6) return String(value);
  return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}
