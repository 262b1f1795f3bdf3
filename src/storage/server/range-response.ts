/** Puts answers into the wire form of a RangeResponse. A file holds each key-value in that form already: it is copied, not decoded. */

import type { KeyValue } from '../../base/wire/key-value.js';
import { putVarint } from '../../base/wire/varint.js';
import type { EtcdFile } from '../mvcc/etcd-file.js';
import type { KeyIndex } from '../mvcc/key-index.js';
import { copyRecords } from '../snapshot/copy-records.js';
import type { FoundKeys } from './range-query.js';

const KVS = 0x12;
const MORE = 0x18;
const COUNT = 0x20;

/** How much of an answer is put together at a time: whoever reads it piece by piece holds no more. */
const PIECE_BYTES = 4 << 20;

/**
 * The answer in pieces, each of which ends with a field.
 * @param header the response's ResponseHeader as field 1, tag and length included
 * @param keysOnly leaves the values out
 */
export function* rangeResponsePieces(
  file: EtcdFile,
  { index, positions, more, count }: FoundKeys,
  header: Buffer,
  keysOnly: boolean,
): Generator<Buffer> {
  yield header;
  const put = keysOnly ? putKeys : putRecords;
  for (let from = 0, to = 0; from < positions.length; from = to) {
    let size = 0;
    for (; to < positions.length && size < PIECE_BYTES; to++) size += 1 + 5 + index.length(positions[to]!);
    const bytes = Buffer.allocUnsafe(size);
    yield bytes.subarray(0, put(file, index, positions.slice(from, to), bytes));
  }
  const tail = Buffer.alloc(16);
  let at = 0;
  if (more) {
    tail[at++] = MORE;
    tail[at++] = 1;
  }
  if (count > 0) {
    tail[at++] = COUNT;
    at = putVarint(tail, at, count);
  }
  yield tail.subarray(0, at);
}

/** A key-value as messages have it. */
export interface KeyValueMessage {
  key: Buffer;
  create_revision: string;
  mod_revision: string;
  version: string;
  value: Buffer;
  lease: string;
}

export function keyValueMessage(kv: KeyValue, keysOnly = false): KeyValueMessage {
  const { key, create_revision, mod_revision, version, lease } = kv;
  return { key, create_revision, mod_revision, version, value: keysOnly ? NOTHING : kv.value, lease };
}

const NOTHING = Buffer.alloc(0);

/** The same answer as a message, without its header. */
export function rangeResponse(file: EtcdFile, found: FoundKeys, keysOnly: boolean): object {
  const { index, positions, more, count } = found;
  const kvs = positions.map((position) => keyValueMessage(file.record(index, position), keysOnly));
  return { kvs, more, count: String(count) };
}

/** Puts all records into their places, in the order in which the file has them. */
function putRecords(file: EtcdFile, index: KeyIndex, positions: readonly number[], target: Buffer): number {
  const starts = new Float64Array(positions.length);
  let at = 0;
  for (let i = 0; i < positions.length; i++) {
    target[at++] = KVS;
    const length = index.length(positions[i]!);
    at = putVarint(target, at, length);
    starts[i] = at;
    at += length;
  }
  copyRecords(file, index, positions, target, starts);
  return at;
}

function putKeys(file: EtcdFile, index: KeyIndex, positions: readonly number[], target: Buffer): number {
  let at = 0;
  for (const position of positions) {
    target[at++] = KVS;
    at = putWithoutValue(target, at, file.record(index, position));
  }
  return at;
}

function putWithoutValue(target: Buffer, at: number, { source, valueField, valueEnd }: KeyValue): number {
  let to = putVarint(target, at, source.length - (valueEnd - valueField));
  to += source.copy(target, to, 0, valueField);
  return to + source.copy(target, to, valueEnd);
}
