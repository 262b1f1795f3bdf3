/** The paths of the API, and who answers them. */
import { type Answer, notFoundPage, objectAnswer, textAnswer } from './answer.js';
import type { Apis } from './apis.js';
import { aggregated, coreVersions, discoveryAnswer, groupAnswer, groupList, resourceList } from './discovery.js';
import { negotiate } from './negotiate.js';
import { asFields, type PlainObject } from './plain.js';
import type { ApiRequest } from './request.js';
import { answerResource } from './resources.js';
import { noSuchResource, readOnly } from './status.js';

/** The parts of a path that a route names. */
type Parts = Record<string, string>;

type Handler = (request: ApiRequest, parts: Parts) => Promise<Answer>;

interface Route {
  /** `GET` stands for HEAD too; `*` for every method. */
  method: string;
  /** `:name` is any one part, `*` at the end any number of them. */
  path: string;
  answer: Handler;
}

const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/', answer: async (request) => plain(request, { paths: await rootPaths(request) }) },
  { method: 'GET', path: '/version', answer: async (request) => versionAnswer(request) },
  ...['/healthz', '/livez', '/readyz'].map((path) => ({ method: 'GET', path: `${path}/*`, answer: health })),
  { method: 'GET', path: '/api', answer: coreAnswer },
  { method: 'GET', path: '/apis', answer: groupsAnswer },
  { method: 'GET', path: '/api/:version', answer: (request, { version = '' }) => versionResources(request, version) },
  { method: 'GET', path: '/apis/:group', answer: (request, { group = '' }) => oneGroup(request, group) },
  {
    method: 'GET',
    path: '/apis/:group/:version',
    answer: (request, { group, version }) => versionResources(request, `${group}/${version}`),
  },
  { method: 'GET', path: '/openapi/v2', answer: oldOpenapi },
  { method: 'GET', path: '/openapi/v3', answer: openapiList },
  {
    method: 'GET',
    path: '/openapi/v3/api/:version',
    answer: (request, { version = '' }) => openapiDocument(request, version),
  },
  {
    method: 'GET',
    path: '/openapi/v3/apis/:group/:version',
    answer: (request, { group, version }) => openapiDocument(request, `${group}/${version}`),
  },
  { method: '*', path: '/api/*', answer: answerResource },
  { method: '*', path: '/apis/*', answer: answerResource },
];

/** @throws StatusError */
export async function answerRequest(request: ApiRequest): Promise<Answer> {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  for (const route of ROUTES) {
    const parts = route.method === '*' || route.method === method ? match(route.path, request.path) : undefined;
    if (parts) return route.answer(request, parts);
  }
  if (method !== 'GET')
    throw readOnly(`${method} ${request.path} is not possible`, 'nothing can be changed through it');
  return notFoundPage();
}

function match(pattern: string, path: string): Parts | undefined {
  const [wanted, given] = [pattern, path].map((each) => each.split('/').filter((part) => part !== ''));
  const isOpen = wanted!.at(-1) === '*';
  if (isOpen) wanted!.pop();
  if (isOpen ? given!.length < wanted!.length : given!.length !== wanted!.length) return undefined;
  const parts: Parts = {};
  for (const [at, part] of wanted!.entries()) {
    if (part.startsWith(':')) parts[part.slice(1)] = given![at]!;
    else if (part !== given![at]) return undefined;
  }
  return parts;
}

function plain({ accept, pretty }: ApiRequest, fields: PlainObject): Promise<Answer> {
  return objectAnswer(asFields(fields), negotiate(accept, { encodings: ['json', 'yaml'], pretty }));
}

async function rootPaths({ view }: ApiRequest): Promise<string[]> {
  const { groups } = await view.apis();
  const named = groups.filter(({ name }) => name !== '');
  const versions = named.flatMap(({ name, versions }) => [
    `/apis/${name}`,
    ...versions.map((each) => `/apis/${name}/${each}`),
  ]);
  const others = [
    '/api',
    '/api/v1',
    '/apis',
    '/apis/',
    '/healthz',
    '/livez',
    '/openapi/v2',
    '/openapi/v3',
    '/readyz',
    '/version',
  ];
  return [...others, ...versions].sort();
}

/** Pretty, whoever asks, as the API server has it. */
function versionAnswer(request: ApiRequest): Promise<Answer> {
  const { release } = request.view;
  return plain(
    { ...request, pretty: true },
    {
      major: '1',
      minor: String(release),
      gitVersion: `v1.${release}.0`,
      gitCommit: '',
      gitTreeState: '',
      buildDate: '1970-01-01T00:00:00Z',
      goVersion: '',
      compiler: '',
      platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
    },
  );
}

/** Ready is what can read etcd. */
async function health({ view, path }: ApiRequest): Promise<Answer> {
  if (!path.startsWith('/livez')) await view.current();
  return textAnswer('ok');
}

async function coreAnswer(request: ApiRequest): Promise<Answer> {
  return discovery(request, await request.view.apis(), coreVersions(request.host), true);
}

async function groupsAnswer(request: ApiRequest): Promise<Answer> {
  const apis = await request.view.apis();
  return discovery(request, apis, groupList(apis), false);
}

async function discovery(request: ApiRequest, apis: Apis, fields: PlainObject, isCore: boolean): Promise<Answer> {
  const { accept, pretty } = request;
  return aggregated(accept, apis, isCore) ?? discoveryAnswer(fields, negotiate(accept, { pretty }));
}

async function oneGroup({ view, accept, pretty }: ApiRequest, name: string): Promise<Answer> {
  const group = (await view.apis()).group(name);
  return group && name !== '' ? discoveryAnswer(groupAnswer(group), negotiate(accept, { pretty })) : notFoundPage();
}

async function versionResources({ view, accept, pretty }: ApiRequest, apiVersion: string): Promise<Answer> {
  const apis = await view.apis();
  const all = apis.inVersion(apiVersion);
  if (all) return discoveryAnswer(resourceList(apiVersion, all), negotiate(accept, { pretty }));
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0]! : '';
  if (!apis.group(group)) return notFoundPage();
  throw noSuchResource();
}

async function openapiList(request: ApiRequest): Promise<Answer> {
  const { documentList } = await import('./openapi/v3.js');
  return plain(request, documentList(await request.view.apis()));
}

async function openapiDocument(request: ApiRequest, apiVersion: string): Promise<Answer> {
  const { groupVersionDocument } = await import('./openapi/v3.js');
  const apis = (await request.view.apis()).inVersion(apiVersion);
  return apis ? plain(request, await groupVersionDocument(apis, request.view.release)) : notFoundPage();
}

async function oldOpenapi({ view, accept }: ApiRequest): Promise<Answer> {
  const { documentJson, documentProtobuf, PROTOBUF_TYPE } = await import('./openapi/v2.js');
  const apis = await view.apis();
  if (accept?.includes(PROTOBUF_TYPE)) {
    return { status: 200, contentType: 'application/octet-stream', body: await documentProtobuf(apis, view.release) };
  }
  return { status: 200, contentType: 'application/json', body: await documentJson(apis, view.release) };
}
