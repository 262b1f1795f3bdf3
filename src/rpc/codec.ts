/**
 * Encodes and decodes the messages of messages.ts, on protobufjs' Reader and Writer.
 *
 * Messages are plain objects with the names of the .proto files. 64-bit numbers are decimal strings (numbers and bigints are taken
 * too), bytes are Buffers that share the memory of what was decoded, enums are numbers; a zero value is filled in on decoding, a
 * message that is absent is `null`, and an absent member of a oneof is left out. Fields that the table does not know are skipped.
 */
import { Reader, Writer } from 'protobufjs/minimal.js';
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
  return Buffer.from(write(name, message as Message, Writer.create()).finish());
}

function write(name: MessageName, message: Message, writer: Writer): Writer {
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

function writeField({ number, type }: FieldSpec, value: never, writer: Writer): void {
  switch (type) {
    case 'i64':
      writer.uint32(number << 3).int64(String(value) as never);
      return;
    case 'u64':
      writer.uint32(number << 3).uint64(unsigned(value) as never);
      return;
    case 'u32':
    case 'enum':
      writer.uint32(number << 3).uint32(value);
      return;
    case 'bool':
      writer.uint32(number << 3).bool(value);
      return;
    case 'str':
      writer.uint32((number << 3) | 2).string(value);
      return;
    case 'bytes':
      writer.uint32((number << 3) | 2).bytes(value);
      return;
    default:
      write(type as MessageName, value, writer.uint32((number << 3) | 2).fork()).ldelim();
  }
}

/** Long reads "18446744073709551615" as a signed number unless it is told; as a bigint of 64 bits it is exact. */
function unsigned(value: unknown): string {
  return BigInt.asIntN(64, BigInt(value as string)).toString();
}

/**
 * Reads a message.
 * @throws RangeError or Error of protobufjs where the bytes are cut short or are no such message.
 */
export function decodeMessage<T = Message>(name: MessageName, bytes: Uint8Array): T {
  return read(name, Reader.create(bytes as Buffer), bytes.length) as T;
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

type Read = (message: Message, reader: Reader) => void;
const readers = new Map<MessageName, { create: () => Message; fields: (Read | undefined)[] }>();

function readerOf(name: MessageName): { create: () => Message; fields: (Read | undefined)[] } {
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

function read(name: MessageName, reader: Reader, end: number): Message {
  const { create, fields } = readerOf(name);
  const message = create();
  while (reader.pos < end) {
    const tag = reader.uint32();
    const field = fields[tag >>> 3];
    if (field) field(message, reader);
    else reader.skipType(tag & 7);
  }
  if (reader.pos > end) throw new RangeError(`a ${name} runs over its end`);
  return message;
}

function readField(field: FieldSpec): Read {
  const { name, type } = field;
  const value = scalarReader(type) ?? ((reader: Reader) => readNested(type as MessageName, reader));
  if (!field.repeated) {
    return (message, reader) => {
      message[name] = value(reader);
    };
  }
  return (message, reader) => {
    message[name].push(value(reader));
  };
}

function readNested(name: MessageName, reader: Reader): Message {
  const length = reader.uint32();
  if (length > reader.len - reader.pos)
    throw new RangeError(`a ${name} of ${length} bytes, where ${reader.len - reader.pos} are left`);
  return read(name, reader, reader.pos + length);
}

/** A number below 2^49, which almost all are, without the detour over Long; undefined for any other, which is then still to be read. */
function shortVarint(reader: Reader): string | undefined {
  const { buf, pos, len } = reader;
  let value = 0;
  let scale = 1;
  for (let at = pos; at < len && at < pos + 7; at++) {
    const byte = buf[at]!;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      reader.pos = at + 1;
      return String(value);
    }
    scale *= 128;
  }
  return undefined;
}

function scalarReader(type: string): ((reader: Reader) => unknown) | undefined {
  switch (type) {
    case 'i64':
      return (reader) => shortVarint(reader) ?? reader.int64().toString();
    case 'u64':
      return (reader) => shortVarint(reader) ?? reader.uint64().toString();
    case 'u32':
      return (reader) => reader.uint32();
    case 'enum':
      return (reader) => reader.int32();
    case 'bool':
      return (reader) => reader.bool();
    case 'str':
      return (reader) => reader.string();
    case 'bytes':
      return (reader) => reader.bytes();
    default:
      return undefined;
  }
}
