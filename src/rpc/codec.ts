/**
 * Encodes and decodes the messages of messages.ts, a closure a field, which is made when a message is first read.
 *
 * By hand, though the client has protobufjs: every call encodes a message, and to load that package takes longer than the rest of it.
 *
 * Messages are plain objects with the names of the .proto files. 64-bit numbers are decimal strings (numbers and bigints are taken
 * too), bytes are Buffers that share the memory of what was decoded, enums are numbers; a zero value is filled in on decoding, a
 * message that is absent is `null`, and an absent member of a oneof is left out. Fields that the table does not know are skipped.
 */
import { Cursor } from '../base/wire/cursor.js';
import { WireWriter } from '../base/wire/writer.js';
import { MESSAGES, type MessageName } from './messages.js';

// biome-ignore lint/suspicious/noExplicitAny: a message's shape is given by its name in the table; callers cast to etcd3's interfaces.
export type Message = Record<string, any>;

/** A field of a message, as the table in messages.ts describes it. */
export interface FieldSpec {
  name: string;
  number: number;
  /** i64, u64, u32, bool, str, bytes, enum, or the name of a message. */
  type: string;
  repeated: boolean;
  /** A member of a oneof. */
  oneof: boolean;
}

const specs = new Map<MessageName, FieldSpec[]>();

/** The fields of a message, in the order of the .proto file. */
export function fieldsOf(name: MessageName): FieldSpec[] {
  let fields = specs.get(name);
  if (!fields) {
    fields = MESSAGES[name].split(' ').filter(Boolean).map(parseField);
    specs.set(name, fields);
  }
  return fields;
}

function parseField(text: string): FieldSpec {
  const [name = '', number, type = ''] = text.split(':');
  return {
    name,
    number: Number(number),
    type: type.replace(/^[*?]/, ''),
    repeated: type.startsWith('*'),
    oneof: type.startsWith('?'),
  };
}

/** Whether a field's type is a message of the table. */
export function isMessage(type: string): type is MessageName {
  return type in MESSAGES;
}

/** The wire form of a message; fields that are absent, or zero outside a oneof, are left out, as proto3 does. */
export function encodeMessage(name: MessageName, message: object): Buffer {
  return write(name, message as Message, new WireWriter()).finish();
}

function write(name: MessageName, message: Message, writer: WireWriter): WireWriter {
  for (const field of fieldsOf(name)) {
    const value = message[field.name];
    if (value === undefined || value === null) continue;
    if (field.repeated) for (const item of value) writeField(field, item as never, writer);
    else if (field.oneof || !isZero(value)) writeField(field, value as never, writer);
  }
  return writer;
}

function isZero(value: unknown): boolean {
  return (
    value === 0 || value === '' || value === false || value === '0' || value === 0n || (value as Buffer).length === 0
  );
}

function writeField({ name, number, type }: FieldSpec, value: never, writer: WireWriter): void {
  writer.uint32((number << 3) | wireTypeOf(type));
  switch (type) {
    case 'i64':
    case 'u64':
      writer.integer(exactNumber(value));
      return;
    case 'u32':
      writer.integer(value);
      return;
    case 'enum':
      // etcd3's types allow a member's name, too, which only its own codec knows.
      if (typeof value !== 'number') throw new TypeError(`${name} is an enum, and goes by its number, not ${value}`);
      writer.integer(value);
      return;
    case 'bool':
      writer.bool(value);
      return;
    case 'str':
      writer.string(value);
      return;
    case 'bytes':
      writer.bytes(value);
      return;
    default:
      write(type as MessageName, value, writer.fork()).ldelim();
  }
}

function exactNumber(value: string | number | bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(value);
}

/** Numbers are varints, everything else stands behind its length. */
function wireTypeOf(type: string): 0 | 2 {
  return type === 'i64' || type === 'u64' || type === 'u32' || type === 'enum' || type === 'bool' ? 0 : 2;
}

/**
 * Reads a message.
 * @throws RangeError where the bytes are cut short or are no such message
 */
export function decodeMessage<T = Message>(name: MessageName, bytes: Uint8Array): T {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  return read(name, source, new Cursor(source), 0) as T;
}

/**
 * A message that was put together here, as if it had been decoded: zero values are filled in.
 * @param known of its fields, the nested messages' too, in the forms that decoding gives
 */
export function completeMessage<T = Message>(name: MessageName, known: object): T {
  const message = readerOf(name).create();
  for (const { name: field, type, repeated } of fieldsOf(name)) {
    const value = (known as Message)[field];
    if (value === undefined || value === null) continue;
    if (!isMessage(type)) message[field] = value;
    else
      message[field] = repeated
        ? value.map((item: object) => completeMessage(type, item))
        : completeMessage(type, value);
  }
  return message as T;
}

/** Reads a field, whose tag was read, into its message. */
type ReadField = (message: Message, source: Buffer, cursor: Cursor, wireType: number, depth: number) => void;

interface MessageReader {
  create: () => Message;
  /** By their numbers. */
  fields: (ReadField | undefined)[];
}

const readers = new Map<MessageName, MessageReader>();

function readerOf(name: MessageName): MessageReader {
  let found = readers.get(name);
  if (!found) {
    const fields = fieldsOf(name);
    const zeros = fields.filter((field) => !field.oneof).map((field): [string, unknown] => [field.name, zeroOf(field)]);
    found = {
      create: () => {
        const message: Message = {};
        for (const [key, zero] of zeros) message[key] = Array.isArray(zero) ? [] : zero;
        return message;
      },
      fields: [],
    };
    for (const field of fields) found.fields[field.number] = readField(field);
    readers.set(name, found);
  }
  return found;
}

const EMPTY = Buffer.alloc(0);

function zeroOf(field: FieldSpec): unknown {
  if (field.repeated) return [];
  switch (field.type) {
    case 'i64':
    case 'u64':
      return '0';
    case 'u32':
    case 'enum':
      return 0;
    case 'bool':
      return false;
    case 'str':
      return '';
    case 'bytes':
      return EMPTY;
    default:
      return null;
  }
}

/** Deeper than any message of the API: only what means to overrun the stack is. */
const MAX_DEPTH = 100;
const LARGEST_FIELD_NUMBER = 0x1fffffff;

function read(name: MessageName, source: Buffer, cursor: Cursor, depth: number): Message {
  if (depth > MAX_DEPTH) throw new RangeError(`messages are nested deeper than ${MAX_DEPTH}`);
  const { create, fields } = readerOf(name);
  const message = create();
  while (cursor.more) {
    const tag = Number(cursor.varint());
    const number = Math.floor(tag / 8);
    if (number < 1 || number > LARGEST_FIELD_NUMBER) throw new RangeError(`a ${name} has a field ${number}`);
    const field = fields[number];
    if (field) field(message, source, cursor, tag & 7, depth);
    else cursor.skip(tag & 7);
  }
  return message;
}

function readField({ name, number, type, repeated }: FieldSpec): ReadField {
  const expected = wireTypeOf(type);
  const value = valueReader(type);
  return (message, source, cursor, wireType, depth) => {
    if (wireType === expected) {
      const found = value(source, cursor, depth);
      if (repeated) message[name].push(found);
      else message[name] = found;
    } else if (repeated && expected === 0 && wireType === 2) {
      // Numbers of a list may be packed behind one length.
      const end = cursor.skipBytes();
      const packed = new Cursor(source, cursor.bytesStart, end);
      while (packed.more) message[name].push(value(source, packed, depth));
    } else throw new RangeError(`field ${number} (${name}) has the wire type ${wireType}`);
  };
}

type ReadValue = (source: Buffer, cursor: Cursor, depth: number) => unknown;

function valueReader(type: string): ReadValue {
  switch (type) {
    case 'i64':
      return (_source, cursor) => String(cursor.varint());
    case 'u64':
      return (_source, cursor) => unsigned(cursor.varint());
    case 'u32':
      return (_source, cursor) => low32(cursor.varint()) >>> 0;
    case 'enum':
      return (_source, cursor) => low32(cursor.varint());
    case 'bool':
      return (_source, cursor) => Number(cursor.varint()) !== 0;
    case 'str':
      return (source, cursor) => {
        const end = cursor.skipBytes();
        return source.toString('utf8', cursor.bytesStart, end);
      };
    case 'bytes':
      return (source, cursor) => {
        const end = cursor.skipBytes();
        return source.subarray(cursor.bytesStart, end);
      };
    default:
      return (source, cursor, depth) => {
        const end = cursor.skipBytes();
        return read(type as MessageName, source, new Cursor(source, cursor.bytesStart, end), depth + 1);
      };
  }
}

function unsigned(value: number | bigint): string {
  return typeof value === 'number' ? String(value) : BigInt.asUintN(64, value).toString();
}

/** A number is cut to 32 bits, as in Go. */
function low32(value: number | bigint): number {
  return typeof value === 'number' ? value | 0 : Number(BigInt.asIntN(32, value));
}
