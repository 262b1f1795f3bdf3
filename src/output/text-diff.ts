/** Two texts as a unified diff, coloured on a terminal. */
import type { StructuredPatchHunk } from 'diff';
import type { Context } from '../base/contract.js';
import { harmless } from '../base/terminal.js';

type Paint = (text: string) => string;

/** How the parts of a diff look. */
export interface DiffStyle {
  added: Paint;
  removed: Paint;
  /** What stands on both sides, or is no part of the diff. */
  same: Paint;
  hunk: Paint;
  head: Paint;
}

/** Lines of the same that stand around a change. */
const CONTEXT_LINES = 3;
/** Texts with more lines that differ are told as one change: finding the least one takes the square of it. */
const MOST_EDITS = 1200;

const plain: Paint = (text) => text;
const PLAIN: DiffStyle = { added: plain, removed: plain, same: plain, hunk: plain, head: plain };

/** Colours where standard output is a terminal and NO_COLOR is not set: text for `writeStyled`. */
export async function diffStyle({ stdout, env }: Context): Promise<DiffStyle> {
  if (!stdout.isTTY) return PLAIN;
  const clean: Paint = (text) => String(harmless(text));
  const uncoloured: DiffStyle = { added: clean, removed: clean, same: clean, hunk: clean, head: clean };
  if (env.NO_COLOR || env.TERM === 'dumb') return uncoloured;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  const coloured = (paint: Paint) => (text: string) => paint(clean(text));
  return {
    added: coloured(chalk.green),
    removed: coloured(chalk.red),
    same: clean,
    hunk: coloured(chalk.cyan),
    head: coloured(chalk.bold),
  };
}

/**
 * The hunks of a unified diff of two texts that end with a newline, without the lines that name files; '' where they are the same.
 * Behind the line numbers of a hunk stands where in the YAML its first change is: `spec.template.spec`.
 */
export async function unifiedDiff(before: string, after: string, style: DiffStyle): Promise<string> {
  const { structuredPatch } = await import('diff');
  const options = { context: CONTEXT_LINES, maxEditLength: MOST_EDITS };
  const oneSided = before === '' || after === '';
  const patch = oneSided ? undefined : structuredPatch('', '', before, after, '', '', options);
  const hunks = patch?.hunks ?? wholeHunk(before, after);
  const source = before.split('\n');
  let text = '';
  for (const { oldStart, oldLines, newStart, newLines, lines } of hunks) {
    const place = `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`;
    const first = lines.findIndex((line) => !line.startsWith(' '));
    const section = yamlPath(source, oldStart - 1 + first, indentOf(lines[first]!.slice(1)));
    text += `${style.hunk(place)}${section && ` ${section}`}\n`;
    for (const line of lines) if (!line.startsWith('\\')) text += `${paintLine(line, style)}\n`;
  }
  return text;
}

/** The change as one hunk: all but the lines that are the same at both ends. */
function wholeHunk(before: string, after: string): StructuredPatchHunk[] {
  if (before === after) return [];
  const [old, now] = [linesOf(before), linesOf(after)];
  const shorter = Math.min(old.length, now.length);
  let head = 0;
  while (head < shorter && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const start = Math.max(0, head - CONTEXT_LINES);
  const [oldEnd, newEnd] = [old.length - tail, now.length - tail];
  const behind = old.slice(oldEnd, oldEnd + CONTEXT_LINES);
  const marked = (sign: string, lines: string[]) => lines.map((line) => sign + line);
  return [
    {
      oldStart: start + 1,
      oldLines: oldEnd - start + behind.length,
      newStart: start + 1,
      newLines: newEnd - start + behind.length,
      lines: [
        ...marked(' ', old.slice(start, head)),
        ...marked('-', old.slice(head, oldEnd)),
        ...marked('+', now.slice(head, newEnd)),
        ...marked(' ', behind),
      ],
    },
  ];
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function paintLine(line: string, style: DiffStyle): string {
  if (line.startsWith('+')) return style.added(line);
  return line.startsWith('-') ? style.removed(line) : style.same(line);
}

/** The fields that the line at `at` stands in, by what is less indented above it. */
function yamlPath(lines: readonly string[], at: number, ownIndent: number): string {
  const path: string[] = [];
  let indent = ownIndent;
  for (let above = at - 1; above >= 0 && indent > 0; above--) {
    const line = lines[above]!;
    const column = indentOf(line);
    const name = /^[ -]*([\w./][\w./-]*):(?: \||$)/.exec(line)?.[1];
    if (column >= indent || name === undefined) continue;
    path.unshift(name);
    indent = column;
  }
  return path.join('.');
}

/** How far the first word of a line is from its beginning, `- ` counted as blanks. */
function indentOf(line: string): number {
  return /^[ -]*/.exec(line)![0].length;
}
