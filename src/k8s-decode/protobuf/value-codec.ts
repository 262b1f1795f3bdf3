/** How one value of a field is read, shown and written: what all types have in common, and the scalars. */

import type { Value } from '../value.js';
import { base64 } from './unknown.js';
import { type StoredReader, type StoredWriter, wrongWireType } from './wire.js';

/** Reads, shows and writes one value of a type. */
export interface ValueCodec {
  wire: 0 | 1 | 2;
  /** Reads a value after its tag. `name` is the field's, for errors. */
  read(reader: StoredReader, name: string): Value;
  /** What JSON shows of Go's zero value. */
  zero: Value;
  /** Whether omitempty leaves the value out; for a struct, never. */
  isEmpty(value: Value): boolean;
  /** Whether Go's nil, which JSON writes as null, is absent from the wire. */
  nullable?: true;
  /** Writes a value behind its tag, with its length where it has one. */
  write(writer: StoredWriter, value: Value): void;
}

/** A struct, which omitempty never leaves out. */
export const never = () => false;

/**
 * Reads a nested message with the fields 1 to `last`, which `onField` takes; others are passed over.
 * @throws RangeError for one of those in another wire type, which is corrupt for Kubernetes too
 */
export function readParts(reader: StoredReader, name: string, last: number, onField: (tag: number) => boolean): void {
  const outer = reader.enter(name);
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (onField(tag)) continue;
    if (tag >>> 3 <= last) throw wrongWireType(tag);
    reader.skipField(tag);
  }
  reader.leave(outer);
}

/** A whole number of so many bits; null is 0. */
export function requireInteger(writer: StoredWriter, value: Value, bits: 32 | 64): number | bigint {
  if (value === null) return 0;
  if (typeof value !== 'bigint' && !Number.isInteger(value)) throw writer.mismatch('an integer', value);
  const exact = BigInt(value as number | bigint);
  if (BigInt.asIntN(bits, exact) !== exact) throw writer.mismatch(`an integer of ${bits} bits`, value);
  return value as number | bigint;
}

/** A string; null is empty. */
export function requireString(writer: StoredWriter, value: Value): string {
  if (value === null) return '';
  if (typeof value !== 'string') throw writer.mismatch('a string', value);
  return value;
}

const scalars: Record<string, ValueCodec> = {
  s: {
    wire: 2,
    read: (reader) => reader.string(),
    zero: '',
    isEmpty: (value) => value === '',
    write: (writer, value) => void writer.string(requireString(writer, value)),
  },
  b: {
    wire: 0,
    read: (reader) => reader.bool(),
    zero: false,
    isEmpty: (value) => value === false,
    write(writer, value) {
      if (value !== null && typeof value !== 'boolean') throw writer.mismatch('true or false', value);
      writer.bool(value === true);
    },
  },
  i: {
    wire: 0,
    read: (reader) => reader.int32(),
    zero: 0,
    isEmpty: (value) => value === 0,
    write: (writer, value) => void writer.integer(requireInteger(writer, value, 32)),
  },
  l: {
    wire: 0,
    read: (reader) => reader.integer(),
    zero: 0,
    isEmpty: (value) => value === 0,
    write: (writer, value) => void writer.integer(requireInteger(writer, value, 64)),
  },
  d: {
    wire: 1,
    read: (reader) => reader.double(),
    zero: 0,
    isEmpty: (value) => value === 0,
    write(writer, value) {
      if (value !== null && typeof value !== 'number') throw writer.mismatch('a number', value);
      writer.double(value ?? 0);
    },
  },
  y: {
    wire: 2,
    read: (reader) => reader.slice().toString('base64'),
    zero: null,
    nullable: true,
    isEmpty: (value) => value === '' || value === null,
    write: (writer, value) => void writer.bytes(base64(writer, value ?? '')),
  },
};

/** The codec of a scalar's letter. */
export function scalarCodec(type: string): ValueCodec | undefined {
  return Object.hasOwn(scalars, type) ? scalars[type] : undefined;
}
