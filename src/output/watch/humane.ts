import type { Context } from '../../base/contract.js';
import type { WatchEvent } from '../../etcd/watch.js';
import type { Fields, Value } from '../../k8s-decode/value.js';
import { humaneBytes, humaneKeyValue, writeHumane } from '../humane.js';
import type { WatchPrinter } from './printer.js';

/**
 * `-w yaml` and `-w jsonl`: a document or a line for each event, its type before the fields of the key-value. Progress that was
 * asked for is `{"type":"PROGRESS","revision":…}`.
 */
export function humaneWatch(context: Context, format: 'yaml' | 'jsonl'): WatchPrinter {
  let printed = false;
  const write = async (value: Value) => {
    const between = printed && format === 'yaml' ? '---\n' : '';
    printed = true;
    await context.stdout.write(between + writeHumane(format, value));
  };
  return {
    async print({ events, header, canceled, first, fragment }) {
      for (const event of events) await write(await humaneEvent(context, event));
      const progress = events.length === 0 && !canceled && first && !fragment;
      if (progress) {
        await write(
          new Map<string, Value>([
            ['type', 'PROGRESS'],
            ['revision', Number(header?.revision ?? 0)],
          ]),
        );
      }
    },
  };
}

async function humaneEvent(context: Context, { type, kv, prev_kv }: WatchEvent): Promise<Fields> {
  const fields: Fields = new Map<string, Value>([['type', type === 0 ? 'PUT' : 'DELETE']]);
  if (type === 0) for (const [name, value] of await humaneKeyValue(context, kv, false)) fields.set(name, value);
  // Of a deletion there is no more than these.
  else fields.set('key', humaneBytes(kv.key)).set('mod_revision', Number(kv.mod_revision));
  if (prev_kv) fields.set('prev_kv', await humaneKeyValue(context, prev_kv, false));
  return fields;
}
