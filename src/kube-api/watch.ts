/** Answers a watch: a stream of events as JSON lines or as protobuf in frames, of objects, metadata or tables. */
import { Failure } from '../base/errors.js';
import { abortAfter } from '../base/timer.js';
import { encodeStored } from '../k8s-decode/index.js';
import { toJson } from '../k8s-decode/json/json.js';
import { type Fields, stringField } from '../k8s-decode/value.js';
import type { Answer } from './answer.js';
import type { Api } from './apis.js';
import { includeObject, metadataOnly, Tabler, wishOf } from './forms.js';
import { CONTENT_TYPES, type Media, negotiate } from './negotiate.js';
import { asFields } from './plain.js';
import type { ListOptions } from './query.js';
import type { ApiRequest } from './request.js';
import { type Scope, selectionOf } from './scan.js';
import { type ApiEvent, watchEvents } from './watch-events.js';

/** Without a limit of its own a watch ends within an hour, so that clients spread over servers: seconds. */
const LONGEST = 3600;
const SHORTEST = 1800;

/** @throws StatusError for what cannot be watched so */
export async function answerWatch(request: ApiRequest, scope: Scope, options: ListOptions): Promise<Answer> {
  const { view, query, accept, pretty } = request;
  const { api } = scope;
  const encodings = api.custom ? (['json'] as const) : (['json', 'protobuf'] as const);
  const transforms = ['Table', 'PartialObjectMetadata'] as const;
  const media = negotiate(accept, { encodings, transforms, pretty });
  const include = includeObject(query);
  // What cannot be selected by is told at once.
  selectionOf(options, api);
  const wish = wishOf(api, media, include);
  const signal = AbortSignal.any([request.signal, abortAfter(secondsOf(options) * 1000)]);
  const events = watchEvents({ view, scope, options, wish, signal });
  const writer =
    media.as === 'Table'
      ? new TableWriter(await Tabler.open(api, view.release, media, include))
      : new ObjectWriter(api, media);
  const contentType = media.encoding === 'protobuf' ? `${CONTENT_TYPES.protobuf};stream=watch` : CONTENT_TYPES.json;
  return { status: 200, contentType, body: written(events, writer, media), isLive: true };
}

function secondsOf({ timeout }: ListOptions): number {
  return timeout && timeout > 0 ? timeout : SHORTEST + Math.floor(Math.random() * (LONGEST - SHORTEST));
}

/** Makes the objects of events. */
interface EventWriter {
  /** The object of an event, as it is sent. */
  object(event: Exclude<ApiEvent, { type: 'ERROR' }>): Fields | string;
}

async function* written(
  events: AsyncIterable<ApiEvent>,
  writer: EventWriter,
  { encoding }: Media,
): AsyncGenerator<string | Buffer> {
  for await (const event of events) {
    const object = event.type === 'ERROR' ? event.error.object : writer.object(event);
    if (encoding === 'protobuf' && typeof object !== 'string') {
      const framed = await frameOrNothing(event.type, object);
      if (framed) yield framed;
    } else yield `{"type":"${event.type}","object":${typeof object === 'string' ? object : toJson(object)}}\n`;
  }
}

/** Undefined for an object that has no such form: as with one that cannot be decoded, the others are told. */
async function frameOrNothing(type: string, object: Fields): Promise<Buffer | undefined> {
  try {
    return await frame(type, object);
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}

/** Four bytes that tell the length, then a WatchEvent {1 type, 2 object {1 raw: the object with its envelope}}. */
async function frame(type: string, object: Fields): Promise<Buffer> {
  const value = await encodeStored(object, { encoding: 'protobuf' });
  const event = Buffer.concat([field(1, Buffer.from(type)), field(2, field(1, value))]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(event.length);
  return Buffer.concat([length, event]);
}

function field(number: number, bytes: Buffer): Buffer {
  const head: number[] = [(number << 3) | 2];
  let left = bytes.length;
  for (; left > 127; left >>>= 7) head.push((left & 127) | 128);
  head.push(left);
  return Buffer.concat([Buffer.from(head), bytes]);
}

class ObjectWriter implements EventWriter {
  constructor(
    private readonly api: Api,
    private readonly media: Media,
  ) {}

  object(event: Exclude<ApiEvent, { type: 'ERROR' }>): Fields {
    const { as, version } = this.media;
    const object = event.type === 'BOOKMARK' ? bookmark(this.api, event) : event.object;
    return as === 'PartialObjectMetadata' ? metadataOnly(object, version) : object;
  }
}

/** An object of the kind that has nothing but a revision. */
function bookmark(api: Api, { revision, isInitialEnd }: Extract<ApiEvent, { type: 'BOOKMARK' }>): Fields {
  return asFields({
    kind: api.kind,
    apiVersion: api.apiVersion,
    metadata: {
      resourceVersion: String(revision),
      ...(isInitialEnd && { annotations: { 'k8s.io/initial-events-end': 'true' } }),
    },
  });
}

/** A table of one row an event; the columns are told with the first alone. */
class TableWriter implements EventWriter {
  private isFirst = true;

  constructor(private readonly tabler: Tabler) {}

  object(event: Exclude<ApiEvent, { type: 'ERROR' }>): string {
    const revision = event.type === 'BOOKMARK' ? String(event.revision) : revisionOf(event.object);
    const head = this.tabler.head(asFields({ resourceVersion: revision }), this.isFirst);
    this.isFirst = false;
    return `${head},"rows":[${event.type === 'BOOKMARK' ? '' : this.tabler.row(event.object)}]}`;
  }
}

function revisionOf(object: Fields): string {
  return stringField(object, 'metadata', 'resourceVersion') ?? '';
}
