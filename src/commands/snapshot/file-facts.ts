/** What the commands on files share: facts about a file, printed as one row in the formats of etcdutl. */
import { statSync } from 'node:fs';
import { Failure } from '../../base/errors.js';
import { stringJson } from '../../base/go/json.js';
import type { Value } from '../../k8s-decode/value.js';
import { type Format, formatNotSupported } from '../../output/format.js';
import type { CommandContext } from '../command.js';

/** One fact, under the names that the formats have for it. */
export interface Fact {
  json: string;
  fields: string;
  head: string;
  value: number | bigint | string;
  /** In `simple` and `table`, where that is another text. */
  cell?: string;
}

/**
 * Prints facts in one row.
 * @throws Failure (exit code 4) for `protobuf`
 */
export async function printFacts(context: CommandContext, format: Format, facts: readonly Fact[]): Promise<void> {
  await context.stdout.write(await factsText(context, format, facts));
}

async function factsText(context: CommandContext, format: Format, facts: readonly Fact[]): Promise<string> {
  const cells = facts.map(({ cell, value }) => cell ?? String(value));
  switch (format) {
    case 'simple':
      return `${cells.join(', ')}\n`;
    case 'json':
      return `{${facts.map(({ json, value }) => `"${json}":${typeof value === 'string' ? stringJson(value) : value}`).join(',')}}\n`;
    case 'fields':
      return facts.map(({ fields, value }) => `"${fields}" : ${value}\n`).join('');
    case 'table': {
      const { renderTable } = await import('../../output/table.js');
      return renderTable(
        context,
        facts.map(({ head }) => head),
        [cells],
      );
    }
    case 'protobuf':
      throw formatNotSupported(format);
    default: {
      const { writeReadable } = await import('../../output/readable.js');
      return writeReadable(format, new Map<string, Value>(facts.map(({ json, value }) => [json, value])));
    }
  }
}

/** @throws Failure in Go's words when there is no such file */
export function requireFile(path: string): void {
  if (!statSync(path, { throwIfNoEntry: false })) throw new Failure(`stat ${path}: no such file or directory`);
}
