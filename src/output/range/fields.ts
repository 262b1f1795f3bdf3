import type { Context } from '../../base/contract.js';
import { fieldLine, headerFields, keyValueFields } from '../fields.js';
import type { RangePrinter } from './printer.js';

/** The header's lines, those of each key-value, then More and Count. */
export function fieldsRange(context: Context): RangePrinter {
  return {
    async page(page, first) {
      if (first) await context.stdout.write(headerFields(context, page.header));
      for (const kv of page.kvs) await context.stdout.write(keyValueFields(context, kv));
    },
    async end(last) {
      await context.stdout.write(fieldLine('More', last.more) + fieldLine('Count', last.count));
    },
  };
}
