import type { Fields } from '../../k8s-decode/value.js';
import type { Column, ResourceTable } from './table.js';

/** What stands in a column of an object's row; `now` in milliseconds since 1970. */
export type Cell = (object: Fields, now: number) => string;

/**
 * A table, from its columns in their order: the head (a `*` at its end marks a wide column) and the cell below it.
 *
 * @param options.order how kubectl's list is sorted, where it is not in the order of the keys
 */
export function defineTable(cells: Record<string, Cell>, options: Pick<ResourceTable, 'order'> = {}): ResourceTable {
  const heads = Object.keys(cells);
  const columns = heads.map(columnOf);
  return withCells(columns, Object.values(cells), options);
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
    row: (object, now, wide = true) => (wide ? cells : plain).map((cell) => (cell ? printable(cell(object, now)) : '')),
  };
}

function columnOf(head: string): Column {
  return head.endsWith('*') ? { name: head.slice(0, -1), wide: true } : { name: head };
}

/** As kubectl prints a cell: the first line of it, and no escape sequences for the terminal. */
function printable(cell: string): string {
  const end = cell.search(/[\f\n\r\x1b]/);
  if (end < 0) return cell;
  const line = /^[^\f\n\r]*/.exec(cell)![0];
  return `${line.replaceAll('\x1b', '^[')}${line.length < cell.length ? '...' : ''}`;
}
