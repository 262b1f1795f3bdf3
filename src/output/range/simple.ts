import type { RangePage } from '../../etcd/range-page.js';
import type { Context } from '../context.js';
import { keyValueLines, type RangeOptions } from '../key-values.js';
import type { Printer } from '../printer.js';
import { rendersValue, rendersValues } from '../values.js';

/** A line for the key and one for the value. */
export function simpleRange(context: Context, options: RangeOptions): Printer<RangePage> {
  const asStored = !rendersValues(context);
  let last: RangePage | undefined;
  return {
    async print(page) {
      last = page;
      if (asStored || !page.kvs.some((kv) => rendersValue(context, kv))) {
        return context.stdout.write(storedLines(page, options.valuesOnly));
      }
      for (const line of await keyValueLines(context, page.kvs, options)) {
        const wait = context.stdout.write(line);
        if (wait) await wait;
      }
    },
    async end() {
      if (options.countOnly && last) await context.stdout.write(`${last.count}\n`);
    },
  };
}

const NEWLINE = 0x0a;
/** Up to here a loop is faster than the call of Buffer.copy. */
const SHORT = 64;

/** Copies bytes to `at` of the target, and gives where they end there. */
function copyBytes(source: Buffer, start: number, end: number, target: Buffer, at: number): number {
  if (end - start > SHORT) return at + source.copy(target, at, start, end);
  let to = at;
  for (let from = start; from < end; from++) target[to++] = source[from]!;
  return to;
}

/** A page's keys and values as they are, copied once into the one chunk that is written. */
function storedLines(page: RangePage, valuesOnly: boolean): Buffer {
  let size = 0;
  for (const kv of page.kvs) {
    if (!valuesOnly) size += kv.keyEnd - kv.keyStart + 1;
    size += kv.valueEnd - kv.valueStart + 1;
  }
  const lines = Buffer.allocUnsafeSlow(size);
  let at = 0;
  for (const { source, keyStart, keyEnd, valueStart, valueEnd } of page.kvs) {
    if (!valuesOnly) {
      at = copyBytes(source, keyStart, keyEnd, lines, at);
      lines[at++] = NEWLINE;
    }
    at = copyBytes(source, valueStart, valueEnd, lines, at);
    lines[at++] = NEWLINE;
  }
  return lines;
}
