import type { Context } from '../../base/contract.js';
import type { RangePage } from '../../etcd/range-page.js';
import { encodeMessage } from '../../rpc/codec.js';
import type { Printer } from '../printer.js';

/** One RangeResponse, written in pieces: protobuf lets the fields of a message follow one another. */
export function protobufRange(context: Context): Printer<RangePage> {
  let last: RangePage | undefined;
  return {
    async print(page) {
      if (!last) await context.stdout.write(encodeMessage('RangeResponse', { header: page.header }));
      last = page;
      await context.stdout.write(encodeMessage('RangeResponse', { kvs: page.kvs }));
    },
    async end() {
      if (!last) return;
      await context.stdout.write(encodeMessage('RangeResponse', { more: last.more, count: last.count }));
    },
  };
}
