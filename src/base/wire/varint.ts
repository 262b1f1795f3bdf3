/** Numbers of protobuf's wire format: seven bits a byte, the lowest first, the top bit where more follow. */

/** A number of up to 64 bits. */
export function varint(value: bigint | number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

/** Puts a number below 2^53 into `target`; gives where it ends. */
export function putVarint(target: Buffer, at: number, value: number): number {
  let rest = value;
  let to = at;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) target[to++] = (rest & 0x7f) | 0x80;
  target[to++] = rest;
  return to;
}

/**
 * Where the number at `at` ends; undefined where the bytes end before.
 * @throws RangeError when it has more than 64 bits
 */
export function varintEnd(bytes: Uint8Array, at: number, length = bytes.length): number | undefined {
  for (let end = at; end < length; end++) {
    if (bytes[end]! < 0x80) return end + 1;
    if (end - at === 9) throw new RangeError('a number of more than 64 bits');
  }
  return undefined;
}

/** The number in `bytes[at, end)`, exact below 2^53. */
export function varintIn(bytes: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let i = end - 1; i >= at; i--) value = value * 128 + (bytes[i]! & 0x7f);
  return value;
}
