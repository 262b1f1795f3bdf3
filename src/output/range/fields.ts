import type { Context } from '../../base/contract.js';
import type { RangePage } from '../../etcd/range-page.js';
import { fieldLine, headerFields, keyValueFields } from '../fields.js';
import type { Printer } from '../printer.js';

/** The header's lines, those of each key-value, then More and Count. */
export function fieldsRange(context: Context): Printer<RangePage> {
  let last: RangePage | undefined;
  return {
    async print(page) {
      if (!last) await context.stdout.write(headerFields(context, page.header));
      last = page;
      for (const kv of page.kvs) await context.stdout.write(keyValueFields(context, kv));
    },
    async end() {
      if (last) await context.stdout.write(fieldLine('More', last.more) + fieldLine('Count', last.count));
    },
  };
}
