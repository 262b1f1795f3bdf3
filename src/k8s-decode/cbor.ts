import { Failure } from '../base/errors.js';
import { type Fields, integer, JsonText, type Value } from './value.js';

/** What a value begins with that Kubernetes stored as CBOR: tag 55799, which says no more than "this is CBOR". */
const selfDescribed = Buffer.from([0xd9, 0xd9, 0xf7]);

/** Nesting that Kubernetes' own reader refuses is refused here too. */
const maxDepth = 64;

/** The upper three bits of an item's first byte. */
const Major = { Unsigned: 0, Negative: 1, Bytes: 2, Text: 3, Array: 4, Map: 5, Tag: 6, Simple: 7 } as const;

/** Tags that ask for bytes to be shown in a text encoding. */
const textEncodings = new Map<number | bigint, 'base64url' | 'base64' | 'hex'>([
  [21, 'base64url'],
  [22, 'base64'],
  [23, 'hex'],
]);

/** Whether `bytes` are an object that Kubernetes stored as CBOR. */
export function isCbor(bytes: Uint8Array): boolean {
  return selfDescribed.every((byte, index) => bytes[index] === byte);
}

/**
 * Reads one CBOR item in the profile of Kubernetes: lengths are definite, names of fields unique, and strings and names
 * may be byte strings, which is how it writes them.
 *
 * @throws Failure that names the offset of what cannot be read
 */
export function parseCbor(bytes: Uint8Array): Value {
  const reader = new CborReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const value = reader.item(0);
  reader.end();
  return value;
}

class CborReader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  item(depth: number): Value {
    if (depth > maxDepth) throw this.failure(`nested more than ${maxDepth} levels deep`);
    const start = this.at;
    const first = this.take(1)[0]!;
    const info = first & 0x1f;
    const major = first >> 5;
    if (major === Major.Simple) return this.simple(info, start);
    const argument = this.argument(info, start);
    switch (major) {
      case Major.Unsigned:
        return this.positive(argument, start);
      case Major.Negative:
        return this.negative(argument, start);
      case Major.Bytes:
      case Major.Text:
        return this.text(argument, start);
      case Major.Array:
        return this.array(argument, depth, start);
      case Major.Map:
        return this.map(argument, depth, start);
      default:
        return this.tagged(argument, depth);
    }
  }

  end(): void {
    if (this.at !== this.bytes.length) throw this.failure('more bytes after the value');
  }

  private take(count: number, start = this.at): Buffer {
    const left = this.bytes.length - this.at;
    if (count > left) throw this.failure(`${count} bytes are announced and ${left} are left`, start);
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }

  /** The number in an item's head: a value, a length, a count or a tag. */
  private argument(info: number, start: number): number | bigint {
    if (info < 24) return info;
    if (info > 27) throw this.failure(info === 31 ? 'a length that is not given' : 'an invalid head', start);
    const size = 1 << (info - 24);
    const bytes = this.take(size, start);
    return size < 8 ? bytes.readUIntBE(0, size) : integer(bytes.readBigUInt64BE());
  }

  /** Kubernetes has no numbers beyond an int64 either. */
  private positive(argument: number | bigint, start: number): number | bigint {
    if (argument >= 2n ** 63n) throw this.failure('an integer of more than 64 bits', start);
    return argument;
  }

  private negative(argument: number | bigint, start: number): number | bigint {
    const value = -1n - BigInt(argument);
    if (value < -(2n ** 63n)) throw this.failure('an integer of more than 64 bits', start);
    return integer(value);
  }

  private text(length: number | bigint, start: number): string {
    const bytes = this.take(Number(length), start);
    const text = bytes.toString('utf8');
    if (text.includes('\ufffd') && !Buffer.from(text).equals(bytes))
      throw this.failure('a string that is no UTF-8', start);
    return text;
  }

  private array(count: number | bigint, depth: number, start: number): Value[] {
    this.checkCount(Number(count), start);
    const items: Value[] = [];
    for (let index = 0; index < Number(count); index++) items.push(this.item(depth + 1));
    return items;
  }

  private map(count: number | bigint, depth: number, start: number): Fields {
    this.checkCount(Number(count) * 2, start);
    const fields: Fields = new Map();
    for (let index = 0; index < Number(count); index++) {
      const at = this.at;
      const major = (this.bytes[at] ?? 0) >> 5;
      if (major !== Major.Bytes && major !== Major.Text) throw this.failure("a field's name that is no string", at);
      const name = this.item(depth + 1) as string;
      if (fields.has(name)) throw this.failure(`a second field ${JSON.stringify(name)}`, at);
      fields.set(name, this.item(depth + 1));
    }
    return fields;
  }

  /** Each item takes a byte at least: a count beyond that is found out before anything is made room for. */
  private checkCount(items: number, start: number): void {
    const left = this.bytes.length - this.at;
    if (items > left) throw this.failure(`${items} items are announced and ${left} bytes are left`, start);
  }

  private tagged(tag: number | bigint, depth: number): Value {
    const encoding = textEncodings.get(tag);
    const first = this.bytes[this.at] ?? 0;
    if (encoding === undefined || first >> 5 !== Major.Bytes) return this.item(depth + 1);
    const start = this.at++;
    return this.take(Number(this.argument(first & 0x1f, start)), start).toString(encoding);
  }

  private simple(info: number, start: number): Value {
    switch (info) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
        return null;
      case 25:
        return this.finite(halfFloat(this.take(2, start).readUInt16BE()), start);
      case 26:
        return this.finite(this.take(4, start).readFloatBE(), start);
      case 27:
        return this.finite(this.take(8, start).readDoubleBE(), start);
      default:
        throw this.failure(`the simple value ${info}`, start);
    }
  }

  private finite(value: number, start: number): number {
    if (!Number.isFinite(value)) throw this.failure(`the number ${value}`, start);
    return value;
  }

  private failure(reason: string, at = this.at): Failure {
    return new Failure(`invalid CBOR: ${reason} (byte ${at})`);
  }
}

/** A number of 16 bits: a sign, 5 bits of exponent, 10 of fraction. */
function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (fraction + 0x400) * 2 ** (exponent - 25);
}

/** `value` as Kubernetes stores it: strings as byte strings, fields by the bytes of their names, the shortest forms. */
export function toCbor(value: Value): Buffer {
  const chunks: Buffer[] = [selfDescribed];
  write(chunks, value);
  return Buffer.concat(chunks);
}

function write(chunks: Buffer[], value: Value): void {
  if (value === null) chunks.push(Buffer.of(0xf6));
  else if (typeof value === 'boolean') chunks.push(Buffer.of(value ? 0xf5 : 0xf4));
  else if (typeof value === 'string') writeBytes(chunks, Buffer.from(value));
  else if (typeof value === 'number') writeNumber(chunks, value);
  else if (typeof value === 'bigint') writeInteger(chunks, value);
  else if (Array.isArray(value)) {
    chunks.push(head(Major.Array, value.length));
    for (const item of value) write(chunks, item);
  } else if (value instanceof JsonText) throw new Failure(`Kubernetes has no way to store ${value.text}`);
  else writeMap(chunks, value);
}

function writeBytes(chunks: Buffer[], bytes: Buffer): void {
  chunks.push(head(Major.Bytes, bytes.length), bytes);
}

function writeMap(chunks: Buffer[], fields: Fields): void {
  chunks.push(head(Major.Map, fields.size));
  const entries = Array.from(fields, ([name, value]) => ({ name: Buffer.from(name), value }));
  // The order of the encoded names: the length stands in front.
  entries.sort((a, b) => a.name.length - b.name.length || a.name.compare(b.name));
  for (const { name, value } of entries) {
    writeBytes(chunks, name);
    write(chunks, value);
  }
}

function writeInteger(chunks: Buffer[], value: bigint): void {
  chunks.push(value < 0n ? head(Major.Negative, -1n - value) : head(Major.Unsigned, value));
}

function writeNumber(chunks: Buffer[], value: number): void {
  if (!Number.isFinite(value)) throw new Failure(`Kubernetes has no way to store the number ${value}`);
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) writeInteger(chunks, BigInt(value));
  else chunks.push(shortestFloat(value));
}

/** The shortest of the three kinds of floating-point numbers that holds `value` exactly. */
function shortestFloat(value: number): Buffer {
  const half = halfBits(value);
  if (half !== undefined) return Buffer.of(0xf9, half >> 8, half & 0xff);
  const isSingle = Math.fround(value) === value;
  const bytes = Buffer.alloc(isSingle ? 5 : 9);
  bytes[0] = isSingle ? 0xfa : 0xfb;
  if (isSingle) bytes.writeFloatBE(value, 1);
  else bytes.writeDoubleBE(value, 1);
  return bytes;
}

/** The bits of {@link halfFloat}, or undefined where it has no such number. */
function halfBits(value: number): number | undefined {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (size >= 65_520) return undefined;
  const exponent = size < 2 ** -14 ? -14 : Math.floor(Math.log2(size));
  const fraction = size / 2 ** (exponent - 10);
  if (!Number.isInteger(fraction) || fraction >= 0x800) return undefined;
  return sign | (fraction < 0x400 ? fraction : ((exponent + 15) << 10) | (fraction - 0x400));
}

/** The head of an item: its kind, and a number in the fewest bytes. */
function head(major: number, argument: number | bigint): Buffer {
  const kind = major << 5;
  if (argument < 24) return Buffer.of(kind | Number(argument));
  if (argument <= 0xff) return Buffer.of(kind | 24, Number(argument));
  const size = argument <= 0xffff ? 2 : argument <= 0xffff_ffff ? 4 : 8;
  const bytes = Buffer.alloc(size + 1);
  bytes[0] = kind | (size === 2 ? 25 : size === 4 ? 26 : 27);
  if (size === 8) bytes.writeBigUInt64BE(BigInt.asUintN(64, BigInt(argument)), 1);
  else bytes.writeUIntBE(Number(argument), 1, size);
  return bytes;
}
