/** Puts answers into the wire form of a RangeResponse. A file holds each key-value in that form already: it is copied, not decoded. */
import type { EtcdFile } from './etcd-file.js';
import type { KeyValuePlaces } from './key-value.js';
import type { RangeAnswer } from './range-query.js';

const KVS = 0x12;
const MORE = 0x18;
const COUNT = 0x20;

/**
 * @param header the response's ResponseHeader as field 1, tag and length included
 * @param keysOnly leaves the values out
 */
export function encodeRangeResponse(file: EtcdFile, answer: RangeAnswer, header: Buffer, keysOnly: boolean): Buffer {
  const { index, positions } = answer;
  let size = header.length + 16;
  for (const position of positions) size += 1 + 5 + index.length(position);
  const bytes = Buffer.allocUnsafe(size);
  let at = header.copy(bytes);
  for (const position of positions) {
    const record = file.record(index, position);
    bytes[at++] = KVS;
    at = keysOnly ? putWithoutValue(bytes, at, record) : putBytes(bytes, at, record.bytes);
  }
  if (answer.more) {
    bytes[at++] = MORE;
    bytes[at++] = 1;
  }
  if (answer.count > 0) {
    bytes[at++] = COUNT;
    at = putVarint(bytes, at, answer.count);
  }
  return bytes.subarray(0, at);
}

function putBytes(target: Buffer, at: number, bytes: Buffer): number {
  const start = putVarint(target, at, bytes.length);
  return start + bytes.copy(target, start);
}

function putWithoutValue(target: Buffer, at: number, record: { bytes: Buffer; places: KeyValuePlaces }): number {
  const { bytes, places } = record;
  const left = bytes.length - (places.valueEnd - places.fieldStart);
  let to = putVarint(target, at, left);
  to += bytes.copy(target, to, 0, places.fieldStart);
  return to + bytes.copy(target, to, places.valueEnd);
}

function putVarint(target: Buffer, at: number, value: number): number {
  let rest = value;
  let to = at;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) target[to++] = (rest & 0x7f) | 0x80;
  target[to++] = rest;
  return to;
}
