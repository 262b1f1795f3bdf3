import type { WatchEvent, WatchResponse } from '../../etcd/watch.js';
import type { Fields, Value } from '../../k8s-decode/value.js';
import { EVENT_NAMES, EventType, nameOf } from '../../rpc/names.js';
import { readableBytes } from '../bytes.js';
import type { Context } from '../context.js';
import type { Printer } from '../printer.js';
import { exactNumber, readableKeyValue, writeReadable } from '../readable.js';

/**
 * `-w yaml` and `-w jsonl`: a document or a line for each event, its type before the fields of the key-value. Progress that was
 * asked for is `{"type":"PROGRESS","revision":…}`.
 */
export function readableWatch(context: Context, format: 'yaml' | 'jsonl'): Printer<WatchResponse> {
  let printed = false;
  const write = async (value: Value) => {
    const between = printed && format === 'yaml' ? '---\n' : '';
    printed = true;
    await context.stdout.write(between + writeReadable(format, value));
  };
  return {
    async print({ events, header, canceled, first, fragment }) {
      for (const event of events) await write(await readableEvent(context, event));
      const progress = events.length === 0 && !canceled && first && !fragment;
      if (progress) {
        await write(
          new Map<string, Value>([
            ['type', 'PROGRESS'],
            ['revision', exactNumber(header?.revision ?? '0')],
          ]),
        );
      }
    },
  };
}

async function readableEvent(context: Context, { type, kv, prev_kv }: WatchEvent): Promise<Fields> {
  const fields: Fields = new Map<string, Value>([['type', nameOf(EVENT_NAMES, type)]]);
  if (type === EventType.Put)
    for (const [name, value] of await readableKeyValue(context, kv, false)) fields.set(name, value);
  // Of a deletion there is no more than these.
  else fields.set('key', readableBytes(kv.key)).set('modRevision', exactNumber(kv.mod_revision));
  if (prev_kv) fields.set('prevKv', await readableKeyValue(context, prev_kv, false));
  return fields;
}
