/**
 * Fields that the schema does not know: of a release newer than the table, or of a kind that is not Kubernetes' own.
 *
 * A message shows them in a last field `$unknown`: an object whose keys are field numbers and whose values list what
 * stood there, in order. A number is a varint (as a signed 64-bit integer), a string is bytes that are text, an object
 * with numbers for keys is bytes that read as a message; `{"base64": …}` is other bytes, `{"fixed64": …}` and
 * `{"fixed32": …}` are unsigned integers of that width, and `{"raw": …}` is the whole field, tag and all, where it was
 * written in a way that none of these would give back. Written again, the same bytes stand in the order of the numbers.
 * The fields of an inlined message (a probe's handler) have a list of their own: `$unknown:1`, by the inlined field's number.
 */
import type { Fields, Value } from '../value.js';
import { StoredReader, StoredWriter } from './wire.js';

/** The name under which a message shows fields that the schema does not know. */
export const UNKNOWN = '$unknown';

/** How deep bytes are tried as messages in messages. */
const MAX_GUESS = 20;

/** One field as it stood in the value. */
export interface UnknownField {
  number: number;
  /** Tag and content. */
  raw: Buffer;
}

/** Reads the field whose tag, read already, began at `start`. */
export function readUnknown(reader: StoredReader, start: number, tag: number): UnknownField {
  reader.skipField(tag);
  return { number: tag >>> 3, raw: reader.buf.subarray(start, reader.pos) };
}

/** The fields as `$unknown` shows them. */
export function showUnknown(fields: UnknownField[], depth = 0): Fields {
  const shown: Fields = new Map();
  for (const { number, raw } of fields) {
    const value = showField(raw, depth);
    const list = shown.get(String(number));
    if (Array.isArray(list)) list.push(value);
    else shown.set(String(number), [value]);
  }
  return shown;
}

function showField(raw: Buffer, depth: number): Value {
  const reader = new StoredReader(raw);
  const tag = reader.tag();
  const value = showContent(reader, tag & 7, depth);
  const writer = new StoredWriter();
  writeOne(writer, tag >>> 3, value);
  return raw.equals(writer.finish()) ? value : new Map([['raw', raw.toString('base64')]]);
}

function showContent(reader: StoredReader, wire: number, depth: number): Value {
  if (wire === 0) return reader.integer();
  if (wire === 5) return new Map([['fixed32', reader.fixed32()]]);
  if (wire === 1) return new Map([['fixed64', reader.fixed64()]]);
  return showBytes(reader.slice(), depth);
}

/** Text if it looks like it, otherwise a message if it reads as one. A message mostly begins with a control character. */
function showBytes(bytes: Buffer, depth: number): Value {
  const text = bytes.toString('utf8');
  const isText = !/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffd]/.test(text);
  if (isText && !/^[\t\r\n]/.test(text)) return text;
  const message = depth < MAX_GUESS ? showMessage(bytes, depth) : undefined;
  return message ?? (isText ? text : new Map([['base64', bytes.toString('base64')]]));
}

function showMessage(bytes: Buffer, depth: number): Fields | undefined {
  const reader = new StoredReader(bytes);
  const fields: UnknownField[] = [];
  try {
    while (reader.pos < reader.len) {
      const start = reader.pos;
      fields.push(readUnknown(reader, start, reader.tag()));
    }
  } catch {
    return undefined;
  }
  const ascending = fields.every((field, i) => i === 0 || fields[i - 1]!.number <= field.number);
  return ascending ? showUnknown(fields, depth + 1) : undefined;
}

/** A message's `$unknown` as its numbers, ascending, and what stands there. */
export function unknownEntries(writer: StoredWriter, shown: Value | undefined): [number, Value[]][] {
  if (shown === undefined || shown === null) return [];
  if (!(shown instanceof Map)) throw writer.mismatch('an object of field numbers', shown);
  const entries = [...shown].map(([number, values]): [number, Value[]] => {
    if (!/^[1-9]\d{0,8}$/.test(number) || Number(number) >= 2 ** 29) throw writer.mismatch('a field number', number);
    if (!Array.isArray(values)) throw writer.mismatch(`a list under field ${number}`, values);
    return [Number(number), values];
  });
  return entries.sort(([a], [b]) => a - b);
}

/** Writes what stands under one number. */
export function writeUnknown(writer: StoredWriter, [number, values]: [number, Value[]]): void {
  for (const value of values) writeOne(writer, number, value);
}

function writeOne(writer: StoredWriter, number: number, value: Value): void {
  const tag = (number << 3) >>> 0;
  if (typeof value === 'string') writer.uint32(tag | 2).string(value);
  else if (typeof value === 'bigint' || Number.isSafeInteger(value)) {
    writer.uint32(tag).integer(value as number | bigint);
  } else if (value instanceof Map) writeForm(writer, tag, value);
  else throw writer.mismatch('an integer, a text or an object', value);
}

function writeForm(writer: StoredWriter, tag: number, form: Fields): void {
  const [name, value = null] = form.entries().next().value ?? [];
  if (name === 'base64') writer.uint32(tag | 2).bytes(base64(writer, value));
  else if (name === 'raw') writer.raw(base64(writer, value));
  else if (name === 'fixed32') writer.uint32(tag | 5).raw(fixed(writer, value, 4));
  else if (name === 'fixed64') writer.uint32(tag | 1).raw(fixed(writer, value, 8));
  else {
    writer.uint32(tag | 2).fork();
    for (const entry of unknownEntries(writer, form)) writeUnknown(writer, entry);
    writer.ldelim();
  }
}

/** The bytes of a base64 string. */
export function base64(writer: StoredWriter, value: Value): Buffer {
  const text = typeof value === 'string' ? value.replace(/[\r\n]/g, '') : '';
  if (typeof value !== 'string' || text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) {
    throw writer.mismatch('base64', value);
  }
  return Buffer.from(text, 'base64');
}

/** An unsigned integer of `width` bytes, the lowest first. */
function fixed(writer: StoredWriter, value: Value, width: 4 | 8): Buffer {
  if (typeof value !== 'bigint' && !Number.isInteger(value)) throw writer.mismatch('an integer', value);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value as number | bigint)));
  return bytes.subarray(0, width);
}
