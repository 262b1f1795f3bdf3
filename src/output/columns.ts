/** Rows in aligned columns as kubectl has them: each column three blanks wider than its longest cell, and at least six. */

const PADDING = 3;
const MIN_WIDTH = 6;

/** Rows of a table that is laid out when all of them are there. */
export class Columns {
  private readonly rows: string[][] = [];
  private readonly widths: number[] = [];

  /** How many rows there are. */
  get size(): number {
    return this.rows.length;
  }

  /** Adds a row. What follows the first line of a cell is cut off; a tab ends a column. */
  add(cells: readonly string[]): void {
    const row = cells.some((cell) => /[\t\v\f\n\r\x1b]/.test(cell)) ? cells.flatMap(split) : cells;
    for (let at = 0; at < row.length - 1; at++) {
      const width = widthOf(row[at]!) + PADDING;
      if (width > (this.widths[at] ?? MIN_WIDTH)) this.widths[at] = width;
    }
    this.rows.push(row as string[]);
  }

  /** The lines, each with its newline. */
  *lines(): Generator<string> {
    for (const row of this.rows) yield this.line(row);
  }

  /** The last row's line: by the widths of all rows so far. */
  lastLine(): string {
    return this.line(this.rows.at(-1)!);
  }

  private line(row: readonly string[]): string {
    return `${row.map((cell, at) => this.pad(cell, at, row.length - 1)).join('')}\n`;
  }

  private pad(cell: string, at: number, last: number): string {
    if (at === last) return cell;
    return cell + ' '.repeat(Math.max(0, (this.widths[at] ?? MIN_WIDTH) - widthOf(cell)));
  }
}

function split(cell: string): string[] {
  const end = cell.search(/[\f\n\r]/);
  const line = end < 0 ? cell : `${cell.slice(0, end)}...`;
  return line.replaceAll('\x1b', '^[').split(/[\t\v]/);
}

/** Letters, as Go counts them. */
function widthOf(cell: string): number {
  for (let at = 0; at < cell.length; at++) if (cell.charCodeAt(at) > 0x7f) return [...cell].length;
  return cell.length;
}
