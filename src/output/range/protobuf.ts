import type { Context } from '../../base/contract.js';
import type { RangePage } from '../../etcd/range-page.js';
import { encodeMessage } from '../../rpc/codec.js';
import type { RangePrinter } from './printer.js';

/** One RangeResponse, written in pieces: protobuf lets the fields of a message follow one another. */
export function protobufRange(context: Context): RangePrinter {
  return {
    async page(page, first) {
      if (first) await context.stdout.write(encodeMessage('RangeResponse', { header: page.header }));
      await context.stdout.write(encodeMessage('RangeResponse', { kvs: page.kvs }));
    },
    async end(last: RangePage) {
      await context.stdout.write(encodeMessage('RangeResponse', { more: last.more, count: last.count }));
    },
  };
}
