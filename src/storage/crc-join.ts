/**
 * Joins checksums of parts into the one of the whole, without the bytes. A CRC is the remainder of a polynomial over GF(2) by the
 * generator; n bytes behind a part multiply its polynomial by x^8n.
 */

/** CRC-32C's generator, as in crc32c.ts: the highest bit stands for x^0. */
const POLYNOMIAL = 0x82f63b78;

/** The product of two polynomials, modulo the generator. */
function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bits = a | 0; bits !== 0; bits <<= 1) {
    if (bits < 0) product ^= shifted;
    shifted = shifted & 1 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
  }
  return product;
}

/** x^8, x^16, x^32 …: each is the square of the one before. */
const POWERS = new Int32Array(53);
for (let i = 0, power = 0x0080_0000; i < POWERS.length; i++, power = multiply(power, power)) POWERS[i] = power;

/** x^8n for `length` bytes. */
function shiftBy(length: number): number {
  let shift = 0x8000_0000 | 0;
  for (let i = 0, left = length; left > 0; i++, left = Math.floor(left / 2)) {
    if (left % 2 === 1) shift = multiply(POWERS[i]!, shift);
  }
  return shift;
}

/** Records of up to this many bytes, nearly all, have their power computed once. */
const KEPT_LENGTHS = 1 << 14;
let kept: Int32Array | undefined;

/**
 * The checksum of two parts, one behind the other.
 * @param before the checksum of the first
 * @param after that of the second, taken by itself
 * @param length bytes of the second
 */
export function joinCrc(before: number, after: number, length: number): number {
  if (length >= KEPT_LENGTHS) return (multiply(before, shiftBy(length)) ^ after) >>> 0;
  kept ??= new Int32Array(KEPT_LENGTHS);
  // No power is zero: x is no factor of the generator.
  if (kept[length] === 0) kept[length] = shiftBy(length);
  return (multiply(before, kept[length]!) ^ after) >>> 0;
}
