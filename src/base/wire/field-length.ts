/** How long a field of protobuf's wire format is, found out without reading it. */
import { varintEnd, varintIn } from './varint.js';

/**
 * How many bytes the field at `at` has with its tag; undefined where the bytes end before they tell.
 * @throws RangeError when it is no field.
 */
export function fieldLength(source: Buffer, at: number): number | undefined {
  const afterTag = varintEnd(source, at);
  if (afterTag === undefined) return undefined;
  const wireType = source[at]! & 7;
  if (wireType === 1) return afterTag - at + 8;
  if (wireType === 5) return afterTag - at + 4;
  if (wireType !== 0 && wireType !== 2) throw new RangeError(`no such wire type: ${wireType}`);
  const end = varintEnd(source, afterTag);
  if (end === undefined) return undefined;
  return end - at + (wireType === 2 ? lengthIn(source, afterTag, end) : 0);
}

/** A length of at most 2 GiB, which is what a message of etcd can have. */
function lengthIn(source: Buffer, at: number, end: number): number {
  const length = varintIn(source, at, end);
  if (length > 0x7fffffff) throw new RangeError(`a field of ${length} bytes`);
  return length;
}
