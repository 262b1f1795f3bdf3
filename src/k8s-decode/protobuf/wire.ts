/**
 * The bytes of protobuf messages, read and written: varints, lengths, messages within their bounds, exact 64-bit
 * integers, and the place where reading failed.
 *
 * By hand, though the client has protobufjs: to load that takes longer than to decode a value, and what is needed here
 * beside it (bounds of messages, exact integers, paths) is most of a reader. A reader's errors are RangeErrors.
 */
import { Failure } from '../../base/errors.js';
import { WireWriter } from '../../base/wire/writer.js';
import { integer, type Value } from '../value.js';

/** Nested deeper than this is taken for corrupt: no Kubernetes type comes near it. */
const MAX_DEPTH = 500;

/** Reads one value; `path` names the fields that are being read, outermost first. */
export class StoredReader {
  pos = 0;
  /** Where the message that is being read ends. */
  len: number;
  readonly path: string[] = [];

  constructor(readonly buf: Buffer) {
    this.len = buf.length;
  }

  /** Reads a length and narrows the reader to so many bytes; gives the end to hand to {@link leave}. */
  enter(name: string): number {
    const end = this.size() + this.pos;
    if (this.path.push(name) > MAX_DEPTH) throw new RangeError(`nested deeper than ${MAX_DEPTH} messages`);
    const outer = this.len;
    this.len = end;
    return outer;
  }

  leave(outer: number): void {
    this.path.pop();
    this.len = outer;
  }

  /** Number and wire type of the next field. */
  tag(): number {
    const byte = this.buf[this.pos]!;
    if (byte < 128) {
      this.pos++;
      return byte;
    }
    const tag = this.integer();
    if (typeof tag !== 'number' || tag < 0 || tag > 0xffffffff) throw new RangeError('a field number is out of range');
    return tag;
  }

  /** A length that the bytes which are left can hold. */
  private size(): number {
    const size = this.integer();
    const left = this.len - this.pos;
    if (size < 0 || size > left) throw new RangeError(`${size} bytes are announced and ${left} are left`);
    return size as number;
  }

  /** A varint of up to 64 bits as a signed integer: a number where that is exact. */
  integer(): number | bigint {
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.next();
      low |= (byte & 127) << shift;
      if (byte < 128) return low;
    }
    let value = BigInt(low);
    for (let shift = 28n; shift < 70n; shift += 7n) {
      const byte = this.next();
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return integer(BigInt.asIntN(64, value));
    }
    throw new RangeError('a number is longer than 64 bits');
  }

  private next(): number {
    if (this.pos >= this.len) throw new RangeError('the value ends within a number');
    return this.buf[this.pos++]!;
  }

  /** A varint cut to a signed 32-bit integer, as Go cuts it. */
  int32(): number {
    const value = this.integer();
    return typeof value === 'number' ? value | 0 : Number(BigInt.asIntN(32, value));
  }

  bool(): boolean {
    return this.integer() !== 0;
  }

  double(): number {
    return this.buf.readDoubleLE(this.fixed(8));
  }

  fixed32(): number {
    return this.buf.readUInt32LE(this.fixed(4));
  }

  fixed64(): bigint {
    return this.buf.readBigUInt64LE(this.fixed(8));
  }

  /** Passes over `width` bytes and gives where they begin. */
  private fixed(width: number): number {
    const start = this.pos;
    if (start + width > this.len) throw new RangeError(`the value ends within a number of ${width} bytes`);
    this.pos += width;
    return start;
  }

  /** A length and so many bytes, without a copy. */
  slice(): Buffer {
    const size = this.size();
    this.pos += size;
    return this.buf.subarray(this.pos - size, this.pos);
  }

  /** A string. A few letters of ASCII are put together here: a call into the runtime takes longer. */
  string(): string {
    const size = this.size();
    const start = this.pos;
    const end = start + size;
    this.pos = end;
    const buf = this.buf;
    if (size > 5) return this.longString(start, end);
    let text = '';
    for (let i = start; i < end; i++) {
      const byte = buf[i]!;
      if (byte > 127) return this.longString(start, end);
      text += String.fromCharCode(byte);
    }
    return text;
  }

  private longString(start: number, end: number): string {
    const text = this.buf.utf8Slice(start, end);
    return text.includes('\ufffd') ? textOfBytes(this.buf.subarray(start, end)) : text;
  }

  /** Passes over the content of the field whose tag was read. */
  skipField(tag: number): void {
    const wire = tag & 7;
    if (tag >>> 3 === 0) throw new RangeError('a field has the number 0');
    if (wire === 0) this.integer();
    else if (wire === 2) this.pos = this.size() + this.pos;
    else if (wire === 1 || wire === 5) this.fixed(wire === 1 ? 8 : 4);
    else throw new RangeError(`field ${tag >>> 3} has the wire type ${wire}, which Kubernetes does not write`);
  }
}

/** The error for a field that stands in another wire type than its own. */
export function wrongWireType(tag: number): RangeError {
  return new RangeError(`wrong wire type ${tag & 7} for field ${tag >>> 3}`);
}

/** Bytes that are no UTF-8 stand in a string as these halves of surrogate pairs, 0xDC00 and the byte: no text has them alone. */
const BYTE_BASE = 0xdc00;
const BYTE_IN_TEXT = /[\udc80-\udcff]/;

/** A string of bytes that are not all UTF-8. Shown, each such byte is U+FFFD, as Go shows it; written again, it is what it was. */
function textOfBytes(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const character = characterAt(bytes, at);
    text += character ?? String.fromCharCode(BYTE_BASE + bytes[at]!);
    at += character === undefined ? 1 : Buffer.byteLength(character);
  }
  return text;
}

/** The character whose bytes begin at `at`; undefined where there is none. */
function characterAt(bytes: Buffer, at: number): string | undefined {
  const first = bytes[at]!;
  const size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  const text = bytes.toString('utf8', at, at + size);
  return [...text].length === 1 && Buffer.byteLength(text) === size && at + size <= bytes.length ? text : undefined;
}

/** The bytes of a string that stands for some that are not UTF-8. */
function bytesOfText(text: string): Buffer {
  const parts = text.split(/([\udc80-\udcff])/).map((part, index) => {
    return index % 2 === 0 ? Buffer.from(part) : Buffer.of(part.charCodeAt(0) - BYTE_BASE);
  });
  return Buffer.concat(parts);
}

declare global {
  interface Buffer {
    /** Node's own method behind toString('utf8', start, end), without its checks. */
    utf8Slice(start: number, end: number): string;
  }
}

/** Writes one value; `path` names the fields that are being written, outermost first. */
export class StoredWriter extends WireWriter {
  readonly path: string[] = [];

  /** Writes a string behind its length: where it stands for bytes that are not UTF-8, those. */
  override string(text: string): this {
    return BYTE_IN_TEXT.test(text) ? this.bytes(bytesOfText(text)) : super.string(text);
  }

  /** The failure for a value that the field being written can't hold. */
  mismatch(expected: string, value: Value): Failure {
    const found = value instanceof Map ? 'an object' : Array.isArray(value) ? 'a list' : JSON.stringify(String(value));
    return new Failure(`${this.path.join('.') || 'the object'}: expected ${expected}, not ${found}`);
  }
}
