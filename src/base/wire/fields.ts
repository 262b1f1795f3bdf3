/** Messages field by field. Raft's are proto2, with fields that are never left out, so that the codec of the API does not fit. */
import { Cursor } from './cursor.js';
import { varint } from './varint.js';

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
  const cursor = new Cursor(bytes);
  while (cursor.more) {
    const tag = Number(cursor.varint());
    const number = Math.floor(tag / 8);
    if ((tag & 7) === 0) fields.push({ number, value: BigInt.asUintN(64, BigInt(cursor.varint())) });
    else if ((tag & 7) === 2) {
      const end = cursor.skipBytes();
      fields.push({ number, value: bytes.subarray(cursor.bytesStart, end) });
    } else throw new RangeError(`no such wire type here: ${tag & 7}, at byte ${cursor.at}`);
  }
  return fields;
}

/** The last number field of this number; 0 without one. */
export function numberIn(fields: readonly WireField[], number: number): bigint {
  const value = fields.findLast((field) => field.number === number)?.value;
  return typeof value === 'bigint' ? value : 0n;
}

/** The last field of bytes of this number. */
export function bytesIn(fields: readonly WireField[], number: number): Buffer | undefined {
  const value = fields.findLast((field) => field.number === number)?.value;
  return typeof value === 'bigint' ? undefined : value;
}
