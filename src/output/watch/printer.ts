import type { Context } from '../../cli/command.js';
import type { WatchAnswer } from '../../etcd/watch.js';
import { type Format, formatNotSupported } from '../format.js';

/** Prints the answers of one watch. */
export interface WatchPrinter {
  /**
   * The next answer, or the next fragment of one. Resolves (if it gives a promise) when the reader of standard output has room again.
   * @throws Failure for `table`, which etcdctl too refuses only when there is something to print.
   */
  print(answer: WatchAnswer): Promise<void> | undefined;
}

/** The printer for a format. */
export async function watchPrinter(context: Context, format: Format): Promise<WatchPrinter> {
  switch (format) {
    case 'simple':
      return (await import('./simple.js')).simpleWatch(context);
    case 'json':
      return (await import('./json.js')).jsonWatch(context);
    case 'fields':
      return (await import('./fields.js')).fieldsWatch(context);
    case 'protobuf':
      return (await import('./protobuf.js')).protobufWatch(context);
    case 'table':
      return {
        print() {
          throw formatNotSupported(format);
        },
      };
    default:
      return (await import('./humane.js')).humaneWatch(context, format);
  }
}
