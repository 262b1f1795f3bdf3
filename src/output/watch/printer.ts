import type { Context } from '../../base/contract.js';
import type { WatchAnswer } from '../../etcd/watch.js';
import { type Format, formatNotSupported } from '../format.js';

/** Prints the answers of one watch. */
export interface WatchPrinter {
  /**
   * The next answer, or the next fragment of one. Resolves (if it gives a promise) when the reader of standard output has room again.
   * @throws Failure for `table`, which etcdctl too refuses only when there is something to print.
   */
  print(answer: WatchAnswer): Promise<void> | undefined;
  /** Ends a line that is still open, as no more of its answer comes. */
  end?(): void;
}

/**
 * Makes the printers for a format, one for each watch.
 * @param alone no other watch prints to the same place: an answer may be written in pieces.
 */
export async function watchPrinters(context: Context, format: Format, alone: boolean): Promise<() => WatchPrinter> {
  switch (format) {
    case 'simple': {
      const { simpleWatch } = await import('./simple.js');
      return () => simpleWatch(context);
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
      return () => ({
        print() {
          throw formatNotSupported(format);
        },
      });
    default: {
      const { humaneWatch } = await import('./humane.js');
      const printer = humaneWatch(context, format);
      return () => printer;
    }
  }
}
