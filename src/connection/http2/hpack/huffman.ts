/**
 * Strings of HPACK in Huffman's code (RFC 7541 §5.2 and Appendix B). The code is canonical: the lengths alone determine it, shorter
 * codes come first, and those of one length in the order of their symbols.
 */

/** Bits of the code of each byte, 0 to 255; the end-of-string symbol, 256, has 30. */
const LENGTHS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26, 30,
];
const SHORTEST = 5;
const LONGEST = 30;
const END_OF_STRING = 256;

interface Code {
  /** Symbols in the order of their codes. */
  symbols: number[];
  /** By length: the first code, where its symbol stands in `symbols`, and how many codes there are. */
  first: number[];
  start: number[];
  count: number[];
}

let built: Code | undefined;

function buildCode(): Code {
  const count = new Array<number>(LONGEST + 1).fill(0);
  for (const length of LENGTHS) count[length]! += 1;
  const first = [0];
  const start = [0];
  for (let length = 1; length <= LONGEST; length += 1) {
    first[length] = (first[length - 1]! + count[length - 1]!) << 1;
    start[length] = start[length - 1]! + count[length - 1]!;
  }
  const symbols: number[] = [];
  const next = [...start];
  LENGTHS.forEach((length, symbol) => {
    symbols[next[length]!++] = symbol;
  });
  return { symbols, first, start, count };
}

/** The bytes of a coded string; undefined when it is none: the end-of-string symbol inside, or padding that is not its beginning. */
export function decodeHuffman(coded: Uint8Array): Buffer | undefined {
  built ??= buildCode();
  const { symbols, first, start, count } = built;
  // No code is shorter than five bits.
  const out = Buffer.allocUnsafe(Math.floor((coded.length * 8) / SHORTEST));
  let filled = 0;
  let code = 0;
  let length = 0;
  for (const byte of coded) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      code = (code << 1) | ((byte >> bit) & 1);
      length += 1;
      const nth = code - first[length]!;
      if (nth >= count[length]!) continue;
      const symbol = symbols[start[length]! + nth]!;
      if (symbol === END_OF_STRING) return undefined;
      out[filled++] = symbol;
      code = 0;
      length = 0;
    }
  }
  const isPadding = length < 8 && code === (1 << length) - 1;
  return isPadding ? out.subarray(0, filled) : undefined;
}
