/** Answers a list: as JSON, YAML and tables in pieces while it is read, as protobuf when all of it is there. */
import { readEnvelope, writeEnvelope } from '../k8s-decode/envelope.js';
import { encodeStored } from '../k8s-decode/index.js';
import { toJson } from '../k8s-decode/json/json.js';
import { StoredReader } from '../k8s-decode/protobuf/wire.js';
import type { Fields } from '../k8s-decode/value.js';
import { toYaml } from '../k8s-decode/yaml/write.js';
import type { Answer } from './answer.js';
import type { Api } from './apis.js';
import { includeObject, inList, metadataOnly, Tabler, wishOf } from './forms.js';
import { CONTENT_TYPES, type Media, notAcceptable } from './negotiate.js';
import { asFields } from './plain.js';
import type { ListOptions } from './query.js';
import { Scan, type Scope } from './scan.js';
import type { View } from './view.js';

/** How large the pieces of an answer are, in characters, before they are handed on. */
const PIECE = 64 << 10;

/** @param query for the options of tables */
export async function answerList(
  view: View,
  scope: Scope,
  options: ListOptions,
  query: URLSearchParams,
  media: Media,
): Promise<Answer> {
  const { api } = scope;
  if (media.as === 'PartialObjectMetadata') throw notAcceptable();
  const include = includeObject(query);
  const warnings: string[] = [];
  const scan = await Scan.open(view, scope, options, wishOf(api, media, include), (text) => warnings.push(text));
  const isPaged = options.limit > 0;
  const answer = { status: 200, warnings, contentType: CONTENT_TYPES[media.encoding] };
  if (media.as === 'Table') {
    return {
      ...answer,
      body: inPieces(tableParts(scan, await Tabler.open(api, view.release, media, include), isPaged)),
    };
  }
  const form = formOf(api, media);
  if (media.encoding === 'yaml') return { ...answer, body: inPieces(yamlParts(scan, form)) };
  if (media.encoding === 'json') return { ...answer, body: inPieces(jsonParts(scan, form, isPaged)) };
  return { ...answer, body: await protobufList(scan, form) };
}

/** What a list says it is, and how its items look. */
interface Form {
  kind: string;
  apiVersion: string;
  /** An object with its kind. */
  whole(object: Fields): Fields;
  /** The same as an item of the list. */
  item(object: Fields): Fields;
}

function formOf(api: Api, { as, version = 'v1' }: Media): Form {
  if (as === 'PartialObjectMetadataList') {
    const item = (object: Fields) => metadataOnly(object, version);
    return { kind: as, apiVersion: `meta.k8s.io/${version}`, whole: item, item };
  }
  const kind = api.custom?.listKind ?? `${api.kind}List`;
  const whole = (object: Fields) => object;
  return { kind, apiVersion: api.apiVersion, whole, item: (object) => inList(object, api) };
}

function metadataOf({ revision, next, remaining }: Scan): Fields {
  return asFields({ resourceVersion: String(revision), continue: next, remainingItemCount: remaining });
}

/** Of a list that is cut, the metadata comes last: where it goes on is known then. */
async function* jsonParts(scan: Scan, { kind, apiVersion, item }: Form, isPaged: boolean): AsyncGenerator<string> {
  const head = `{"kind":"${kind}","apiVersion":"${apiVersion}"`;
  yield isPaged ? `${head},"items":[` : `${head},"metadata":${toJson(metadataOf(scan))},"items":[`;
  let comma = '';
  for await (const object of scan.objects()) {
    yield comma + toJson(item(object));
    comma = ',';
  }
  yield isPaged ? `],"metadata":${toJson(metadataOf(scan))}}\n` : ']}\n';
}

async function* tableParts(scan: Scan, tabler: Tabler, isPaged: boolean): AsyncGenerator<string> {
  yield `${tabler.head(isPaged ? undefined : metadataOf(scan))},"rows":[`;
  let comma = '';
  for await (const row of tabler.rows(scan.objects())) {
    yield comma + row;
    comma = ',';
  }
  yield isPaged ? `],"metadata":${toJson(metadataOf(scan))}}\n` : ']}\n';
}

/** Fields by name: the metadata comes last by itself. */
async function* yamlParts(scan: Scan, { kind, apiVersion, item }: Form): AsyncGenerator<string> {
  yield toYaml(asFields({ apiVersion }));
  let isEmpty = true;
  for await (const object of scan.objects()) {
    yield (isEmpty ? 'items:\n' : '') + toYaml([item(object)]);
    isEmpty = false;
  }
  if (isEmpty) yield 'items: []\n';
  yield toYaml(asFields({ kind, metadata: metadataOf(scan) }));
}

/** A message says how long it is before it begins: the items are kept as they are sent, 1 metadata, 2 items. */
async function protobufList(scan: Scan, { kind, apiVersion, whole }: Form): Promise<Buffer> {
  const items: Buffer[] = [];
  for await (const object of scan.objects()) {
    try {
      items.push(await messageOf(whole(object)));
    } catch (error) {
      scan.leaveOut(error, object);
    }
  }
  const head = await messageOf(asFields({ kind, apiVersion, metadata: metadataOf(scan), items: [] }));
  return writeEnvelope(apiVersion, kind, (writer) => {
    writer.raw(head);
    for (const bytes of items) writer.uint32(18).bytes(bytes);
  });
}

/** The object's own bytes, without the envelope. */
async function messageOf(object: Fields): Promise<Buffer> {
  const value = await encodeStored(object, { encoding: 'protobuf' });
  return readEnvelope(new StoredReader(value)).raw;
}

/** Small parts put together; as bytes, which a socket takes as they are. */
async function* inPieces(parts: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let piece = '';
  for await (const part of parts) {
    piece += part;
    if (piece.length < PIECE) continue;
    yield Buffer.from(piece);
    piece = '';
  }
  if (piece !== '') yield Buffer.from(piece);
}
