/** What commands report that etcdctl has no formats for: facts by name, of which each format makes what it can. */
import type { Context } from '../base/contract.js';
import { goQuote } from '../base/go/quote.js';
import { toJson } from '../k8s-decode/json/json.js';
import type { Value } from '../k8s-decode/value.js';
import { fieldLine } from './fields.js';
import { type Format, formatNotSupported } from './format.js';

/** The facts of one thing, named in camelCase. All records of a run have the same names. */
export type Facts = Readonly<Record<string, string | number | bigint | boolean | null>>;

/** Prints records as they come; `json` and `table` when all are there. */
export class RecordPrinter {
  private readonly context: Context;
  private readonly format: Format;
  private readonly all: Facts[] = [];

  /** @throws Failure for `protobuf` */
  constructor(context: Context, format: Format) {
    if (format === 'protobuf') throw formatNotSupported(format);
    this.context = context;
    this.format = format;
  }

  /** @param text the lines of `simple` */
  async print(facts: Facts, text: string): Promise<void> {
    const { stdout } = this.context;
    const isFirst = this.all.push(facts) === 1;
    if (this.format === 'simple') await stdout.write(text);
    else if (this.format === 'fields') await stdout.write(factLines(facts));
    else if (this.format === 'yaml' || this.format === 'jsonl') {
      const { writeReadable } = await import('./readable.js');
      const between = this.format === 'yaml' && !isFirst ? '---\n' : '';
      await stdout.write(between + writeReadable(this.format, shownFields(facts)));
    }
  }

  /** @param single there is one record: `json` has it alone, and no list of one */
  async end(single = false): Promise<void> {
    const { stdout } = this.context;
    const records = this.all;
    if (this.format === 'json') {
      const values = records.map(shownFields);
      await stdout.write(`${toJson(single ? (values[0] ?? null) : values)}\n`);
    } else if (this.format === 'table' && records[0]) {
      const { renderTable } = await import('./table.js');
      const heads = Object.keys(records[0]);
      const rows = records.map((facts) => heads.map((head) => String(facts[head] ?? '')));
      await stdout.write(renderTable(this.context, heads.map(wordsOf), rows));
    }
  }
}

function shownFields(facts: Facts): Map<string, Value> {
  return new Map<string, Value>(Object.entries(facts));
}

/** `"DbSize" : 4096`, as etcdctl names fields: with a capital letter. */
function factLines(facts: Facts): string {
  const lines = Object.entries(facts).map(([name, value]) =>
    fieldLine(
      name.charAt(0).toUpperCase() + name.slice(1),
      typeof value === 'string' ? goQuote(value) : String(value ?? ''),
    ),
  );
  return `${lines.join('')}\n`;
}

/** `dbSize` as the head of a column: `db size`. */
function wordsOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
