import type { RangePage } from '../../etcd/range-page.js';
import type { Context } from '../context.js';
import type { RangeOptions } from '../key-values.js';
import type { Printer } from '../printer.js';
import { exactNumber, readableKeyValue, writeReadable } from '../readable.js';

/** `-w yaml` and `-w jsonl`: a document or a line for each key-value, its value decoded; `{"count":…}` with --count-only. */
export function readableRange(context: Context, format: 'yaml' | 'jsonl', options: RangeOptions): Printer<RangePage> {
  const between = format === 'yaml' ? '---\n' : '';
  let printed = false;
  let last: RangePage | undefined;
  return {
    async print(page) {
      last = page;
      for (const kv of page.kvs) {
        const text = writeReadable(format, await readableKeyValue(context, kv, options.keysOnly));
        await context.stdout.write(printed ? between + text : text);
        printed = true;
      }
    },
    async end() {
      if (!options.countOnly || !last) return;
      await context.stdout.write(writeReadable(format, new Map([['count', exactNumber(last.count)]])));
    },
  };
}
