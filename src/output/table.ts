/** `-w table`: the boxes of etcdctl's tables, drawn by cli-table3. */
import Table from 'cli-table3';
import { atLeast, type Context, isDropIn } from '../base/contract.js';
import { terminalWidth } from '../base/terminal.js';
import { blocks, fitted } from './fit.js';

/** 3.7 began to draw with box characters, to leave long cells in one line, and to cut blanks off their ends. */
const ASCII = {
  top: '-',
  'top-mid': '+',
  'top-left': '+',
  'top-right': '+',
  bottom: '-',
  'bottom-mid': '+',
  'bottom-left': '+',
  'bottom-right': '+',
  left: '|',
  'left-mid': '+',
  mid: '-',
  'mid-mid': '+',
  right: '|',
  'right-mid': '+',
  middle: '|',
};
const BOX = {
  top: '─',
  'top-mid': '┬',
  'top-left': '┌',
  'top-right': '┐',
  bottom: '─',
  'bottom-mid': '┴',
  'bottom-left': '└',
  'bottom-right': '┘',
  left: '│',
  'left-mid': '├',
  mid: '─',
  'mid-mid': '┼',
  right: '│',
  'right-mid': '┤',
  middle: '│',
};
const WRAP_AT = 30;

/**
 * A table as etcdctl draws it, with a newline at its end: the heads in upper case and centred, the cells to the right.
 * @param rows cells of text; one that is too long is broken between words up to 3.6.
 */
export function renderTable(context: Context, heads: string[], rows: string[][]): string {
  if (isDropIn(context.mode) || !context.stdout.isTTY) return drawTable(context, heads, rows);
  const table = fitted({ heads, rows }, terminalWidth());
  if (table === undefined) return blocks({ heads, rows });
  const same = table.same.map(([head, value]) => `${head}: ${value || '-'}\n`).join('');
  return (
    drawTable(context, table.heads, table.rows) +
    (same && `the same everywhere:\n${same.replace(/^/gm, '  ').trimEnd()}\n`)
  );
}

function drawTable(context: Context, heads: string[], rows: string[][]): string {
  const modern = atLeast(context.mode, '3.7');
  const lines = rows.flatMap((row) => rowLines(row.map((cell) => (modern ? [cell.trim()] : wrapCell(cell)))));
  // A cell that was broken is as wide as it was allowed to be.
  const least = (cell: string) => (modern ? 0 : Math.min(cell.length, WRAP_AT));
  const widths = heads.map((head, column) => {
    const broken = widest(rows, (row) => least(row[column]!));
    return Math.max(
      head.length,
      broken,
      widest(lines, (line) => line[column]!.length),
    );
  });
  const draw = (part: string[][]): string[] => {
    const table = new Table({
      chars: modern ? BOX : ASCII,
      colWidths: widths.map((width) => width + 2),
      colAligns: heads.map(() => 'right'),
      style: { border: [] },
    });
    table.push(...part);
    return table.toString().split('\n');
  };
  const head = heads.map((name, column) => centred(name.toUpperCase().replaceAll('_', ' '), widths[column]!));
  const [top, headLine, rule, ...first] = draw([head, ...lines.slice(0, ROWS_AT_ONCE)]);
  const bottom = first.pop() ?? rule!;
  const kept = [top!, headLine!];
  // Where there are no rows, the head was ruled off up to 3.6.
  if (lines.length > 0 || !modern) kept.push(rule!);
  for (const line of everySecond(first, 0)) kept.push(line);
  for (let at = ROWS_AT_ONCE; at < lines.length; at += ROWS_AT_ONCE) {
    for (const line of everySecond(draw(lines.slice(at, at + ROWS_AT_ONCE)), 1)) kept.push(line);
  }
  return `${kept.join('\n')}\n${bottom}\n`;
}

/** cli-table3 takes the square of the number of rows. */
const ROWS_AT_ONCE = 250;

/** The rows among the lines: cli-table3 rules off every row, etcdctl the head only. */
function everySecond(lines: readonly string[], from: number): string[] {
  return lines.filter((_, line) => line % 2 === from);
}

/** The greatest of what `width` gives; a table may have more rows than a function can have arguments. */
function widest<T>(items: readonly T[], width: (item: T) => number): number {
  return items.reduce((most, item) => Math.max(most, width(item)), 0);
}

/** Where the space is odd, the larger half stands to the right. */
function centred(text: string, width: number): string {
  const left = Math.floor((width - text.length) / 2);
  return ' '.repeat(left) + text + ' '.repeat(width - text.length - left);
}

/** A longer cell is no text for people, and to find its best breaks takes the square of its length. */
const MOST_WRAPPED = 4096;

/** A line that no break can make short enough costs so much more than one that is not full. */
const TOO_LONG = 100_000;

/**
 * Breaks a cell between words so that no line is longer than 30, where words allow it. Of all ways to do so it takes that with
 * the least squares of what lines but the last lack to the limit, as the library does that etcdctl draws with.
 */
export function wrapCell(cell: string): string[] {
  if (cell.length <= WRAP_AT || cell.length > MOST_WRAPPED) return [cell];
  const words = cell.split(' ');
  const limit = Math.max(
    WRAP_AT,
    widest(words, (word) => word.length),
  );
  // Where each word begins in the cell, and where one behind the last would.
  const starts = [0];
  for (const word of words) starts.push(starts.at(-1)! + word.length + 1);
  const lengthOf = (from: number, to: number) => starts[to]! - starts[from]! - 1;
  // By the word that a line begins with, from the last one on: the cost of all lines from there, and where the first of them ends.
  const best: { cost: number; end: number }[] = [];
  for (let from = words.length - 1; from >= 0; from--) {
    let found = { cost: Number.POSITIVE_INFINITY, end: words.length };
    if (lengthOf(from, words.length) <= limit) found.cost = 0;
    else {
      for (let end = from + 1; end < words.length; end++) {
        const lacks = limit - lengthOf(from, end);
        const own = lacks ** 2 + (lacks < 0 ? TOO_LONG : 0);
        // A longer line costs even more.
        if (lacks < 0 && own > found.cost) break;
        const cost = own + best[end]!.cost;
        if (cost < found.cost) found = { cost, end };
      }
    }
    best[from] = found;
  }
  const lines: string[] = [];
  for (let from = 0; from < words.length; from = best[from]!.end)
    lines.push(words.slice(from, best[from]!.end).join(' '));
  return lines;
}

/** A row whose cells have several lines, as rows of one line. */
function rowLines(cells: string[][]): string[][] {
  const height = widest(cells, (cell) => cell.length);
  return Array.from({ length: height }, (_, line) => cells.map((cell) => cell[line] ?? ''));
}
