/** Requests for the objects of a resource: lists, watches, single objects and what stands below them. */
import { type Answer, notFoundPage } from './answer.js';
import type { Api } from './apis.js';
import { answerGet, readObject } from './get.js';
import { answerList } from './list.js';
import { type Media, negotiate } from './negotiate.js';
import { listOptions } from './query.js';
import type { ApiRequest } from './request.js';
import { type ResourcePath, resourcePath } from './resource-path.js';
import { answerReview, isReview } from './reviews.js';
import { answerScale } from './scale.js';
import type { Scope } from './scan.js';
import { noSuchResource, notStored, readOnly, StatusError } from './status.js';

/** @throws StatusError */
export async function answerResource(request: ApiRequest): Promise<Answer> {
  const path = resourcePath(request.path);
  const apis = await request.view.apis();
  if (!path || (path.group !== '' && !apis.group(path.group))) return notFoundPage();
  const api = apis.find(path.apiVersion, path.plural);
  if (!api) throw noSuchResource();
  if (request.method === 'POST' && path.name === undefined && isReview(api)) return answerReview(request, api);
  if (request.method !== 'GET' && request.method !== 'HEAD') throw refusal(request, api, path);
  return path.name === undefined ? answerMany(request, api, path) : answerOne(request, api, path, path.name);
}

async function answerMany(request: ApiRequest, api: Api, { namespace, isWatch }: ResourcePath): Promise<Answer> {
  const { view, query } = request;
  if (!api.verbs.includes('list')) throw notAllowed();
  const scope: Scope = { api, namespace };
  const options = listOptions(query);
  if (options.watch || isWatch) {
    const { answerWatch } = await import('./watch.js');
    return answerWatch(request, scope, options);
  }
  // All objects in one message would have to be there before the first byte is.
  const lastResort = options.limit > 0 ? undefined : ('protobuf' as const);
  const transforms = ['Table', 'PartialObjectMetadataList', 'PartialObjectMetadata'] as const;
  const media = negotiate(request.accept, { ...formsOf(request, api), transforms, lastResort });
  return answerList(view, scope, options, query, media);
}

function formsOf({ pretty }: ApiRequest, { custom }: Api) {
  return { pretty, ...(custom && { encodings: ['json', 'yaml'] as const }) };
}

async function answerOne(request: ApiRequest, api: Api, path: ResourcePath, name: string): Promise<Answer> {
  const { view, query, accept } = request;
  const scope: Scope = { api, namespace: path.namespace };
  if (api.namespaced && path.namespace === undefined) throw noSuchResource();
  if (!api.verbs.includes('get')) throw notAllowed();
  const transforms = ['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'] as const;
  const media = (): Media => negotiate(accept, { ...formsOf(request, api), transforms });
  if (path.isWatch) {
    const { answerWatch } = await import('./watch.js');
    return answerWatch(
      request,
      scope,
      listOptions(new URLSearchParams([...query, ['fieldSelector', `metadata.name=${name}`]])),
    );
  }
  const [sub = ''] = path.subresource?.split('/') ?? [];
  if (sub !== '' && !api.subresources.some((each) => each.name === sub)) throw noSuchResource();
  if (sub === '' || sub === 'status' || sub === 'ephemeralcontainers' || sub === 'resize' || sub === 'approval') {
    return answerGet(view, scope, name, query, media());
  }
  const object = await readObject(view, scope, name, query);
  if (sub === 'scale') return answerScale(object, api, media());
  throw notLive(sub);
}

function notLive(sub: string): StatusError {
  return notStored(LIVE[sub] ?? `${sub} is not stored`, INSTEAD[sub] ?? 'it needs a running API server');
}

/** What only a running cluster can give. */
const LIVE: Record<string, string> = {
  log: 'logs of containers are not stored in it',
  exec: 'commands cannot be run in containers through it',
  attach: 'it cannot attach to containers',
  portforward: 'it cannot forward ports',
  proxy: 'it is no way to what runs in the cluster',
};

const INSTEAD: Record<string, string> = {
  log: '`crictl logs` on the node shows them',
  exec: '`crictl exec` on the node does that',
  attach: '`crictl attach` on the node does that',
  portforward: '`crictl port-forward` on the node does that',
};

function refusal(
  { method, query }: ApiRequest,
  { plural, group }: Api,
  { name, subresource }: ResourcePath,
): StatusError {
  const [sub = ''] = subresource?.split('/') ?? [];
  if (Object.hasOwn(LIVE, sub)) return notLive(sub);
  const what = `${plural}${group === '' ? '' : `.${group}`}${name === undefined ? '' : ` "${name}"`}`;
  const verbs: Record<string, string> = { POST: 'created', PUT: 'changed', PATCH: 'changed', DELETE: 'deleted' };
  const instead =
    method === 'DELETE' ? 'ketcdctl k8s delete' : method === 'POST' ? 'ketcdctl k8s apply' : 'ketcdctl k8s edit';
  if (query.has('dryRun')) {
    return readOnly(
      `nothing is tried on ${what}`,
      '`ketcdctl k8s apply --dry-run` tells what would be written to etcd',
    );
  }
  return readOnly(`${what} cannot be ${verbs[method] ?? 'changed'} through it`, `\`${instead}\` writes to etcd`);
}

function notAllowed(): StatusError {
  return new StatusError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );
}
