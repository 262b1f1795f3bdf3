/** Wire forms of raft's messages. They are proto2 with fields that are never left out, so the codec of the API does not fit. */

/** A varint of up to 64 bits. */
export function varint(value: bigint | number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt(value);
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}

/** A number field. */
export function numberField(number: number, value: bigint | number): Buffer {
  return Buffer.concat([varint(number << 3), varint(value)]);
}

/** A field of bytes, a text or a message. */
export function bytesField(number: number, value: Buffer | string): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

/** A field as it lies in a message. */
export interface WireField {
  number: number;
  value: bigint | Buffer;
}

/**
 * The fields of a message in their order; a number is unsigned, bytes share the message's memory.
 * @throws RangeError when the bytes are cut short or are no message
 */
export function readFields(bytes: Buffer): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const next = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) break;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new RangeError(`a number is cut short at byte ${at}`);
  };
  while (at < bytes.length) {
    const tag = Number(next());
    const wireType = tag & 7;
    if (wireType === 0) fields.push({ number: tag >>> 3, value: next() });
    else if (wireType === 2) {
      const length = Number(next());
      if (length > bytes.length - at) {
        throw new RangeError(`${length} bytes are announced at byte ${at}, where ${bytes.length - at} are left`);
      }
      fields.push({ number: tag >>> 3, value: bytes.subarray(at, at + length) });
      at += length;
    } else throw new RangeError(`no such wire type here: ${wireType}, at byte ${at}`);
  }
  return fields;
}

/** The last number field of this number; 0 without one. */
export function numberOf(fields: readonly WireField[], number: number): bigint {
  const value = fields.findLast((field) => field.number === number)?.value;
  return typeof value === 'bigint' ? value : 0n;
}

/** The last field of bytes of this number. */
export function bytesOf(fields: readonly WireField[], number: number): Buffer | undefined {
  const value = fields.findLast((field) => field.number === number)?.value;
  return typeof value === 'bigint' ? undefined : value;
}
