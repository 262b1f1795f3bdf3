/** Stored values in the forms that auger writes and reads them. */
import { Failure } from '../../base/errors.js';
import { goQuote } from '../../base/go/quote.js';
import { describeEncrypted, noKeyFor } from '../../k8s-decode/encryption/describe.js';
import { readEnvelope } from '../../k8s-decode/envelope.js';
import { decodeStored, encodeStored, type Fields, type Value } from '../../k8s-decode/index.js';
import { parseJson, toJson } from '../../k8s-decode/json/json.js';
import { isProtobufKind } from '../../k8s-decode/protobuf/protobuf.js';
import { StoredReader } from '../../k8s-decode/protobuf/wire.js';
import { schemaLoaders } from '../../k8s-decode/schema/index.js';
import { stringField } from '../../k8s-decode/value.js';
import { withFoldedNextLines } from '../../k8s-decode/yaml/next-line.js';
import { toYaml } from '../../k8s-decode/yaml/write.js';
import { type Detected, detect, MEDIA_TYPES } from './detect.js';
import { sorted } from './sorted.js';

/** `proto` is the message of the object, without the envelope that it is stored in. */
export type OutputFormat = 'yaml' | 'json' | 'proto';

export interface TypeMeta {
  apiVersion: string;
  kind: string;
}

const NEWLINE = 0x0a;
export const NOTHING_FOUND = 'error reading input, does not appear to contain valid JSON or binary data';

/** @throws Failure in auger's words for another name */
export function outputFormat(name: string): OutputFormat {
  if (name === 'yaml' || name === 'json' || name === 'proto') return name;
  throw new Failure(`unrecognized 'out' flag value: ${name}`);
}

/** Finds the value in an input, as {@link detect} does. */
export function requireValue(input: Buffer): Detected {
  const found = detect(input);
  if (found) return found;
  throw new Failure(NOTHING_FOUND);
}

/**
 * A value as it was printed by etcdctl, perhaps with a newline behind it that is no part of it: which it is shows when it is read.
 * @param read throws a Failure where the bytes are no value
 */
export async function withLooseEnd<T>(input: Buffer, read: (input: Buffer) => Promise<T>): Promise<T> {
  if (input.at(-1) !== NEWLINE) return read(input);
  try {
    return await read(input.subarray(0, -1));
  } catch (error) {
    // A byte 0x0a can end a message, too: the object is complete only with it.
    if (!(error instanceof Failure)) throw error;
    return read(input).catch(() => {
      throw error;
    });
  }
}

/** The object in a value, in the order of Kubernetes' own JSON. */
export async function decodeValue({ encoding, value }: Detected): Promise<Value> {
  if (encoding === 'encrypted') throw noKeyFor(describeEncrypted(value)!, undefined);
  if (encoding === 'json') return parseJson(value);
  try {
    const stored = await decodeStored(value);
    if (encoding === 'protobuf') requireOwnKind(stored, value);
    return stored.object;
  } catch (error) {
    throw decodingFailure(encoding, error);
  }
}

/** The value in one of auger's formats, with the newline that auger puts behind text. */
export async function renderValue(found: Detected, format: OutputFormat): Promise<Buffer> {
  const { encoding, value } = found;
  if (encoding === 'json') requireObject(value);
  if (format === 'proto') return protoOf(found);
  if (format === 'json' && encoding === 'json') return Buffer.concat([withoutNewline(value), Buffer.from('\n')]);
  const object = await decodeValue(found);
  return Buffer.from(format === 'yaml' ? toYaml(withFoldedNextLines(object)) : `${toJson(object)}\n`);
}

function withoutNewline(value: Buffer): Buffer {
  return value.at(-1) === NEWLINE ? value.subarray(0, -1) : value;
}

/** Version and kind that a value says it has. */
export async function typeMetaOf(found: Detected): Promise<TypeMeta> {
  const { encoding, value } = found;
  if (encoding === 'protobuf') {
    const { apiVersion, kind } = envelopeOf(value);
    return { apiVersion, kind };
  }
  if (encoding === 'json') requireObject(value);
  const object = await decodeValue(found);
  return { apiVersion: stringField(object, 'apiVersion') ?? '', kind: stringField(object, 'kind') ?? '' };
}

function envelopeOf(value: Buffer): ReturnType<typeof readEnvelope> {
  try {
    return readEnvelope(new StoredReader(value));
  } catch (error) {
    if (error instanceof RangeError) throw new Failure('unexpected EOF', { cause: error });
    throw error;
  }
}

async function protoOf(found: Detected): Promise<Buffer> {
  if (found.encoding === 'protobuf') return Buffer.from(envelopeOf(found.value).raw);
  const object = await decodeValue(found);
  if (object instanceof Map && isKeptAsJson(object))
    throw decodingFailure(found.encoding, unknownKind(await typeMetaOf(found)));
  try {
    return Buffer.from(envelopeOf(await encodeStored(object as Fields, { encoding: 'protobuf' })).raw);
  } catch (error) {
    throw decodingFailure(found.encoding, error);
  }
}

/** auger decodes only kinds that it knows, in protobuf; a kind that nobody knows has no field names to show. */
function requireOwnKind({ apiVersion, kind }: TypeMeta, value: Buffer): void {
  const { contentType } = envelopeOf(value);
  if (contentType !== '') throw new Failure(`the envelope holds ${contentType} in place of protobuf`);
  if (kind !== '' && isProtobufKind(apiVersion, kind, new Map())) return;
  throw unknownKind({ apiVersion, kind });
}

function unknownKind({ apiVersion, kind }: TypeMeta): Failure {
  if (kind === '') return new Failure("Object 'Kind' is missing in the envelope");
  return new Failure(`no kind ${goQuote(kind)} is registered for version ${goQuote(apiVersion)}`);
}

function requireObject(json: Buffer): void {
  if (json[0] === 0x7b) return;
  throw new Failure('json: cannot unmarshal array into Go value of type runtime.TypeMeta');
}

function decodingFailure(encoding: Detected['encoding'], error: unknown): unknown {
  if (!(error instanceof Failure)) return error;
  return new Failure(`error decoding from ${MEDIA_TYPES[encoding]}: ${error.message}`, { cause: error });
}

/**
 * The stored bytes of an object that is given as YAML or JSON. Custom resources, their definitions and APIServices become JSON, as
 * their servers store them.
 */
export async function encodeText(text: string, format: 'yaml' | 'json'): Promise<Buffer> {
  const parsed = await parseObject(text, format);
  // The items of a List are kept as JSON, and what comes from YAML has its fields by name there.
  const object = format === 'yaml' && stringField(parsed, 'kind') === 'List' ? (sorted(parsed) as Fields) : parsed;
  const missing = ['kind', 'apiVersion'].find((name) => !stringField(object, name));
  if (missing) throw new Failure(`error decoding from application/${format}: Object '${missing}' is missing`);
  try {
    if (isKeptAsJson(object)) return await encodeStored(object, { key: DEFINITION_KEY });
    const encoded = await encodeStored(object);
    if (detect(encoded)?.encoding === 'json') requireForeignGroup(object);
    return encoded;
  } catch (error) {
    throw decodingFailure(format, error);
  }
}

/** Definitions of custom resources and APIServices have a protobuf form too, but are stored as JSON. */
function isKeptAsJson(object: Fields): boolean {
  const group = stringField(object, 'apiVersion')?.split('/')[0];
  const kind = stringField(object, 'kind');
  return (
    (group === 'apiextensions.k8s.io' && kind === 'CustomResourceDefinition') ||
    (group === 'apiregistration.k8s.io' && kind === 'APIService')
  );
}

/** A key of the kinds that have a protobuf form but are stored as JSON. */
const DEFINITION_KEY = '/registry/apiextensions.k8s.io/customresourcedefinitions/a';

/** A kind that Kubernetes' own group does not have is a slip, and no custom resource. */
function requireForeignGroup(object: Fields): void {
  const apiVersion = stringField(object, 'apiVersion')!;
  if (!Object.hasOwn(schemaLoaders, apiVersion)) return;
  throw unknownKind({ apiVersion, kind: stringField(object, 'kind')! });
}

async function parseObject(text: string, format: 'yaml' | 'json'): Promise<Fields> {
  const documents = format === 'json' ? [parseJson(text, { keepSource: true })] : (await yamlReader())(text);
  const [object] = documents;
  if (documents.length > 1) {
    throw new Failure('there is more than one document, and the bytes of several objects cannot be told apart');
  }
  if (!(object instanceof Map)) {
    throw new Failure('error unmarshaling: the document is no object');
  }
  return object;
}

async function yamlReader(): Promise<(text: string) => Value[]> {
  const { parseYaml } = await import('../../k8s-decode/yaml/read.js');
  return parseYaml;
}
