/** The key that `lock` and `elect` print: an answer of `get` with one key-value, or none. */
import type { IKeyValue, IResponseHeader } from 'etcd3/lib/rpc';
import type { Context } from './context.js';
import { fieldLine, headerFields, keyValueFields } from './fields.js';
import type { Format } from './format.js';
import { keyValueLines } from './key-values.js';
import { print } from './response.js';

export interface HolderResponse {
  header: IResponseHeader;
  kvs: IKeyValue[];
  more: boolean;
  count: string;
}

/** Prints it as `get` would, and has it written before it returns. */
export async function printHolder(context: Context, format: Format, response: HolderResponse): Promise<void> {
  const { header, kvs, more, count } = response;
  if (format === 'yaml' || format === 'jsonl') {
    const { readableKeyValue, writeReadable } = await import('./readable.js');
    for (const kv of kvs) {
      await context.stdout.write(writeReadable(format, await readableKeyValue(context, kv, false)));
    }
  } else {
    await print(context, format, {
      message: 'RangeResponse',
      response,
      simple: () => keyValueLines(context, kvs),
      fields: () =>
        headerFields(context, header) +
        kvs.map((kv) => keyValueFields(context, kv)).join('') +
        fieldLine('More', more) +
        fieldLine('Count', count),
    });
  }
  await context.stdout.flush();
}
