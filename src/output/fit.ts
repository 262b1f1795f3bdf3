/** Tables that fit a terminal, for people: etcdctl's own would have up to 244 columns. */

export interface Table {
  heads: string[];
  rows: string[][];
}

/** What a cell takes beside its text: a blank on either side and a line. */
const FRAME = 3;

export function widthOf({ heads, rows }: Table): number {
  const widths = heads.map((head, at) => rows.reduce((most, row) => Math.max(most, row[at]!.length), head.length));
  return widths.reduce((sum, width) => sum + width + FRAME, 1);
}

/**
 * The table without the columns that tell nothing: those that are empty in every row, and where that is not enough those that are the
 * same in every row, from the right; what they all say then stands in `same`. The first column stays. Undefined where it stays too
 * wide: then it is better told in blocks.
 */
export function fitted(table: Table, width: number): (Table & { same: [head: string, value: string][] }) | undefined {
  const same: [string, string][] = [];
  if (widthOf(table) <= width) return { ...table, same };
  const isEmpty = (at: number) => table.rows.every((row) => row[at] === '');
  let kept = table.heads.map((_, at) => at).filter((at) => at === 0 || !isEmpty(at));
  for (const at of [...kept].reverse()) {
    if (widthOf(pick(table, kept)) <= width) break;
    const value = table.rows[0]?.[at];
    if (at === 0 || table.rows.length < 2 || !table.rows.every((row) => row[at] === value)) continue;
    kept = kept.filter((each) => each !== at);
    same.unshift([table.heads[at]!, value!]);
  }
  const fitting = pick(table, kept);
  return widthOf(fitting) <= width ? { ...fitting, same } : undefined;
}

function pick({ heads, rows }: Table, columns: readonly number[]): Table {
  return { heads: columns.map((at) => heads[at]!), rows: rows.map((row) => columns.map((at) => row[at]!)) };
}

/** A block a row: the first cell, and below it a line for each other cell that is not empty. */
export function blocks({ heads, rows }: Table): string {
  const width = heads.reduce((most, head) => Math.max(most, head.length), 0);
  const block = (row: readonly string[]) =>
    row
      .map((cell, at) => (at === 0 ? `${cell}\n` : cell === '' ? '' : `  ${heads[at]!.padEnd(width)}  ${cell}\n`))
      .join('');
  return rows.map(block).join('\n');
}
