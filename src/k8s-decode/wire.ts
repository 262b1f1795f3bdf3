/**
 * The bytes of a stored value, read and written: protobufjs' Reader and Writer, with what Kubernetes' values need
 * beside them: messages within their bounds, exact 64-bit integers, and the place where reading failed.
 */
import { BufferReader, BufferWriter } from 'protobufjs/minimal.js';
import { Failure } from '../errors.js';
import { integer, type Value } from './value.js';

/** Nested deeper than this is taken for corrupt: no Kubernetes type comes near it. */
const MAX_DEPTH = 500;

/** Reads one value; `path` names the fields that are being read, outermost first. */
export class StoredReader extends BufferReader {
  readonly path: string[] = [];

  /** Reads a length and narrows the reader to so many bytes; gives the end to hand to {@link leave}. */
  enter(name: string): number {
    const size = this.size();
    const end = this.pos + size;
    if (end > this.len) throw new RangeError(`${size} bytes are announced and ${this.len - this.pos} are left`);
    if (this.path.push(name) > MAX_DEPTH) throw new RangeError(`nested deeper than ${MAX_DEPTH} messages`);
    const outer = this.len;
    this.len = end;
    return outer;
  }

  leave(outer: number): void {
    this.path.pop();
    this.len = outer;
  }

  /** The bytes that are left within the current message, without a copy. */
  rest(): Buffer {
    const bytes = (this.buf as Buffer).subarray(this.pos, this.len);
    this.pos = this.len;
    return bytes;
  }

  /** A length and so many bytes, without a copy. */
  slice(): Buffer {
    const size = this.size();
    const start = this.pos;
    if (start + size > this.len) throw new RangeError(`${size} bytes are announced and ${this.len - start} are left`);
    this.pos = start + size;
    return (this.buf as Buffer).subarray(start, this.pos);
  }

  /** A string. Short ASCII, which nearly all are, is put together here: a call into the runtime takes longer. */
  override string(): string {
    const size = this.size();
    const start = this.pos;
    const end = start + size;
    if (end > this.len) throw new RangeError(`${size} bytes are announced and ${this.len - start} are left`);
    this.pos = end;
    const buf = this.buf as Buffer;
    if (size > 24) return buf.utf8Slice(start, end);
    let text = '';
    for (let i = start; i < end; i++) {
      const byte = buf[i]!;
      if (byte > 127) return buf.utf8Slice(start, end);
      text += String.fromCharCode(byte);
    }
    return text;
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

  /** Passes over the content of the field whose tag was read. */
  skipField(tag: number): void {
    const wire = tag & 7;
    if (tag >>> 3 === 0) throw new RangeError('a field has the number 0');
    if (wire === 0) this.integer();
    else if (wire === 2) this.slice();
    else if (wire === 1 || wire === 5) this.skip(wire === 1 ? 8 : 4);
    else throw new RangeError(`field ${tag >>> 3} has the wire type ${wire}, which Kubernetes does not write`);
  }

  private next(): number {
    if (this.pos >= this.len) throw new RangeError('the value ends within a number');
    return this.buf[this.pos++]!;
  }
}

declare global {
  interface Buffer {
    /** Node's own method behind toString('utf8', start, end), without its checks. */
    utf8Slice(start: number, end: number): string;
  }
}

/** Writes one value; `path` names the fields that are being written, outermost first. */
export class StoredWriter extends BufferWriter {
  readonly path: string[] = [];

  /** Writes a signed 64-bit integer as a varint. */
  integer(value: number | bigint): void {
    if (typeof value === 'number' && value >= 0 && value <= 0xffffffff) {
      this.uint32(value);
      return;
    }
    const bits = BigInt.asUintN(64, BigInt(value));
    this.int64({ low: Number(bits & 0xffffffffn) | 0, high: Number(bits >> 32n) | 0, unsigned: false } as never);
  }

  /** The failure for a value that the field being written can't hold. */
  mismatch(expected: string, value: Value): Failure {
    const found = value instanceof Map ? 'an object' : Array.isArray(value) ? 'a list' : JSON.stringify(String(value));
    return new Failure(`${this.path.join('.') || 'the object'}: expected ${expected}, not ${found}`);
  }
}
