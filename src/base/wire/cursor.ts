/** Walks over the fields of a message where they lie: nothing is copied. */
export class Cursor {
  /** Where the bytes begin that {@link skipBytes} went over last. */
  bytesStart = 0;

  private readonly source: Buffer;
  private readonly end: number;

  /** @param at where the message begins in `source`; it ends before `end` */
  constructor(
    source: Buffer,
    public at = 0,
    end = source.length,
  ) {
    this.source = source;
    this.end = end;
  }

  /** Whether the message goes on. */
  get more(): boolean {
    return this.at < this.end;
  }

  /** A 64-bit varint as a signed number, exact: a bigint from 2^49 on. */
  varint(): number | bigint {
    const source = this.source;
    let value = 0;
    let scale = 1;
    for (let read = 0; read < 7; read++) {
      const byte = this.next(source);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    let wide = BigInt(value);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.next(source);
      wide |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, wide);
    }
    throw new RangeError(`a number of more than 64 bits at byte ${this.at}`);
  }

  private next(source: Buffer): number {
    if (this.at >= this.end) throw new RangeError(`the message is cut short at byte ${this.at}`);
    return source[this.at++]!;
  }

  /** Goes over a length and its bytes; gives where they end. */
  skipBytes(): number {
    const length = Number(this.varint());
    this.bytesStart = this.at;
    return this.forward(length);
  }

  /** Goes over a field of a type that is not known. */
  skip(wireType: number): void {
    if (wireType === 0) this.varint();
    else if (wireType === 1) this.forward(8);
    else if (wireType === 2) this.skipBytes();
    else if (wireType === 5) this.forward(4);
    else throw new RangeError(`no such wire type: ${wireType}, at byte ${this.at}`);
  }

  private forward(length: number): number {
    if (!(length >= 0 && length <= this.end - this.at)) {
      throw new RangeError(`${length} bytes are announced at byte ${this.at}, where ${this.end - this.at} are left`);
    }
    this.at += length;
    return this.at;
  }
}
