import type { Context } from '../../base/contract.js';
import { humaneKeyValue, writeHumane } from '../humane.js';
import type { RangeLook, RangePrinter } from './printer.js';

/** A line of JSON for each key-value, its value decoded. */
export function jsonlRange(context: Context, look: RangeLook): RangePrinter {
  return humaneRange(context, look, 'jsonl', '');
}

/** A YAML document for each key-value, its value decoded. */
export function yamlRange(context: Context, look: RangeLook): RangePrinter {
  return humaneRange(context, look, 'yaml', '---\n');
}

function humaneRange(context: Context, look: RangeLook, format: 'yaml' | 'jsonl', between: string): RangePrinter {
  let printed = false;
  return {
    async page(page) {
      for (const kv of page.kvs) {
        const text = writeHumane(format, await humaneKeyValue(context, kv, look.keysOnly));
        await context.stdout.write(printed ? between + text : text);
        printed = true;
      }
    },
    async end(last) {
      if (look.countOnly) await context.stdout.write(writeHumane(format, new Map([['count', Number(last.count)]])));
    },
  };
}
