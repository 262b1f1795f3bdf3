/**
 * How one value of a field is read, shown and written: scalars, and the types whose JSON form is their own.
 *
 * On the wire: Time and MicroTime {1 seconds, 2 nanoseconds}, empty for Go's zero time; Duration {1 nanoseconds};
 * Quantity {1 text}; IntOrString {1 type: 0 int, 1 string; 2 int; 3 string}, all three always written; Raw (RawExtension,
 * FieldsV1, JSON) {1 JSON text}; Strings {1 strings}; JSONSchemaPropsOrBool {1 allows, 2 schema},
 * …OrArray {1 schema, 2 schemas}, …OrStringArray {1 schema, 2 strings}.
 */
import { Failure } from '../errors.js';
import { parseJson, sourceOf, toJson } from './json.js';
import { canonicalQuantity } from './quantity.js';
import { formatDuration, formatMicroTime, formatTime, parseDuration, parseTime, ZERO_TIME } from './time.js';
import { base64 } from './unknown.js';
import type { Value } from './value.js';
import type { StoredReader, StoredWriter } from './wire.js';

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

const never = () => false;

/** Reads a nested message whose fields `onField` takes, and others are skipped. */
function readParts(reader: StoredReader, name: string, onField: (tag: number) => boolean): void {
  const outer = reader.enter(name);
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (!onField(tag)) reader.skipField(tag);
  }
  reader.leave(outer);
}

function requireInteger(writer: StoredWriter, value: Value, bits: 32 | 64): number | bigint {
  if (value === null) return 0;
  if (typeof value !== 'bigint' && !Number.isInteger(value)) throw writer.mismatch('an integer', value);
  const exact = BigInt(value as number | bigint);
  if (BigInt.asIntN(bits, exact) !== exact) throw writer.mismatch(`an integer of ${bits} bits`, value);
  return value as number | bigint;
}

function requireString(writer: StoredWriter, value: Value): string {
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

/** Seconds and nanoseconds, or null for an empty message. */
function readTimestamp(reader: StoredReader, name: string): { seconds: number; nanoseconds: number } | null {
  let seconds = 0;
  let nanoseconds = 0;
  const start = reader.pos;
  readParts(reader, name, (tag) => {
    if (tag === 8) seconds = Number(reader.integer());
    else if (tag === 16) nanoseconds = reader.int32();
    else return false;
    return true;
  });
  return reader.pos === start + 1 || seconds === ZERO_TIME ? null : { seconds, nanoseconds };
}

/** A time outside of the years that RFC 3339 can write is shown, and taken back, as its seconds. */
function timeCodec(micro: boolean): ValueCodec {
  return {
    wire: 2,
    read(reader, name) {
      const time = readTimestamp(reader, name);
      if (time === null) return null;
      const text = micro ? formatMicroTime(time.seconds, time.nanoseconds) : formatTime(time.seconds);
      return text ?? time.seconds;
    },
    zero: null,
    isEmpty: never,
    write(writer, value) {
      writer.fork();
      if (value !== null) writeTimestamp(writer, value, micro);
      writer.ldelim();
    },
  };
}

function writeTimestamp(writer: StoredWriter, value: Value, micro: boolean): void {
  const time = typeof value === 'string' ? parseTime(value) : undefined;
  if (!time && typeof value !== 'number') throw writer.mismatch('a time such as 2006-01-02T15:04:05Z', value);
  const { seconds, nanoseconds } = time ?? { seconds: value as number, nanoseconds: 0 };
  if (seconds === ZERO_TIME) return;
  writer
    .uint32(8)
    .integer(seconds)
    .uint32(16)
    .integer(micro ? nanoseconds - (nanoseconds % 1000) : 0);
}

const duration: ValueCodec = {
  wire: 2,
  read(reader, name) {
    let nanoseconds = 0n;
    readParts(reader, name, (tag) => {
      if (tag === 8) nanoseconds = BigInt(reader.integer());
      return tag === 8;
    });
    return formatDuration(nanoseconds);
  },
  zero: '0s',
  isEmpty: never,
  write(writer, value) {
    const nanoseconds = value === null ? 0n : typeof value === 'string' ? parseDuration(value) : undefined;
    if (nanoseconds === undefined) throw writer.mismatch('a duration such as 1h30m0s', value);
    writer.fork().uint32(8).integer(nanoseconds).ldelim();
  },
};

const quantity: ValueCodec = {
  wire: 2,
  read(reader, name) {
    let text = '';
    readParts(reader, name, (tag) => {
      if (tag === 10) text = reader.string();
      return tag === 10;
    });
    return text === '' ? '0' : (canonicalQuantity(text) ?? text);
  },
  zero: '0',
  isEmpty: never,
  write(writer, value) {
    const text = value === null || value === '' ? '0' : typeof value === 'number' ? String(value) : value;
    const canonical = typeof text === 'string' ? canonicalQuantity(text.trim()) : undefined;
    if (canonical === undefined) throw writer.mismatch('an amount such as 500m or 1Gi', value);
    writer.fork().uint32(10).string(canonical).ldelim();
  },
};

const intOrString: ValueCodec = {
  wire: 2,
  read(reader, name) {
    let isString = false;
    let number = 0;
    let text = '';
    readParts(reader, name, (tag) => {
      if (tag === 8) isString = reader.integer() !== 0;
      else if (tag === 16) number = reader.int32();
      else if (tag === 26) text = reader.string();
      else return false;
      return true;
    });
    return isString ? text : number;
  },
  zero: 0,
  isEmpty: never,
  write(writer, value) {
    const isString = typeof value === 'string';
    const number = isString ? 0 : Number(requireInteger(writer, value, 32));
    writer
      .fork()
      .uint32(8)
      .integer(isString ? 1 : 0)
      .uint32(16)
      .integer(number);
    writer
      .uint32(26)
      .string(isString ? value : '')
      .ldelim();
  },
};

/** JSON within protobuf. Bytes that are no JSON are shown as `{"$base64": …}`. */
const raw: ValueCodec = {
  wire: 2,
  read(reader, name) {
    let bytes: Buffer | undefined;
    readParts(reader, name, (tag) => {
      if (tag === 10) bytes = reader.slice();
      return tag === 10;
    });
    return bytes === undefined || bytes.length === 0 ? null : readRaw(bytes);
  },
  zero: null,
  isEmpty: never,
  write(writer, value) {
    writer.fork();
    if (value !== null) writer.uint32(10).bytes(writeRaw(writer, value));
    writer.ldelim();
  },
};

function readRaw(bytes: Buffer): Value {
  try {
    return parseJson(bytes);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return new Map([['$base64', bytes.toString('base64')]]);
  }
}

function writeRaw(writer: StoredWriter, value: Value): Buffer {
  const opaque = value instanceof Map && value.size === 1 ? value.get('$base64') : undefined;
  return opaque === undefined ? Buffer.from(sourceOf(value) ?? toJson(value)) : base64(writer, opaque);
}

const strings: ValueCodec = {
  wire: 2,
  read(reader, name) {
    const list: Value[] = [];
    readParts(reader, name, (tag) => {
      if (tag === 10) list.push(reader.string());
      return tag === 10;
    });
    return list;
  },
  zero: null,
  nullable: true,
  isEmpty: (value) => value === null || (Array.isArray(value) && value.length === 0),
  write(writer, value) {
    writer.fork();
    writeStrings(writer, 10, value);
    writer.ldelim();
  },
};

function writeStrings(writer: StoredWriter, tag: number, value: Value): void {
  if (value !== null && !Array.isArray(value)) throw writer.mismatch('a list', value);
  for (const item of value ?? []) writer.uint32(tag).string(requireString(writer, item));
}

const specials: Record<string, ValueCodec> = {
  Time: timeCodec(false),
  MicroTime: timeCodec(true),
  Duration: duration,
  Quantity: quantity,
  IntOrString: intOrString,
  Raw: raw,
  Strings: strings,
};

/** The codec of a scalar letter or of a `@Special`; undefined where `type` is a message. */
export function valueCodec(type: string): ValueCodec | undefined {
  return type.startsWith('@') ? specials[type.slice(1)] : scalars[type];
}

/** A schema or true/false. */
export function schemaOrBool(schema: ValueCodec): ValueCodec {
  return {
    wire: 2,
    read(reader, name) {
      let value: Value = false;
      readParts(reader, name, (tag) => {
        if (tag === 8) value = reader.bool();
        else if (tag === 18) value = schema.read(reader, name);
        else return false;
        return true;
      });
      return value;
    },
    zero: false,
    isEmpty: never,
    write(writer, value) {
      const isSchema = value instanceof Map;
      if (!isSchema && typeof value !== 'boolean') throw writer.mismatch('a schema, true or false', value);
      writer
        .fork()
        .uint32(8)
        .bool(isSchema || value);
      if (isSchema) schema.write(writer.uint32(18), value);
      writer.ldelim();
    },
  };
}

/** A schema, or a list of schemas (`isText` false) or of strings (true). */
export function schemaOrList(schema: ValueCodec, isText: boolean): ValueCodec {
  const item = isText ? scalars.s! : schema;
  return {
    wire: 2,
    read(reader, name) {
      let single: Value = null;
      const list: Value[] = [];
      readParts(reader, name, (tag) => {
        if (tag === 10) single = schema.read(reader, name);
        else if (tag === 18) list.push(item.read(reader, name));
        else return false;
        return true;
      });
      return list.length > 0 ? list : single;
    },
    zero: null,
    isEmpty: never,
    write(writer, value) {
      writer.fork();
      if (Array.isArray(value)) for (const each of value) item.write(writer.uint32(18), each);
      else if (value !== null) schema.write(writer.uint32(10), value);
      writer.ldelim();
    },
  };
}
