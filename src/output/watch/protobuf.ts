import type { Context } from '../../base/contract.js';
import type { WatchResponse } from '../../etcd/watch.js';
import { encodeMessage } from '../../rpc/codec.js';
import type { Printer } from '../printer.js';

/** WatchResponses one behind the other, as etcdctl writes them: without the watch's ID, and with nothing between them. */
export function protobufWatch(context: Context): Printer<WatchResponse> {
  return {
    print({ first, header, created, canceled, compact_revision, events }) {
      const head = first ? { header: header ?? {}, created, canceled, compact_revision } : {};
      return context.stdout.write(encodeMessage('WatchResponse', { ...head, events }));
    },
  };
}
