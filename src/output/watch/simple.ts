import type { WatchEvent, WatchResponse } from '../../etcd/watch.js';
import { EVENT_NAMES } from '../../rpc/names.js';
import type { Context } from '../context.js';
import type { Printer } from '../printer.js';
import { rendersValues, type ValueView, valueView } from '../values.js';

const NEWLINE = Buffer.from('\n');
const TYPES = EVENT_NAMES.map((name) => Buffer.from(`${name}\n`));

/** For each event its type, the pair that was there before (where that was asked for), and the pair: a line each. */
export function simpleWatch(context: Context, managedFields: boolean): Printer<WatchResponse> {
  if (!rendersValues(context)) {
    return { print: ({ events }) => (events.length > 0 ? context.stdout.write(storedLines(events)) : undefined) };
  }
  let viewing: Promise<ValueView> | undefined;
  return {
    async print({ events }) {
      viewing ??= valueView(context, managedFields);
      const view = await viewing;
      const parts: Uint8Array[] = [];
      for (const { type, kv, prev_kv } of events) {
        parts.push(TYPES[type]!);
        for (const pair of prev_kv ? [prev_kv, kv] : [kv]) {
          const value = view.value(pair);
          parts.push(
            bytes(view.key(pair.key)),
            NEWLINE,
            bytes(value instanceof Promise ? await value : value),
            NEWLINE,
          );
        }
      }
      // In one go: several watches may print at the same time.
      if (parts.length > 0) await context.stdout.write(Buffer.concat(parts));
    },
  };
}

function bytes(text: string | Uint8Array): Uint8Array {
  return typeof text === 'string' ? Buffer.from(text) : text;
}

/** The lines with keys and values as they are, as one chunk. */
function storedLines(events: WatchEvent[]): Buffer {
  const parts: Buffer[] = [];
  for (const { type, kv, prev_kv } of events) {
    parts.push(TYPES[type]!);
    if (prev_kv) parts.push(prev_kv.key, NEWLINE, prev_kv.value, NEWLINE);
    parts.push(kv.key, NEWLINE, kv.value, NEWLINE);
  }
  return Buffer.concat(parts);
}
