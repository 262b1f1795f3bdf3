/** Answers a RangeRequest from a file as etcd's server does (etcd: server/etcdserver/txn/range.go), limits, orders and filters included. */
import type { EtcdFile } from '../mvcc/etcd-file.js';
import type { KeyIndex } from '../mvcc/key-index.js';
import type { KeyRange } from '../mvcc/revision.js';

/** etcd's numbers of RangeRequest.SortOrder and SortTarget. */
export enum Order {
  None = 0,
  /** Comes in requests; nothing here asks for it by name. @public */
  Ascend = 1,
  Descend = 2,
}
export enum Target {
  Key = 0,
  Version = 1,
  Create = 2,
  Mod = 3,
  Value = 4,
}

/** What a RangeRequest asks for. 0 as a limit or a filter is none. */
export interface RangeQuery {
  range: KeyRange;
  /** 0 or below: the newest. */
  revision: bigint;
  limit: number;
  order: Order;
  target: Target;
  countOnly: boolean;
  minMod: bigint;
  maxMod: bigint;
  minCreate: bigint;
  maxCreate: bigint;
}

/** Which keys of an index answer a query, in order. Their records are read with `EtcdFile.record`. */
export interface FoundKeys {
  index: KeyIndex;
  positions: number[];
  more: boolean;
  /** Of the range, whatever the limit and the filters. */
  count: number;
}

/** @throws Failure in etcd's words when the revision is compacted or in the future */
export function queryRange(file: EtcdFile, query: RangeQuery): FoundKeys {
  const index = file.indexOf(query.range, file.pin(query.revision));
  const from = index.lowerBound(query.range.start);
  const to = query.range.end === undefined ? index.size : Math.max(from, index.lowerBound(query.range.end));
  const count = to - from;
  if (query.countOnly) return { index, positions: [], more: false, count };
  const { limit } = query;
  const filtered = query.minMod !== 0n || query.maxMod !== 0n || query.minCreate !== 0n || query.maxCreate !== 0n;
  // etcd sorts and filters what the limit let through, unless an order or a filter was asked for: then it looks at all.
  const seen = limit > 0 && query.order === Order.None && !filtered ? Math.min(count, limit + 1) : count;
  let positions = Array.from({ length: seen }, (_, i) => from + i);
  if (filtered) positions = positions.filter(filterOf(file, index, query));
  positions = sortPositions(file, index, positions, query);
  const more = limit > 0 && positions.length > limit;
  if (more) positions.length = limit;
  return { index, positions, more, count };
}

function filterOf(file: EtcdFile, index: KeyIndex, query: RangeQuery): (position: number) => boolean {
  const { minMod, maxMod, minCreate, maxCreate } = query;
  return (position) => {
    const mod = index.modRevision(position);
    if ((maxMod !== 0n && mod > maxMod) || (minMod !== 0n && mod < minMod)) return false;
    if (maxCreate === 0n && minCreate === 0n) return true;
    const create = BigInt(file.record(index, position).create_revision);
    return !((maxCreate !== 0n && create > maxCreate) || (minCreate !== 0n && create < minCreate));
  };
}

function sortPositions(file: EtcdFile, index: KeyIndex, positions: number[], query: RangeQuery): number[] {
  const { order, target } = query;
  if (target === Target.Key) return order === Order.Descend ? positions.reverse() : positions;
  const compare = target === Target.Value ? byValue(file, index, positions) : byNumber(file, index, positions, target);
  // Equal ones stay in the order of their keys, for both directions.
  return order === Order.Descend ? positions.sort((a, b) => compare(b, a)) : positions.sort(compare);
}

type Compare = (a: number, b: number) => number;

function byNumber(file: EtcdFile, index: KeyIndex, positions: number[], target: Target): Compare {
  const numbers = new Map<number, bigint>();
  for (const position of positions) {
    const { create_revision, mod_revision, version } = file.record(index, position);
    const text = target === Target.Version ? version : target === Target.Create ? create_revision : mod_revision;
    numbers.set(position, BigInt(text));
  }
  return (a, b) => {
    const left = numbers.get(a)!;
    const right = numbers.get(b)!;
    return left < right ? -1 : left > right ? 1 : 0;
  };
}

/** Bytes of each value that are held while values are compared; where they are equal, the values are read again. */
const VALUE_PREFIX = 256;

function byValue(file: EtcdFile, index: KeyIndex, positions: number[]): Compare {
  const value = (position: number): Buffer => file.record(index, position).value;
  const prefixes = new Map<number, Buffer>();
  for (const position of positions) prefixes.set(position, Buffer.from(value(position).subarray(0, VALUE_PREFIX)));
  return (a, b) => {
    const difference = Buffer.compare(prefixes.get(a)!, prefixes.get(b)!);
    return difference !== 0 || prefixes.get(a)!.length < VALUE_PREFIX ? difference : Buffer.compare(value(a), value(b));
  };
}
