/**
 * The envelope of a stored protobuf value: the magic bytes `k8s\0`, then runtime.Unknown
 * {1 typeMeta {1 apiVersion, 2 kind}, 2 raw: the object, 3 contentEncoding, 4 contentType}.
 */
import { type StoredReader, StoredWriter, wrongWireType } from './protobuf/wire.js';

const MAGIC = Buffer.from('k8s\0', 'latin1');

/** The parts of an envelope. */
export interface Envelope {
  apiVersion: string;
  kind: string;
  /** The object's own bytes: a part of the value's memory. */
  raw: Buffer;
  /** Where `raw` begins in the value. */
  offset: number;
  contentEncoding: string;
  contentType: string;
}

/** Whether a value carries the magic bytes. */
export function hasEnvelope(value: Uint8Array): boolean {
  return value.length >= 4 && value[0] === 0x6b && value[1] === 0x38 && value[2] === 0x73 && value[3] === 0;
}

/** Reads the envelope; throws the reader's errors. */
export function readEnvelope(reader: StoredReader): Envelope {
  const envelope: Envelope = {
    apiVersion: '',
    kind: '',
    raw: Buffer.alloc(0),
    offset: reader.len,
    contentEncoding: '',
    contentType: '',
  };
  reader.pos = MAGIC.length;
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 10) readTypeMeta(reader, envelope);
    else if (tag === 18) {
      envelope.raw = reader.slice();
      envelope.offset = reader.pos - envelope.raw.length;
    } else if (tag === 26) envelope.contentEncoding = reader.string();
    else if (tag === 34) envelope.contentType = reader.string();
    else if (tag >>> 3 <= 4) throw wrongWireType(tag);
    else reader.skipField(tag);
  }
  return envelope;
}

function readTypeMeta(reader: StoredReader, envelope: Envelope): void {
  const outer = reader.enter('typeMeta');
  while (reader.pos < reader.len) {
    const tag = reader.tag();
    if (tag === 10) envelope.apiVersion = reader.string();
    else if (tag === 18) envelope.kind = reader.string();
    else if (tag >>> 3 <= 2) throw wrongWireType(tag);
    else reader.skipField(tag);
  }
  reader.leave(outer);
}

/** The value that holds an object; `writeObject` writes the object's own bytes. */
export function writeEnvelope(apiVersion: string, kind: string, writeObject: (writer: StoredWriter) => void): Buffer {
  const writer = new StoredWriter();
  writer.raw(MAGIC);
  writer.uint32(10).fork().uint32(10).string(apiVersion).uint32(18).string(kind).ldelim();
  writer.uint32(18).fork();
  writeObject(writer);
  writer.ldelim();
  writer.uint32(26).string('').uint32(34).string('');
  return writer.finish();
}
