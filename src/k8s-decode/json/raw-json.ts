/** JSON within protobuf: RawExtension, FieldsV1 and JSON are a message {1 text}. */
import { Failure } from '../../base/errors.js';
import { base64 } from '../protobuf/unknown.js';
import { never, readParts, type ValueCodec } from '../protobuf/value-codec.js';
import type { StoredWriter } from '../protobuf/wire.js';
import type { Fields, Value } from '../value.js';
import { maxDepth, parseJson, sourceOf, toJson } from './json.js';
import { isPlainFields, UnreadFields } from './unread-fields.js';

/** Bytes that are no JSON are shown as `{"$base64": …}`. */
export const rawJson: ValueCodec = {
  wire: 2,
  read(reader, name) {
    let bytes: Buffer | undefined;
    readParts(reader, name, 1, (tag) => {
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

/**
 * JSON that was read lately, by its length. The managed fields of an owner's pods are the same text over and over, and
 * most of what there is to read of a pod.
 */
const recent = new Map<number, { bytes: Buffer; value: Value }>();
const RECENT_LIMIT = 64;

/** Reads JSON. Equal texts may share one object: what was decoded is not to be changed in place. */
function readRaw(bytes: Buffer): Value {
  const known = recent.get(bytes.length);
  if (known?.bytes.equals(bytes)) return known.value;
  const value = parseRaw(bytes);
  if (bytes.length >= 256) {
    if (recent.size >= RECENT_LIMIT) recent.clear();
    recent.set(bytes.length, { bytes: Buffer.from(bytes), value });
  }
  return value;
}

function parseRaw(bytes: Buffer): Value {
  if (isPlainFields(bytes, maxDepth)) return new UnreadFields(bytes.toString('latin1'), parseFields);
  try {
    return parseJson(bytes);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return new Map([['$base64', bytes.toString('base64')]]);
  }
}

function parseFields(text: string): Fields {
  return parseJson(text) as Fields;
}

function writeRaw(writer: StoredWriter, value: Value): Buffer {
  if (value instanceof UnreadFields && value.text !== undefined) return Buffer.from(value.text);
  const opaque = value instanceof Map && value.size === 1 ? value.get('$base64') : undefined;
  return opaque === undefined ? Buffer.from(sourceOf(value) ?? toJson(value)) : base64(writer, opaque);
}
