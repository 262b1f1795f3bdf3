import type { Context } from '../../base/contract.js';
import type { WatchResponse } from '../../etcd/watch.js';
import { EVENT_NAMES, nameOf } from '../../rpc/names.js';
import { fieldLine, headerFields, keyValueFields } from '../fields.js';
import type { Printer } from '../printer.js';

/** The header's lines, then those of each event. */
export function fieldsWatch(context: Context): Printer<WatchResponse> {
  return {
    print({ first, header, events }) {
      let text = first ? headerFields(context, header) : '';
      for (const { type, kv, prev_kv } of events) {
        text += fieldLine('Type', nameOf(EVENT_NAMES, type));
        if (prev_kv) text += keyValueFields(context, prev_kv, 'Prev');
        text += keyValueFields(context, kv);
      }
      return context.stdout.write(text);
    },
  };
}
