/** The OpenAPI of one group version: which types its paths use, and the paths themselves. */
import type { SchemaPackage } from '../../k8s-decode/protobuf/table.js';
import { schemaLoaders } from '../../k8s-decode/schema/index.js';
import type { Fields, Value } from '../../k8s-decode/value.js';
import type { Api } from '../apis.js';
import type { PlainObject } from '../plain.js';
import { messageIn, type Refer, TypeCollector } from './types.js';

/** Kinds of meta.k8s.io that APIs use: all, and those that are not of a definition. */
const SHARED = ['DeleteOptions', 'Status'];
const OF_BUILT_IN = ['APIResourceList', 'WatchEvent'];

export interface GroupVersionTypes {
  /** By name, sorted. */
  types: ReadonlyMap<string, PlainObject>;
  /** The type of each kind of the group version. */
  kinds: ReadonlyMap<string, string>;
}

/** The types of the resources of one group version, with all that they are made of. */
export async function typesOf(apis: readonly Api[], refer: Refer): Promise<GroupVersionTypes> {
  const collector = new TypeCollector(refer);
  const meta = (await load('meta.k8s.io/v1'))!;
  const kinds = new Map<string, string>();
  const shared = apis.every(({ custom }) => custom) ? SHARED : [...SHARED, ...OF_BUILT_IN];
  for (const name of shared) collector.add({ schema: meta, name }, kindOf('', 'v1', name));
  for (const api of apis) {
    if (api.custom) addCustom(collector, meta, api, kinds);
    else await addBuiltIn(collector, api, kinds);
    for (const { kind, apiVersion } of api.subresources) {
      if (apiVersion) await addKind(collector, apiVersion, kind, kinds);
    }
  }
  const types = new Map([...collector.types].sort(([a], [b]) => (a < b ? -1 : 1)));
  return { types, kinds };
}

async function load(apiVersion: string): Promise<SchemaPackage | undefined> {
  return Object.hasOwn(schemaLoaders, apiVersion) ? schemaLoaders[apiVersion]!() : undefined;
}

/** Marks a type as the kind that clients know. */
function kindOf(group: string, version: string, kind: string): PlainObject {
  return { 'x-kubernetes-group-version-kind': [{ group, kind, version }] };
}

async function addBuiltIn(collector: TypeCollector, api: Api, kinds: Map<string, string>): Promise<void> {
  const { apiVersion, kind, verbs } = api;
  await addKind(collector, apiVersion, kind, kinds);
  if (verbs.includes('list')) await addKind(collector, apiVersion, `${kind}List`, kinds);
  if (verbs.includes('patch')) await addPatch(collector);
}

async function addKind(
  collector: TypeCollector,
  apiVersion: string,
  kind: string,
  kinds: Map<string, string>,
): Promise<void> {
  const ref = messageIn([(await load(apiVersion)) ?? null], kind);
  if (!ref) return;
  const slash = apiVersion.indexOf('/');
  const [group, version] = slash < 0 ? ['', apiVersion] : [apiVersion.slice(0, slash), apiVersion.slice(slash + 1)];
  kinds.set(`${apiVersion} ${kind}`, collector.add(ref, kindOf(group, version, kind)));
}

async function addPatch(collector: TypeCollector): Promise<void> {
  collector.add({ schema: (await load('meta.k8s.io/v1'))!, name: 'Patch' });
}

/** `com.example.stable.v1.CronTab`: the group's parts the other way round. */
function customName({ group, version, kind }: Pick<Api, 'group' | 'version' | 'kind'>): string {
  return [...group.split('.').reverse(), version, kind].join('.');
}

function addCustom(collector: TypeCollector, meta: SchemaPackage, api: Api, kinds: Map<string, string>): void {
  const { group, version, kind, custom, apiVersion } = api;
  const name = customName(api);
  const metadata = { allOf: [collector.reference(collector.add({ schema: meta, name: 'ObjectMeta' }))] };
  const known = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata };
  const schema = custom!.schema ? openSchema(custom!.schema, known.metadata, true) : { type: 'object' };
  const properties = { ...known, ...(schema.properties as PlainObject | undefined), ...known };
  const own = custom!.schema
    ? { ...schema, properties }
    : { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  collector.types.set(name, { ...own, ...kindOf(group, version, kind) });
  kinds.set(`${apiVersion} ${kind}`, name);
  const listKind = custom!.listKind;
  const items = { type: 'array', items: collector.reference(name) };
  const listMeta = { allOf: [collector.reference(collector.add({ schema: meta, name: 'ListMeta' }))] };
  collector.types.set(customName({ ...api, kind: listKind }), {
    type: 'object',
    required: ['items'],
    properties: { apiVersion: known.apiVersion, items, kind: known.kind, metadata: listMeta },
    ...kindOf(group, version, listKind),
  });
  kinds.set(`${apiVersion} ${listKind}`, customName({ ...api, kind: listKind }));
}

/** What of a definition's schema is not OpenAPI, or stands for something that is. */
function openSchema(schema: Fields, metadata: PlainObject, isRoot = false): PlainObject {
  const open: Record<string, PlainObject[string]> = {};
  for (const [name, value] of schema) open[name] = openPart(name, value, metadata);
  if (schema.get('x-kubernetes-int-or-string') === true && !schema.has('anyOf')) {
    open.anyOf = [{ type: 'integer' }, { type: 'string' }];
  }
  if (isRoot || schema.get('x-kubernetes-embedded-resource') !== true) return open;
  const required = [...new Set([...((open.required as string[] | undefined) ?? []), 'kind', 'apiVersion'])];
  const properties = {
    ...(open.properties as PlainObject),
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata,
  };
  return { ...open, required, properties };
}

function openPart(name: string, value: Value, metadata: PlainObject): PlainObject[string] {
  if (name === 'properties' && value instanceof Map) {
    return Object.fromEntries([...value].map(([each, schema]) => [each, nested(schema, metadata)]));
  }
  if (name === 'items' || name === 'additionalProperties') return nested(value, metadata);
  return value;
}

function nested(value: Value, metadata: PlainObject): PlainObject[string] {
  return value instanceof Map ? openSchema(value, metadata) : value;
}
