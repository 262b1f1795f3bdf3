/** Writes protobuf's wire format into one growing buffer: varints, bytes, and messages behind their lengths. */
import { putVarint } from './varint.js';

declare global {
  interface Buffer {
    /** Node's own method behind write(text, start, 'utf8'), without its checks. */
    utf8Write(text: string, start: number): number;
  }
}

export class WireWriter {
  private buf = Buffer.allocUnsafe(1024);
  private pos = 0;
  /** Where the open messages begin, outermost first. */
  private readonly starts: number[] = [];

  private reserve(size: number): void {
    if (this.pos + size <= this.buf.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.buf.length * 2, this.pos + size));
    this.buf.copy(larger, 0, 0, this.pos);
    this.buf = larger;
  }

  /** Writes an unsigned 32-bit integer as a varint. */
  uint32(value: number): this {
    this.reserve(5);
    this.pos = putVarint(this.buf, this.pos, value);
    return this;
  }

  /** Writes an integer of 64 bits as a varint: a negative one takes ten bytes. */
  integer(value: number | bigint): this {
    if (typeof value === 'number' && value >= 0 && value <= 0xffffffff) return this.uint32(value);
    this.reserve(10);
    let bits = BigInt.asUintN(64, BigInt(value));
    for (; bits > 127n; bits >>= 7n) this.buf[this.pos++] = Number(bits & 127n) | 128;
    this.buf[this.pos++] = Number(bits);
    return this;
  }

  bool(value: boolean): this {
    return this.uint32(value ? 1 : 0);
  }

  double(value: number): this {
    this.reserve(8);
    this.pos = this.buf.writeDoubleLE(value, this.pos);
    return this;
  }

  /** Writes bytes as they are. */
  raw(bytes: Uint8Array): this {
    this.reserve(bytes.length);
    this.buf.set(bytes, this.pos);
    this.pos += bytes.length;
    return this;
  }

  /** Writes bytes behind their length. */
  bytes(bytes: Uint8Array): this {
    return this.uint32(bytes.length).raw(bytes);
  }

  /** Writes a string behind its length. */
  string(text: string): this {
    this.fork();
    this.reserve(text.length * 3);
    this.pos += this.buf.utf8Write(text, this.pos);
    return this.ldelim();
  }

  /** Begins a message that {@link ldelim} ends. */
  fork(): this {
    this.reserve(5);
    // One byte is left for the length; a longer one moves the message along.
    this.starts.push(++this.pos);
    return this;
  }

  /** Ends a message: its length goes before it. */
  ldelim(): this {
    const start = this.starts.pop()!;
    const size = this.pos - start;
    if (size < 128) {
      this.buf[start - 1] = size;
      return this;
    }
    this.reserve(5);
    const width = size < 1 << 14 ? 2 : size < 1 << 21 ? 3 : size < 1 << 28 ? 4 : 5;
    this.buf.copyWithin(start + width - 1, start, this.pos);
    putVarint(this.buf, start - 1, size);
    this.pos += width - 1;
    return this;
  }

  /** What was written. */
  finish(): Buffer {
    return this.buf.subarray(0, this.pos);
  }
}
