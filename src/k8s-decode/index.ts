/**
 * Kubernetes' stored objects: protobuf with the `k8s\0` envelope, JSON, YAML and CBOR, read and written.
 *
 * What reads a value may have to be loaded first (the schema of the object's group, a YAML reader), which happens once a run;
 * the decoding itself is synchronous:
 *
 *     const { kind, object } = await decodeStored(value, { key });
 *
 *     const decoder = decoderOf(value); // a promise only where something has to be loaded
 *     const { object } = (decoder instanceof Promise ? await decoder : decoder).decode({ key });
 */
import { Failure } from '../base/errors.js';
import { hasEnvelope, readEnvelope } from './envelope.js';
import { parseJson, toJson } from './json/json.js';
import type { FieldMask } from './protobuf/field-mask.js';
import { decodeProtobuf, encodeProtobuf, isProtobufKind } from './protobuf/protobuf.js';
import { loadSchema } from './protobuf/registry.js';
import { StoredReader } from './protobuf/wire.js';
import { type Fields, stringField, type Value } from './value.js';

export type { FieldMask } from './protobuf/field-mask.js';
export type { Fields, Value } from './value.js';

/** How a value is stored. */
export type Encoding = 'protobuf' | 'json' | 'yaml' | 'cbor';

/** A decoded value. */
export interface Stored {
  encoding: Encoding;
  /** Empty where the object names none. */
  apiVersion: string;
  kind: string;
  /** As Kubernetes' JSON of it; fields that the schema does not know stand in `$unknown` (unknown.ts). */
  object: Fields;
}

export interface DecodeOptions {
  /** The key of the value, for errors. */
  key?: string | Buffer;
  /** What is wanted of the object: less is read faster. */
  fields?: FieldMask | undefined;
}

/** Decodes the value that it was made for. */
export interface Decoder {
  /** What the first bytes say; undefined where there is no object, which `decode` then tells. */
  encoding: Encoding | undefined;
  decode(options?: DecodeOptions): Stored;
}

/** Whether a value carries Kubernetes' protobuf envelope. */
export function isStored(value: Uint8Array): boolean {
  return hasEnvelope(value);
}

/** How a value is stored, by its first bytes; undefined where it is no object. */
export function encodingOf(value: Uint8Array): Encoding | undefined {
  if (hasEnvelope(value)) return 'protobuf';
  if (value[0] === 0xd9 && value[1] === 0xd9 && value[2] === 0xf7) return 'cbor';
  const start = Buffer.from(value.buffer, value.byteOffset, Math.min(value.length, 64)).toString('latin1');
  if (/^\s*\{/.test(start)) return 'json';
  return /^(apiVersion|kind): /.test(start) || (/^\w+:/.test(start) && hasKind(value)) ? 'yaml' : undefined;
}

/** Whether a text has a line `kind: …`: an object's fields are sorted, and some kinds have one before `apiVersion`. */
function hasKind(value: Uint8Array): boolean {
  return Buffer.from(value.buffer, value.byteOffset, value.length).includes('\nkind: ');
}

/** The kind of a protobuf value, without reading the object; undefined where there is no envelope or a broken one. */
export function storedType(value: Buffer): { apiVersion: string; kind: string } | undefined {
  if (!hasEnvelope(value)) return undefined;
  try {
    const { apiVersion, kind } = readEnvelope(new StoredReader(value));
    return { apiVersion, kind };
  } catch {
    return undefined;
  }
}

/**
 * What decodes a value: a promise only where something has to be loaded for it. Never fails: what is wrong with the value
 * is told by the decoder.
 */
export function decoderOf(value: Buffer): Decoder | Promise<Decoder> {
  const encoding = encodingOf(value);
  const decoder: Decoder = { encoding, decode: (options) => decodeLoaded(value, encoding, options) };
  const loading = loadReader(value, encoding);
  return loading ? loading.then(() => decoder) : decoder;
}

/**
 * Decodes a stored value.
 * @throws Failure that names the key, the byte offset and the field, for a value that is cut short, corrupt or no object
 */
export async function decodeStored(value: Buffer, options?: DecodeOptions): Promise<Stored> {
  return (await decoderOf(value)).decode(options);
}

/** The readers of encodings that few values have, loaded when one comes. */
const readers: { yaml?: (text: string) => Value[]; cbor?: (bytes: Uint8Array) => Value } = {};

function loadReader(value: Buffer, encoding: Encoding | undefined): Promise<void> | undefined {
  if (encoding === 'protobuf') return loadSchema(storedType(value)?.apiVersion ?? '');
  if (encoding === 'yaml' && !readers.yaml) return loadYaml();
  if (encoding === 'cbor' && !readers.cbor) return loadCbor();
  return undefined;
}

async function loadYaml(): Promise<void> {
  const { parseYaml } = await import('./yaml/read.js');
  readers.yaml = parseYaml;
}

async function loadCbor(): Promise<void> {
  const { parseCbor } = await import('./cbor.js');
  readers.cbor = parseCbor;
}

function decodeLoaded(value: Buffer, encoding: Encoding | undefined, { key, fields }: DecodeOptions = {}): Stored {
  try {
    if (encoding !== 'protobuf') return textObject(encoding, value);
    const { envelope, object } = decodeProtobuf(value, fields);
    if (object) return { encoding, apiVersion: envelope.apiVersion, kind: envelope.kind, object };
    return { ...decodeContent(envelope), encoding };
  } catch (error) {
    if (!(error instanceof Failure) || key === undefined) throw error;
    throw new Failure(`${key}: ${error.message}`, { exitCode: error.exitCode, cause: error });
  }
}

/** An envelope may hold JSON in place of protobuf. */
function decodeContent({ contentType, contentEncoding, raw }: ReturnType<typeof readEnvelope>): Stored {
  if (contentEncoding === '' && contentType === 'application/json') return textObject('json', raw);
  throw new Failure(
    `the envelope holds ${contentType || 'protobuf'}, ${contentEncoding || 'plain'}, which is not supported`,
  );
}

function textObject(encoding: Encoding | undefined, value: Buffer): Stored {
  const object = parseObject(encoding, value);
  if (encoding === undefined || !(object instanceof Map)) throw new Failure('the value is not a Kubernetes object');
  return {
    encoding,
    apiVersion: stringField(object, 'apiVersion') ?? '',
    kind: stringField(object, 'kind') ?? '',
    object,
  };
}

function parseObject(encoding: Encoding | undefined, value: Buffer): Value | undefined {
  if (encoding === 'json') return parseJson(value);
  if (encoding === 'yaml') return readers.yaml?.(value.toString('utf8'))[0];
  if (encoding === 'cbor') return readers.cbor?.(value);
  return undefined;
}

/** Whether a kind is one of Kubernetes' own, in a version that is known here. */
export async function isKnownKind(apiVersion: string, kind: string): Promise<boolean> {
  await loadSchema(apiVersion);
  return isProtobufKind(apiVersion, kind, new Map());
}

export interface EncodeOptions {
  /** Default: {@link storedEncoding}. */
  encoding?: Encoding;
  /** The key under which the object is, or will be, stored. */
  key?: string;
}

/**
 * How an object is stored: Kubernetes' own kinds as protobuf, custom resources as JSON. Definitions of custom resources
 * and APIServices have a protobuf form, which their servers read, but they write JSON: the keys of those are known.
 */
export async function storedEncoding(object: Fields, key = ''): Promise<Encoding> {
  const { apiVersion, kind } = typeOf(object);
  if (/^\/[^/]+\/(apiextensions|apiregistration)\.k8s\.io\//.test(key)) return 'json';
  await loadSchema(apiVersion);
  return isProtobufKind(apiVersion, kind, object) ? 'protobuf' : 'json';
}

/**
 * Encodes an object as Kubernetes' own serializer stores it.
 *
 * @throws Failure that names the field, for a value that does not fit its type or a field that the kind has not
 */
export async function encodeStored(object: Fields, options: EncodeOptions = {}): Promise<Buffer> {
  const encoding = options.encoding ?? (await storedEncoding(object, options.key));
  if (encoding === 'json') return Buffer.from(`${toJson(options.encoding ? object : await inServersOrder(object))}\n`);
  if (encoding === 'yaml') return Buffer.from((await import('./yaml/write.js')).toYaml(object));
  if (encoding === 'cbor') return Buffer.from((await import('./cbor.js')).toCbor(object));
  const { apiVersion, kind } = typeOf(object);
  await loadSchema(apiVersion);
  if (!isProtobufKind(apiVersion, kind, object)) {
    throw new Failure(`${apiVersion} ${kind} has no protobuf form: it is not one of Kubernetes' own kinds`);
  }
  return encodeProtobuf(apiVersion, kind, object);
}

/**
 * An object that is stored as JSON, with its fields in the order in which its server writes them: that of its protobuf form, if its
 * kind has one. A custom resource keeps its own.
 */
async function inServersOrder(object: Fields): Promise<Fields> {
  const { apiVersion, kind } = typeOf(object);
  await loadSchema(apiVersion);
  if (!isProtobufKind(apiVersion, kind, new Map())) return object;
  try {
    return decodeProtobuf(encodeProtobuf(apiVersion, kind, object)).object ?? object;
  } catch (error) {
    // JSON can hold what this schema does not know: it is kept as it is.
    if (error instanceof Failure) return object;
    throw error;
  }
}

function typeOf(object: Fields): { apiVersion: string; kind: string } {
  const apiVersion = stringField(object, 'apiVersion') ?? '';
  const kind = stringField(object, 'kind') ?? '';
  const isWatchEvent = object.has('type') && object.has('object');
  if ((!apiVersion || !kind) && !isWatchEvent) throw new Failure('the object has no apiVersion and kind');
  return { apiVersion, kind };
}
