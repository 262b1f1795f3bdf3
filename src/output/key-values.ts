/** How a key and its value look in `simple`. */
import type { IKeyValue } from 'etcd3/lib/rpc';
import type { Context } from './context.js';
import { valueView } from './values.js';

/** What of each key-value `get` shows. */
export interface RangeOptions {
  keysOnly: boolean;
  valuesOnly: boolean;
  /** Nothing but how many there are. */
  countOnly: boolean;
  /** metadata.managedFields of objects, in `simple`: the other formats have all of an object. */
  managedFields: boolean;
}

const NEWLINE = '\n';

/** The lines of key-values: the key, then the value. */
export async function keyValueLines(
  context: Context,
  kvs: Iterable<IKeyValue>,
  { valuesOnly = false, managedFields = false }: Partial<RangeOptions> = {},
): Promise<(string | Uint8Array)[]> {
  const view = await valueView(context, managedFields);
  const lines: (string | Uint8Array)[] = [];
  for (const kv of kvs) {
    if (!valuesOnly) lines.push(view.key(kv.key), NEWLINE);
    const value = view.value(kv);
    lines.push(value instanceof Promise ? await value : value, NEWLINE);
  }
  return lines;
}
