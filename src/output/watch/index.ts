/** The printers of a watch: one for each format of `watch`. */

import type { WatchResponse } from '../../etcd/watch.js';
import type { Context } from '../context.js';
import { type Format, formatNotSupported } from '../format.js';
import type { Printer } from '../printer.js';

export interface WatchPrintOptions {
  /** No other watch prints to the same place: a response may be written in pieces. */
  alone: boolean;
  /** Whether decoded objects are shown with their managedFields, as by the printers of ranges. */
  managedFields?: boolean;
}

/**
 * Makes the printers of a watch's responses, and of their fragments: one for each watch.
 */
export async function watchPrinters(
  context: Context,
  format: Format,
  { alone, managedFields = false }: WatchPrintOptions,
): Promise<() => Printer<WatchResponse>> {
  switch (format) {
    case 'simple': {
      const { simpleWatch } = await import('./simple.js');
      return () => simpleWatch(context, managedFields);
    }
    case 'json': {
      const { jsonWatch } = await import('./json.js');
      return () => jsonWatch(context, alone);
    }
    case 'fields': {
      const { fieldsWatch } = await import('./fields.js');
      return () => fieldsWatch(context);
    }
    case 'protobuf': {
      const { protobufWatch } = await import('./protobuf.js');
      return () => protobufWatch(context);
    }
    case 'table':
      // etcdctl too refuses it only when there is something to print.
      return () => ({
        print() {
          throw formatNotSupported(format);
        },
      });
    default: {
      const { readableWatch } = await import('./readable.js');
      const printer = readableWatch(context, format);
      return () => printer;
    }
  }
}
