import type { Context } from '../../cli/command.js';
import type { WatchEvent } from '../../etcd/watch.js';
import { keyValueLines } from '../key-values.js';
import { rendersValues } from '../values.js';
import type { WatchPrinter } from './printer.js';

const NEWLINE = Buffer.from('\n');
const TYPES = [Buffer.from('PUT\n'), Buffer.from('DELETE\n')];

/** For each event its type, the pair that was there before (where that was asked for), and the pair: a line each. */
export function simpleWatch(context: Context): WatchPrinter {
  if (!rendersValues(context)) {
    return { print: ({ events }) => (events.length > 0 ? context.stdout.write(storedLines(events)) : undefined) };
  }
  return {
    async print({ events }) {
      const parts: (string | Uint8Array)[] = [];
      for (const { type, kv, prev_kv } of events) {
        parts.push(TYPES[type]!, ...(await keyValueLines(context, prev_kv ? [prev_kv, kv] : [kv])));
      }
      // In one go: several watches may print at the same time.
      const chunk = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
      if (chunk.length > 0) await context.stdout.write(chunk);
    },
  };
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
