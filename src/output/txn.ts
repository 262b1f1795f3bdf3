/** How the answer to a transaction is printed. */
import type { IResponseOp, ITxnResponse } from 'etcd3/lib/rpc';
import { atLeast } from '../base/contract.js';
import type { MessageName } from '../rpc/messages.js';
import type { Context } from './context.js';
import { fieldLine, headerFields, keyValueFields } from './fields.js';
import type { Format } from './format.js';
import { messageJson } from './json.js';
import { keyValueLines } from './key-values.js';
import { print } from './response.js';

/** Prints the answer; the answers of its operations look as if they had been run by themselves. */
export async function printTxn(context: Context, format: Format, response: ITxnResponse): Promise<void> {
  await print(context, format, {
    message: 'TxnResponse',
    response,
    simple: () => simpleTxn(context, response),
    fields: () =>
      headerFields(context, response.header) +
      fieldLine('Succeeded', response.succeeded) +
      response.responses.map((op) => operationFields(context, op)).join(''),
    json: () => txnJson(context, response),
  });
}

async function simpleTxn(context: Context, response: ITxnResponse): Promise<(string | Uint8Array)[]> {
  const lines: (string | Uint8Array)[] = [response.succeeded ? 'SUCCESS\n' : 'FAILURE\n'];
  for (const { response_range, response_put, response_delete_range } of response.responses) {
    lines.push('\n');
    if (response_put) lines.push('OK\n');
    if (response_delete_range) lines.push(`${response_delete_range.deleted}\n`);
    const kvs = response_range?.kvs ?? response_delete_range?.prev_kvs ?? [response_put?.prev_kv ?? []].flat();
    if (kvs.length > 0) for (const line of await keyValueLines(context, kvs)) lines.push(line);
  }
  return lines;
}

function operationFields(context: Context, op: IResponseOp): string {
  const { response_range: got, response_put: put, response_delete_range: deleted } = op;
  const previous = put?.prev_kv ? [put.prev_kv] : (deleted?.prev_kvs ?? []);
  return [
    headerFields(context, (got ?? put ?? deleted)?.header),
    deleted ? fieldLine('Deleted', deleted.deleted) : '',
    ...previous.map((kv) => keyValueFields(context, kv, 'Prev')),
    ...(got?.kvs ?? []).map((kv) => keyValueFields(context, kv)),
    got ? fieldLine('More', got.more) + fieldLine('Count', got.count) : '',
  ].join('');
}

const OPERATIONS = [
  ['response_range', 'ResponseRange', 'RangeResponse'],
  ['response_put', 'ResponsePut', 'PutResponse'],
  ['response_delete_range', 'ResponseDeleteRange', 'DeleteRangeResponse'],
] as const satisfies readonly [keyof IResponseOp, string, MessageName][];

/** As Go's encoding/json sees it: a oneof is a member `Response` around the operation's. */
function txnJson(context: Context, response: ITxnResponse): string {
  const ops = response.responses.map((op) => operationJson(context, op));
  return `{${[
    `"header":${messageJson('ResponseHeader', response.header)}`,
    response.succeeded ? '"succeeded":true' : '',
    ops.length > 0 ? `"responses":[${ops.join(',')}]` : '',
  ]
    .filter(Boolean)
    .join(',')}}`;
}

function operationJson(context: Context, op: IResponseOp): string {
  const [field, goName, message] = OPERATIONS.find(([name]) => op[name]) ?? OPERATIONS[0];
  // The structs of 3.4 had no tag with the .proto's name.
  const name = atLeast(context.mode, '3.5') ? field : goName;
  return `{"Response":{"${name}":${messageJson(message, op[field] ?? {})}}}`;
}
