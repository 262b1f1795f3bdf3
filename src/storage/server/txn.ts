/** Transactions that only read, on a file (etcd: server/etcdserver/txn/txn.go). */
import type { KeyValue } from '../../base/wire/key-value.js';
import type { EtcdFile } from '../mvcc/etcd-file.js';
import { queryRange } from './range-query.js';
import {
  type Bytes,
  bytesOf,
  type Enum,
  enumOf,
  type Int,
  newest,
  type RangeRequest,
  rangeQuery,
  requestedRange,
} from './range-request.js';
import { rangeResponse } from './range-response.js';

export interface TxnRequest {
  compare?: CompareRequest[];
  success?: RequestOp[];
  failure?: RequestOp[];
}

interface CompareRequest {
  result?: Enum;
  target?: Enum;
  key?: Bytes;
  range_end?: Bytes;
  version?: Int;
  create_revision?: Int;
  mod_revision?: Int;
  value?: Bytes;
  lease?: Int;
}

interface RequestOp {
  request_range?: RangeRequest;
  request_put?: object;
  request_delete_range?: object;
  request_txn?: TxnRequest;
}

const RESULTS = ['Equal', 'Greater', 'Less', 'NotEqual'];
const TARGETS = ['Version', 'Create', 'Mod', 'Value', 'Lease'];

/** Whether a transaction might write, on either way. */
export function writes({ success = [], failure = [] }: TxnRequest): boolean {
  return [...success, ...failure].some(
    (op) => op.request_put || op.request_delete_range || (op.request_txn && writes(op.request_txn)),
  );
}

/** @returns a TxnResponse without its header */
export function answerTxn(file: EtcdFile, txn: TxnRequest): object {
  const succeeded = (txn.compare ?? []).every((compare) => holds(file, compare));
  const operations = (succeeded ? txn.success : txn.failure) ?? [];
  return { succeeded, responses: operations.map((op) => answerOp(file, op)) };
}

function answerOp(file: EtcdFile, op: RequestOp): object {
  const header = { revision: String(file.revision) };
  if (op.request_txn) return { response_txn: { ...answerTxn(file, op.request_txn), header } };
  const request = op.request_range ?? {};
  const found = queryRange(file, rangeQuery(request));
  return { response_range: { ...rangeResponse(file, found, Boolean(request.keys_only)), header } };
}

/** Every key of the range has to fit; where there is none, numbers are compared with 0, and a value never fits. */
function holds(file: EtcdFile, compare: CompareRequest): boolean {
  const target = TARGETS[enumOf(compare.target, TARGETS) ?? 0]!;
  const { index, positions } = queryRange(file, newest(requestedRange(compare)));
  if (positions.length === 0) return target !== 'Value' && fits(compare, compareNumbers(0n, expected(compare, target)));
  return positions.every((position) => {
    const record = file.record(index, position);
    if (target !== 'Value') return fits(compare, compareNumbers(actual(record, target), expected(compare, target)));
    return fits(compare, Buffer.compare(record.value, bytesOf(compare.value)));
  });
}

function expected({ version, create_revision, mod_revision, lease }: CompareRequest, target: string): bigint {
  const values: Record<string, Int> = { Version: version, Create: create_revision, Mod: mod_revision, Lease: lease };
  return BigInt(values[target] ?? 0);
}

function actual({ version, create_revision, mod_revision, lease }: KeyValue, target: string): bigint {
  const values: Record<string, string> = {
    Version: version,
    Create: create_revision,
    Mod: mod_revision,
    Lease: lease,
  };
  return BigInt(values[target]!);
}

function compareNumbers(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function fits({ result }: CompareRequest, order: number): boolean {
  switch (RESULTS[enumOf(result, RESULTS) ?? 0]) {
    case 'Greater':
      return order > 0;
    case 'Less':
      return order < 0;
    case 'NotEqual':
      return order !== 0;
    default:
      return order === 0;
  }
}
