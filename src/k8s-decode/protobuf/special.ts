/**
 * The types whose JSON form is their own.
 *
 * On the wire: Time and MicroTime {1 seconds, 2 nanoseconds}, empty for Go's zero time; Duration {1 nanoseconds};
 * Quantity {1 text}; IntOrString {1 type: 0 int, 1 string; 2 int; 3 string}, all three always written; Strings and Items
 * {1 the values}; StringMap {1 the entries}; Fields {1 the entries, of Fields}; JSONSchemaPropsOrBool {1 allows, 2 schema}, …OrArray {1 schema, 2 schemas}, …OrStringArray
 * {1 schema, 2 strings}.
 */

import { formatDuration, parseDuration } from '../../base/go/duration.js';
import { rawJson } from '../json/raw-json.js';
import { canonicalQuantity } from '../quantity.js';
import { formatMicroTime, formatTime, parseTime, ZERO_TIME } from '../time.js';
import type { Value } from '../value.js';
import { fieldTree, stringMap } from './map.js';
import { never, readParts, requireInteger, scalarCodec, type ValueCodec } from './value-codec.js';
import type { StoredReader, StoredWriter } from './wire.js';

/** Seconds and nanoseconds, or null for an empty message. */
function readTimestamp(reader: StoredReader, name: string): { seconds: number; nanoseconds: number } | null {
  let seconds = 0;
  let nanoseconds = 0;
  const start = reader.pos;
  readParts(reader, name, 2, (tag) => {
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

function durationOf(text: string): bigint | undefined {
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}

const duration: ValueCodec = {
  wire: 2,
  read(reader, name) {
    let nanoseconds = 0n;
    readParts(reader, name, 1, (tag) => {
      if (tag === 8) nanoseconds = BigInt(reader.integer());
      return tag === 8;
    });
    return formatDuration(nanoseconds);
  },
  zero: '0s',
  isEmpty: never,
  write(writer, value) {
    const nanoseconds = value === null ? 0n : typeof value === 'string' ? durationOf(value) : undefined;
    if (nanoseconds === undefined) throw writer.mismatch('a duration such as 1h30m0s', value);
    writer.fork().uint32(8).integer(nanoseconds).ldelim();
  },
};

const quantity: ValueCodec = {
  wire: 2,
  read(reader, name) {
    let amount = '0';
    readParts(reader, name, 1, (tag) => {
      if (tag === 10) amount = requireQuantity(reader.string());
      return tag === 10;
    });
    return amount;
  },
  zero: '0',
  isEmpty: never,
  write(writer, value) {
    const isNumber = typeof value === 'number' || typeof value === 'bigint';
    const text = value === null || value === '' ? '0' : isNumber ? String(value) : value;
    const canonical = typeof text === 'string' ? canonicalQuantity(text.trim()) : undefined;
    if (canonical === undefined) throw writer.mismatch('an amount such as 500m or 1Gi', value);
    writer.fork().uint32(10).string(canonical).ldelim();
  },
};

function requireQuantity(text: string): string {
  const canonical = canonicalQuantity(text);
  if (canonical === undefined) throw new RangeError(`${JSON.stringify(text)} is no amount of a resource`);
  return canonical;
}

const intOrString: ValueCodec = {
  wire: 2,
  read(reader, name) {
    let isString = false;
    let number = 0;
    let text = '';
    readParts(reader, name, 3, (tag) => {
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

/** A list in a message of its own, so that an empty one differs from none. */
export function listInMessage(item: ValueCodec): ValueCodec {
  return {
    wire: 2,
    read(reader, name) {
      const list: Value[] = [];
      readParts(reader, name, 1, (tag) => {
        if (tag === 10) list.push(item.read(reader, name));
        return tag === 10;
      });
      return list;
    },
    zero: null,
    nullable: true,
    isEmpty: (value) => value === null || (Array.isArray(value) && value.length === 0),
    write(writer, value) {
      if (value !== null && !Array.isArray(value)) throw writer.mismatch('a list', value);
      writer.fork();
      for (const each of value ?? []) item.write(writer.uint32(10), each);
      writer.ldelim();
    },
  };
}

const specials: Record<string, ValueCodec> = {
  Time: timeCodec(false),
  MicroTime: timeCodec(true),
  Duration: duration,
  Quantity: quantity,
  IntOrString: intOrString,
  Raw: rawJson,
  StringMap: stringMap,
  Fields: fieldTree,
  Strings: listInMessage(scalarCodec('s')!),
};

/** The codec of a `@Special`; undefined where `type` is none. */
export function specialCodec(type: string): ValueCodec | undefined {
  return type.startsWith('@') ? specials[type.slice(1)] : undefined;
}

/** A schema or true/false. */
export function schemaOrBool(schema: ValueCodec): ValueCodec {
  return {
    wire: 2,
    read(reader, name) {
      let value: Value = false;
      readParts(reader, name, 2, (tag) => {
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
  const item = isText ? scalarCodec('s')! : schema;
  return {
    wire: 2,
    read(reader, name) {
      let single: Value = null;
      const list: Value[] = [];
      readParts(reader, name, 2, (tag) => {
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
