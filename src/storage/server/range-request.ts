/** Requests as they come from callers: with the field names of rpc.proto, numbers as text, enums as numbers or as etcd3's names. */

import { KeyRange } from '../mvcc/revision.js';
import { Order, type RangeQuery, type Target } from './range-query.js';

export type Int = string | number | bigint | undefined;
export type Bytes = Buffer | string | undefined;
export type Enum = string | number | undefined;

/** The fields of a RangeRequest, all of which may be absent. */
export interface RangeRequest {
  key?: Bytes;
  range_end?: Bytes;
  limit?: Int;
  revision?: Int;
  sort_order?: Enum;
  sort_target?: Enum;
  keys_only?: boolean;
  count_only?: boolean;
  min_mod_revision?: Int;
  max_mod_revision?: Int;
  min_create_revision?: Int;
  max_create_revision?: Int;
}

/** A request that etcd would refuse, in its words without `etcdserver: `. */
export class BadRequest extends Error {}

const ORDERS = ['None', 'Ascend', 'Descend'];
const TARGETS = ['Key', 'Version', 'Create', 'Mod', 'Value'];

/** @throws BadRequest */
export function rangeQuery(request: RangeRequest): RangeQuery {
  return {
    range: requestedRange(request),
    revision: BigInt(request.revision ?? 0),
    limit: Number(request.limit ?? 0),
    order: enumOf(request.sort_order, ORDERS) ?? invalidSort(),
    target: (enumOf(request.sort_target, TARGETS) as Target | undefined) ?? invalidSort(),
    countOnly: Boolean(request.count_only),
    minMod: BigInt(request.min_mod_revision ?? 0),
    maxMod: BigInt(request.max_mod_revision ?? 0),
    minCreate: BigInt(request.min_create_revision ?? 0),
    maxCreate: BigInt(request.max_create_revision ?? 0),
  };
}

function invalidSort(): never {
  throw new BadRequest('invalid sort option');
}

/** @throws BadRequest for an empty key */
export function requestedRange(request: { key?: Bytes; range_end?: Bytes }): KeyRange {
  const key = bytesOf(request.key);
  if (key.length === 0) throw new BadRequest('key is not provided');
  return new KeyRange(key, bytesOf(request.range_end));
}

/** The newest key-values of a range, in the order of the keys. */
export function newest(range: KeyRange): RangeQuery {
  const none = { minMod: 0n, maxMod: 0n, minCreate: 0n, maxCreate: 0n };
  return { range, revision: 0n, limit: 0, order: Order.None, target: 0, countOnly: false, ...none };
}

export function bytesOf(bytes: Bytes): Buffer {
  return Buffer.from((bytes ?? '') as Buffer);
}

/** An enum's number; undefined for one that does not exist. */
export function enumOf(value: Enum, names: readonly string[]): number | undefined {
  const number = typeof value === 'string' ? names.indexOf(value) : (value ?? 0);
  return number in names ? number : undefined;
}
