/** What `lease grant`, `timetolive`, `list` and `keep-alive` print beyond their texts. */
import type { IResponseHeader } from 'etcd3/lib/rpc';
import type { Context } from '../base/contract.js';
import { encodeMessage } from '../rpc/codec.js';
import { fieldLine, headerFields, leaseField } from './fields.js';
import { messageMembers } from './json.js';

/** The JSON of a struct of etcd's client library: the header's members stand beside its own. */
export function leaseJson(header: IResponseHeader, members: string[]): string {
  return `{${[...messageMembers('ResponseHeader', header), ...members].join(',')}}`;
}

/** The protobuf that etcdctl writes of such a struct: nothing but the header. */
export function leaseProtobuf(header: IResponseHeader): Uint8Array {
  return encodeMessage('ResponseHeader', header);
}

/** The lines of `fields`: the header's, the lease's, then others. */
export function leaseFields(
  context: Context,
  header: IResponseHeader,
  ids: string[],
  others: [string, string][],
): string {
  return [
    headerFields(context, header),
    ...ids.map((id) => fieldLine('ID', leaseField(context, id))),
    ...others.map(([name, value]) => fieldLine(name, value)),
  ].join('');
}
