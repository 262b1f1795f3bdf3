/** OpenAPI v3: a list of the documents, and a document for each group version. */
import { createHash } from 'node:crypto';
import type { Api, Apis } from '../apis.js';
import type { PlainObject } from '../plain.js';
import { type GroupVersionTypes, typesOf } from './group-version.js';

const REFER = (name: string) => `#/components/schemas/${name}`;

/** `/openapi/v3`: where the documents are; the hash tells clients whether theirs is still good. */
export function documentList(apis: Apis): PlainObject {
  const paths = apis.groups.flatMap(({ name, versions }) =>
    versions.map((version) => (name === '' ? `api/${version}` : `apis/${name}/${version}`)),
  );
  return { paths: Object.fromEntries(paths.map((path) => [path, { serverRelativeURL: urlOf(path, apis) }])) };
}

function urlOf(path: string, apis: Apis): string {
  const of = apis.inVersion(path.replace(/^apis?\//, '')) ?? [];
  // Built-in types do not change while we run; those of definitions do.
  const content = JSON.stringify(
    of.map(({ plural, custom }) => [plural, custom?.schema && [...custom.schema]]),
    plainMap,
  );
  return `/openapi/v3/${path}?hash=${createHash('sha256').update(content).digest('hex').toUpperCase()}`;
}

function plainMap(_name: string, value: unknown): unknown {
  return value instanceof Map ? [...value] : value;
}

/** `/openapi/v3/apis/GROUP/VERSION`. */
export async function groupVersionDocument(apis: readonly Api[], release: number): Promise<PlainObject> {
  const types = await typesOf(apis, REFER);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: `v1.${release}` },
    paths: Object.fromEntries(apis.flatMap((api) => pathsOf(api, types))),
    components: { schemas: Object.fromEntries(types.types) },
  };
}

function pathsOf(api: Api, types: GroupVersionTypes): [string, PlainObject][] {
  const { group, version, plural, namespaced, verbs } = api;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const all = `${root}/${plural}`;
  const own = namespaced ? `${root}/namespaces/{namespace}/${plural}` : all;
  const paths: [string, PlainObject][] = [];
  const list = api.custom?.listKind ?? `${api.kind}List`;
  if (verbs.includes('list')) {
    for (const path of new Set([all, own])) paths.push([path, { get: operation(api, 'list', list, types) }]);
  }
  if (verbs.includes('get')) paths.push([`${own}/{name}`, { get: operation(api, 'get', api.kind, types) }]);
  if (verbs.length === 1 && verbs[0] === 'create') paths.push([own, { post: operation(api, 'post', api.kind, types) }]);
  return paths;
}

function operation(api: Api, action: string, answer: string, { kinds }: GroupVersionTypes): PlainObject {
  const { group, version, kind, apiVersion } = api;
  const name = kinds.get(`${apiVersion} ${answer}`);
  const content = name && { content: { 'application/json': { schema: { $ref: REFER(name) } } } };
  return {
    operationId: `${action}${apiVersion.replace(/\W/g, '')}${kind}`,
    responses: { 200: { description: 'OK', ...content } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': { group, version, kind },
  };
}
