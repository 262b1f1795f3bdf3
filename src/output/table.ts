/** `-w table`: the boxes of etcdctl's tables, drawn by cli-table3. */
import Table from 'cli-table3';
import { atLeast, type Context } from '../cli/command.js';

/** 3.7 began to draw with box characters, and to leave long cells in one line. */
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
  const modern = atLeast(context.mode, '3.7');
  const lines = rows.flatMap((row) => rowLines(row.map((cell) => (modern ? [cell] : wrapCell(cell)))));
  const widths = heads.map((head, column) => Math.max(head.length, ...lines.map((line) => line[column]!.length)));
  const table = new Table({
    chars: modern ? BOX : ASCII,
    colWidths: widths.map((width) => width + 2),
    colAligns: heads.map(() => 'right'),
    style: { border: [] },
  });
  table.push(
    heads.map((head, column) => centred(head.toUpperCase().replaceAll('_', ' '), widths[column]!)),
    ...lines,
  );
  const drawn = table.toString().split('\n');
  const bottom = drawn.pop()!;
  // cli-table3 rules off every row; etcdctl the head only, and where there are no rows it did so up to 3.6.
  const kept = drawn.filter((_, line) => line < 3 || line % 2 === 1);
  if (lines.length === 0 && !modern) kept.push(bottom);
  return `${[...kept, bottom].join('\n')}\n`;
}

/** Where the space is odd, the larger half stands to the right. */
function centred(text: string, width: number): string {
  const left = Math.floor((width - text.length) / 2);
  return ' '.repeat(left) + text + ' '.repeat(width - text.length - left);
}

/** Breaks a cell between words so that no line is longer than 30, where words allow it. */
function wrapCell(cell: string): string[] {
  if (cell.length <= WRAP_AT) return [cell];
  const lines: string[] = [];
  for (const word of cell.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= WRAP_AT) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** A row whose cells have several lines, as rows of one line. */
function rowLines(cells: string[][]): string[][] {
  const height = Math.max(...cells.map((cell) => cell.length));
  return Array.from({ length: height }, (_, line) => cells.map((cell) => cell[line] ?? ''));
}
