/** CRC-32C (Castagnoli), sixteen bytes at a step. */

const POLYNOMIAL = 0x82f63b78;

/** Sixteen tables of 256: the first is the usual one, each next is for bytes one place further from the end. */
function makeTables(): Int32Array {
  const made = new Int32Array(16 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    made[byte] = value;
  }
  for (let i = 256; i < made.length; i++) made[i] = made[made[i - 256]! & 0xff]! ^ (made[i - 256]! >>> 8);
  return made;
}

/** A constant, so that the compiler knows its length and leaves out the checks of each index: a quarter of the time. */
const TABLES = makeTables();

/** The memory that was summed last. */
let viewed: { buffer: ArrayBufferLike; words: Int32Array } | undefined;

/** All of a buffer's memory as words: made once for a buffer that is used again and again, as making a view takes longer than short sums. */
function wordsOf(bytes: Uint8Array): Int32Array {
  if (viewed?.buffer !== bytes.buffer) {
    viewed = { buffer: bytes.buffer, words: new Int32Array(bytes.buffer, 0, bytes.buffer.byteLength >>> 2) };
  }
  return viewed.words;
}

/** The checksum of `bytes[start, end)`, continued from `crc`, that of the bytes before. */
export function crc32c(bytes: Uint8Array, crc = 0, start = 0, end = bytes.length): number {
  const offset = bytes.byteOffset;
  let c = ~crc;
  let i = start;
  for (; i < end && ((i + offset) & 3) !== 0; i++) c = TABLES[(c ^ bytes[i]!) & 0xff]! ^ (c >>> 8);
  if (end - i >= 16) {
    const words = wordsOf(bytes);
    let w = (i + offset) >>> 2;
    for (const last = w + ((end - i) >>> 4) * 4; w < last; w += 4)
      c = step(c ^ words[w]!, words[w + 1]!, words[w + 2]!, words[w + 3]!);
    i = w * 4 - offset;
  }
  for (; i < end; i++) c = TABLES[(c ^ bytes[i]!) & 0xff]! ^ (c >>> 8);
  return ~c >>> 0;
}

/** Takes four words into the sum. s390x would need another order; everything else that Node runs on is little-endian. */
function step(a: number, b: number, c: number, d: number): number {
  return (
    TABLES[3840 + (a & 0xff)]! ^
    TABLES[3584 + ((a >>> 8) & 0xff)]! ^
    TABLES[3328 + ((a >>> 16) & 0xff)]! ^
    TABLES[3072 + (a >>> 24)]! ^
    TABLES[2816 + (b & 0xff)]! ^
    TABLES[2560 + ((b >>> 8) & 0xff)]! ^
    TABLES[2304 + ((b >>> 16) & 0xff)]! ^
    TABLES[2048 + (b >>> 24)]! ^
    TABLES[1792 + (c & 0xff)]! ^
    TABLES[1536 + ((c >>> 8) & 0xff)]! ^
    TABLES[1280 + ((c >>> 16) & 0xff)]! ^
    TABLES[1024 + (c >>> 24)]! ^
    TABLES[768 + (d & 0xff)]! ^
    TABLES[512 + ((d >>> 8) & 0xff)]! ^
    TABLES[256 + ((d >>> 16) & 0xff)]! ^
    TABLES[d >>> 24]!
  );
}
