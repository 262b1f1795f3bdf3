/** Answers for one object: itself, its metadata, a table of it, and the sub-resources that can be told from what is stored. */
import { Failure } from '../base/errors.js';
import type { Fields } from '../k8s-decode/value.js';
import { stringField } from '../k8s-decode/value.js';
import { type Answer, objectAnswer } from './answer.js';
import { includeObject, metadataOnly, Tabler, wishOf } from './forms.js';
import { CONTENT_TYPES, type Media, notAcceptable } from './negotiate.js';
import { ObjectReader, type Wish } from './objects.js';
import { asFields } from './plain.js';
import { resourceVersion } from './query.js';
import { rangeOf, type Scope } from './scan.js';
import { internalError, notFound, tooLarge } from './status.js';
import type { View } from './view.js';

/** @throws StatusError 404, and 500 for an object that cannot be decoded */
export async function answerGet(
  view: View,
  scope: Scope,
  name: string,
  query: URLSearchParams,
  media: Media,
): Promise<Answer> {
  if (media.as === 'PartialObjectMetadataList') throw notAcceptable();
  const include = includeObject(query);
  const { isInner } = wishOf(scope.api, media, include);
  const object = await readObject(view, scope, name, query, { isInner });
  if (media.as === 'PartialObjectMetadata') return objectAnswer(metadataOnly(object, media.version), media);
  if (media.as !== 'Table') return objectAnswer(object, media);
  const tabler = await Tabler.open(scope.api, view.release, media, include);
  const metadata = asFields({ resourceVersion: stringField(object, 'metadata', 'resourceVersion') });
  const body = `${tabler.head(metadata)},"rows":[${tabler.row(object)}]}\n`;
  return { status: 200, contentType: CONTENT_TYPES.json, body };
}

/** @throws StatusError */
export async function readObject(
  view: View,
  scope: Scope,
  name: string,
  query: URLSearchParams,
  wish?: Wish,
): Promise<Fields> {
  const { api } = scope;
  const named = { group: api.group, plural: api.plural };
  const wanted = resourceVersion(query.get('resourceVersion') ?? '');
  if (!api.resource || name.includes('/')) throw notFound(named, name);
  const range = rangeOf(view, scope, name);
  const { kvs, header } = await view.cluster.client.kv.range({ ...range, revision: view.readRevision });
  const current = view.revisionOf(header);
  if (wanted !== undefined && wanted > current) throw tooLarge(wanted, current);
  const [kv] = kvs;
  if (!kv) throw notFound(named, name);
  try {
    return await new ObjectReader(view, api, wish).read(kv);
  } catch (error) {
    if (error instanceof Failure) throw internalError(error.message);
    throw error;
  }
}
