/** Reports of ketcdctl's own commands: a table for people, or the same facts as data. */

import { string } from '../base/flags/declare.js';
import { toJson } from '../k8s-decode/json/json.js';
import type { Fields, Value } from '../k8s-decode/value.js';
import { Columns } from './columns.js';
import type { Context } from './context.js';
import { formatNotSupported } from './format.js';
import { writeReadable } from './readable.js';

const FORMATS = ['table', 'yaml', 'json', 'jsonl'] as const;
export type ReportFormat = (typeof FORMATS)[number];

/** kubectl's -o, which counts as much as -w. */
export const OUTPUT_FLAG = {
  output: string(`${FORMATS.slice(0, -1).join(', ')} or ${FORMATS.at(-1)}`, {
    short: 'o',
    value: 'FORMAT',
    choices: FORMATS,
  }),
};

/** @throws Failure for a format that reports do not have */
export function reportFormat({ options }: Context, flags: { output: string }): ReportFormat {
  const asked = flags.output || options.writeOut;
  const format = asked === 'simple' ? 'table' : (asked as ReportFormat);
  if (FORMATS.includes(format)) return format;
  throw formatNotSupported(asked, `-o takes ${FORMATS.join(', ')}`);
}

/** One list of facts. */
export interface Report {
  /** The heads of the table. A head with a blank in front is that of numbers, which stand to the right. */
  heads: readonly string[];
  rows: readonly (readonly string[])[];
  /** What the list is called in yaml and json. */
  name: string;
  items: readonly Fields[];
  /** Facts about the whole, before the list. */
  facts?: Fields;
}

/** Writes a report; in a table `facts` are not shown. For jsonl a line an item. */
export async function writeReport({ stdout }: Context, format: ReportFormat, report: Report): Promise<void> {
  if (format === 'table') {
    await stdout.write(tableText(report));
  } else if (format === 'jsonl') {
    for (const item of report.items) await stdout.write(`${toJson(item)}\n`);
  } else {
    const whole: Fields = new Map<string, Value>([...(report.facts ?? []), [report.name, [...report.items]]]);
    await stdout.write(format === 'yaml' ? writeReadable('yaml', whole) : `${toJson(whole, '    ')}\n`);
  }
}

function tableText({ heads, rows }: Report): string {
  const columns = new Columns();
  const widths = heads.map((head, at) => Math.max(head.trim().length, ...rows.map((row) => row[at]!.length)));
  for (const row of [heads, ...rows]) {
    columns.add(row.map((cell, at) => (heads[at]!.startsWith(' ') ? cell.trim().padStart(widths[at]!) : cell)));
  }
  return [...columns.lines()].join('');
}

/** The fields of an object as they are. */
export function factsOf(facts: object): Fields {
  return new Map(Object.entries(facts) as [string, Value][]);
}
