/** Makes inputs out of those that are known. */
import type { Random } from './random.js';

/** An input is not made longer than this, unless it is repeated on purpose. */
const MOST_BYTES = 1 << 20;
/** Known inputs that are kept. */
const MOST_KNOWN = 2000;

/** Bytes at which formats change their mind: ends of ranges, brackets, quotes, lengths of varints. */
const EDGES = [0, 1, 2, 7, 8, 0x0a, 0x20, 0x22, 0x3a, 0x5b, 0x7b, 0x7f, 0x80, 0xc0, 0xed, 0xf0, 0xfe, 0xff];

/** The numbers that are written into fields of 1 to 8 bytes, and where a text has digits. */
const NUMBERS = [0n, 1n, 2n, 16n, 255n, 256n, 65_535n, 65_536n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n];
const WIDE = [...NUMBERS, 2n ** 53n - 1n, 2n ** 53n, 2n ** 56n, 2n ** 63n - 1n, 2n ** 63n, 2n ** 64n - 1n];

type Change = (input: Buffer, random: Random) => Buffer;

/** Inputs that are known, and what is made of them. */
export class Mutator {
  private readonly changes: readonly Change[];

  constructor(
    private readonly known: Buffer[],
    words: readonly (string | Buffer)[],
    private readonly random: Random,
  ) {
    const inWords = words.map((word) => Buffer.from(word as string));
    const word: Change = (input, at) => (inWords.length === 0 ? input : insert(input, at, at.pick(inWords)));
    this.changes = [...CHANGES, word, word, (input, at) => spliced(input, at, at.pick(this.known))];
  }

  /** Keeps an input that led somewhere new. */
  learn(input: Buffer): void {
    if (this.known.length < MOST_KNOWN) this.known.push(Buffer.from(input));
  }

  /** The next input. */
  next(): Buffer {
    const { random } = this;
    let input = random.pick(this.known);
    for (let left = 1 + random.small(6); left > 0; left--) {
      const changed = random.pick(this.changes)(input, random);
      if (changed.length <= MOST_BYTES) input = changed;
    }
    return input;
  }
}

const CHANGES: readonly Change[] = [
  flipBit,
  setByte,
  (input, random) => insert(input, random, randomBytes(random)),
  remove,
  repeat,
  swap,
  setNumber,
  setVarint,
  setDigits,
  (input, random) => input.subarray(0, random.below(input.length + 1)),
];

function changed(input: Buffer, at: number, bytes: Buffer, removed: number): Buffer {
  return Buffer.concat([input.subarray(0, at), bytes, input.subarray(at + removed)]);
}

/** Puts bytes in, or in the place of as many. */
function insert(input: Buffer, random: Random, bytes: Buffer): Buffer {
  return changed(input, random.below(input.length + 1), bytes, random.pick([0, 0, bytes.length]));
}

function randomBytes(random: Random): Buffer {
  return Buffer.from(Array.from({ length: 1 + random.small(16) }, () => random.below(256)));
}

function flipBit(input: Buffer, random: Random): Buffer {
  if (input.length === 0) return input;
  const at = random.below(input.length);
  return changed(input, at, Buffer.from([input[at]! ^ (1 << random.below(8))]), 1);
}

function setByte(input: Buffer, random: Random): Buffer {
  return changed(input, random.below(input.length + 1), Buffer.from([random.pick(EDGES)]), 1);
}

/** A part of the input, mostly short. */
function part(input: Buffer, random: Random): [start: number, end: number] {
  const start = random.below(input.length + 1);
  return [start, start + random.small(input.length - start + 1)];
}

function remove(input: Buffer, random: Random): Buffer {
  const [start, end] = part(input, random);
  return changed(input, start, Buffer.alloc(0), end - start);
}

/** A part several times, and at times very often: deep nesting, long lists. */
function repeat(input: Buffer, random: Random): Buffer {
  const [start, end] = part(input, random);
  const piece = input.subarray(start, Math.min(end, start + 64));
  const times = random.pick([1, 1, 2, 10, 100, 3000]);
  return changed(input, start, Buffer.concat(Array.from({ length: times }, () => piece)), 0);
}

function swap(input: Buffer, random: Random): Buffer {
  const [start, end] = part(input, random);
  const [middle] = part(input.subarray(start, end), random);
  const there = start + middle;
  return Buffer.concat([
    input.subarray(0, start),
    input.subarray(there, end),
    input.subarray(start, there),
    input.subarray(end),
  ]);
}

function setNumber(input: Buffer, random: Random): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(random.pick(WIDE));
  const width = random.pick([2, 4, 8]);
  const number = bytes.subarray(0, width);
  if (random.below(3) === 0) number.reverse();
  // The fields of pages and frames stand at even places.
  const at = random.below(input.length + 1) & ~(width - 1);
  return changed(input, at, number, width);
}

function setVarint(input: Buffer, random: Random): Buffer {
  const bytes: number[] = [];
  let rest = random.pick(WIDE);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return changed(input, random.below(input.length + 1), Buffer.from([...bytes, Number(rest)]), random.below(2));
}

/** Another number in place of digits. */
function setDigits(input: Buffer, random: Random): Buffer {
  const from = random.below(input.length + 1);
  const start = input.findIndex((byte, at) => at >= from && isDigit(byte));
  if (start < 0) return input;
  let end = start;
  while (end < input.length && isDigit(input[end]!)) end++;
  const text = random.pick([String(random.pick(WIDE)), `-${random.pick(WIDE)}`, '1e400', '0.1', '007', '9'.repeat(40)]);
  return changed(input, start, Buffer.from(text), end - start);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** With a part of another input. */
function spliced(input: Buffer, random: Random, other: Buffer): Buffer {
  const [start, end] = part(other, random);
  const [at, until] = part(input, random);
  return changed(input, at, other.subarray(start, end), random.pick([0, until - at]));
}
