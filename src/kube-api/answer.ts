/** What a handler gives to be sent. */

import { encodeStored } from '../k8s-decode/index.js';
import { toJson } from '../k8s-decode/json/json.js';
import type { Fields } from '../k8s-decode/value.js';
import { toYaml } from '../k8s-decode/yaml/write.js';
import { CONTENT_TYPES, type Media } from './negotiate.js';

export interface Answer {
  status: number;
  contentType: string;
  /** In pieces as they are made, or whole. */
  body: AsyncIterable<string | Buffer> | string | Buffer;
  /** What the client's user is to be told: read when the head of the answer is sent, and again at its end. */
  warnings?: readonly string[];
  /** A stream of events: each piece is sent at once, as it is. */
  isLive?: true;
}

/** One object as JSON, YAML or protobuf, whichever was agreed on; JSON where the kind has no other form. */
export async function objectAnswer(object: Fields, media: Media, status = 200): Promise<Answer> {
  return { status, ...(await written(object, media)) };
}

async function written(object: Fields, { encoding, pretty }: Media): Promise<Pick<Answer, 'contentType' | 'body'>> {
  if (encoding === 'yaml') return { contentType: CONTENT_TYPES.yaml, body: toYaml(object) };
  if (encoding === 'protobuf') {
    return { contentType: CONTENT_TYPES.protobuf, body: await encodeStored(object, { encoding: 'protobuf' }) };
  }
  return { contentType: CONTENT_TYPES.json, body: `${toJson(object, pretty ? '  ' : '')}\n` };
}

export function textAnswer(text: string, status = 200): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body: text };
}

/** What Go's server says of a path that nobody answers. */
export function notFoundPage(): Answer {
  return textAnswer('404 page not found\n', 404);
}
