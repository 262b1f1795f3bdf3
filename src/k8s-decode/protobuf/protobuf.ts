/** Objects in protobuf: a value's envelope and object read, shown and written. The schema of the kind is loaded before. */
import { Failure } from '../../base/errors.js';
import { type Envelope, readEnvelope, writeEnvelope } from '../envelope.js';
import type { Fields } from '../value.js';
import type { FieldMask } from './field-mask.js';
import { Message } from './message.js';
import { messageOfKind, metadataMessage } from './registry.js';
import type { MessageRef } from './table.js';
import { readUnknown, showUnknown, UNKNOWN, type UnknownField, unknownEntries, writeUnknown } from './unknown.js';
import { StoredReader, type StoredWriter } from './wire.js';

/** Decodes a value that has the envelope. */
export function decodeProtobuf(value: Buffer, fields?: FieldMask): { envelope: Envelope; object: Fields | undefined } {
  const reader = new StoredReader(value);
  try {
    const envelope = readEnvelope(reader);
    if (envelope.contentType !== '' || envelope.contentEncoding !== '') return { envelope, object: undefined };
    reader.pos = envelope.offset;
    reader.len = envelope.offset + envelope.raw.length;
    return { envelope, object: decodeObject(reader, envelope, fields) };
  } catch (error) {
    throw corrupt(reader, error);
  }
}

function decodeObject(reader: StoredReader, envelope: Envelope, fields?: FieldMask): Fields {
  const { apiVersion, kind } = envelope;
  if ((kind === '' || apiVersion === '') && !isWatchEvent(envelope)) {
    throw new RangeError('the envelope has no apiVersion and kind');
  }
  const object: Fields = new Map();
  if (kind !== '') object.set('kind', kind);
  if (apiVersion !== '') object.set('apiVersion', apiVersion);
  const ref = messageOfKind(apiVersion, kind);
  if (!ref) return showForeign(reader, object);
  const message = Message.of(ref, UNKNOWN, fields);
  return message.show(message.read(reader), object);
}

/** Of all types that Kubernetes puts into an envelope only WatchEvent does not say what it is: {1 type, a word; 2 the object}. */
function isWatchEvent({ apiVersion, kind, raw }: Envelope): boolean {
  return kind === '' && apiVersion === '' && raw[0] === 10 && /^\n.\w+\x12/s.test(raw.toString('latin1', 0, 130));
}

/** A kind that the schema does not have: its metadata, if field 1 reads as such, and the other fields by number. */
function showForeign(reader: StoredReader, object: Fields): Fields {
  const unknown: UnknownField[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.tag();
    const metadata = tag === 10 && !object.has('metadata') ? readMetadata(reader) : undefined;
    if (metadata) object.set('metadata', metadata);
    else unknown.push(readUnknown(reader, start, tag));
  }
  if (unknown.length > 0 || !object.has('metadata')) object.set(UNKNOWN, showUnknown(unknown));
  return object;
}

/** Field 1 as metadata: it names the object and has no field that metadata has not. Otherwise the reader stays where it is. */
function readMetadata(reader: StoredReader): Fields | undefined {
  const start = reader.pos;
  const message = Message.of(metadataMessage());
  try {
    const metadata = message.show(message.read(new StoredReader(reader.slice())), new Map());
    if (metadata.get('name') && !metadata.has(UNKNOWN)) return metadata;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  reader.pos = start;
  return undefined;
}

/** The failure for bytes that cannot be read, with the place that was reached. */
function corrupt(reader: StoredReader, error: unknown): Failure {
  if (!(error instanceof RangeError)) throw error;
  const { path } = reader;
  const shown = path.length > 12 ? [...path.slice(0, 10), '…', path.at(-1)] : path;
  const where = path.length > 0 ? ` in ${shown.join('.')}` : '';
  return new Failure(`cut short or corrupt at byte ${reader.pos} of ${reader.buf.length}${where}: ${error.message}`, {
    cause: error,
  });
}

/** Whether an object can be written as protobuf: its kind is Kubernetes' own, or it was read from protobuf. */
export function isProtobufKind(apiVersion: string, kind: string, object: Fields): boolean {
  return object.has(UNKNOWN) || messageOfKind(apiVersion, kind) !== undefined;
}

/** Encodes an object as Kubernetes' own serializer does. */
export function encodeProtobuf(apiVersion: string, kind: string, object: Fields): Buffer {
  const ref = messageOfKind(apiVersion, kind);
  return writeEnvelope(apiVersion, kind, (writer) => {
    if (ref) writeKnown(writer, ref, object);
    else writeForeign(writer, object);
  });
}

function writeKnown(writer: StoredWriter, ref: MessageRef, object: Fields): void {
  const message = Message.of(ref);
  message.requireKnown(writer, object);
  message.write(writer, object);
}

function writeForeign(writer: StoredWriter, object: Fields): void {
  const unknown = unknownEntries(writer, object.get(UNKNOWN));
  const metadata = object.get('metadata');
  if (metadata instanceof Map) {
    const message = Message.of(metadataMessage());
    writer.path.push('metadata');
    message.requireKnown(writer, metadata);
    writer.uint32(10).fork();
    message.write(writer, metadata);
    writer.ldelim();
    writer.path.pop();
  }
  for (const entry of unknown) writeUnknown(writer, entry);
}
