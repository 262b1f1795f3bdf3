/** How long a field of protobuf's wire format is, found out without reading it. */

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
  return end - at + (wireType === 2 ? lengthAt(source, afterTag, end) : 0);
}

function varintEnd(source: Buffer, at: number): number | undefined {
  for (let end = at; end < source.length; end++) {
    if (source[end]! < 0x80) return end + 1;
    if (end - at === 9) throw new RangeError('a number of more than 64 bits');
  }
  return undefined;
}

/** A length of at most 2 GiB, which is what a message of etcd can have. */
function lengthAt(source: Buffer, at: number, end: number): number {
  let length = 0;
  for (let byte = end - 1; byte >= at; byte--) length = length * 128 + (source[byte]! & 0x7f);
  if (length > 0x7fffffff) throw new RangeError(`a field of ${length} bytes`);
  return length;
}
