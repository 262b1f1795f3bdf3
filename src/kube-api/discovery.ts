/** Discovery: which groups, versions and resources there are, in the plain form and in the aggregated one that newer clients ask for. */
import { type Answer, objectAnswer } from './answer.js';
import type { Api, ApiGroup, Apis } from './apis.js';
import { apiVersionOf } from './apis.js';
import { acceptedForms, type Media } from './negotiate.js';
import { asFields, type PlainObject } from './plain.js';

/** `/api`: the versions of the core group. */
export function coreVersions(host: string): PlainObject {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: host }],
  };
}

/** `/apis`. */
export function groupList(apis: Apis): PlainObject {
  const groups = apis.groups.filter(({ name }) => name !== '').map(groupFields);
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

/** `/apis/GROUP`. */
export function groupAnswer(group: ApiGroup): PlainObject {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupFields(group) };
}

function groupFields({ name, versions }: ApiGroup): PlainObject {
  const all = versions.map((version) => ({ groupVersion: apiVersionOf(name, version), version }));
  return { name, versions: all, preferredVersion: all[0] };
}

/** `/api/v1`, `/apis/GROUP/VERSION`. */
export function resourceList(apiVersion: string, apis: readonly Api[]): PlainObject {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersion,
    resources: apis.flatMap(resourceFields),
  };
}

function resourceFields({
  plural,
  singular,
  namespaced,
  kind,
  verbs,
  shortNames,
  categories,
  subresources,
}: Api): PlainObject[] {
  const own = {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
  };
  const below = subresources.map((sub) => ({
    name: `${plural}/${sub.name}`,
    singularName: '',
    namespaced,
    ...(sub.apiVersion && foreign(sub.apiVersion)),
    kind: sub.kind,
    verbs: sub.verbs,
  }));
  return [own, ...below];
}

function foreign(apiVersion: string): { group: string; version: string } {
  const [group = '', version = ''] = apiVersion.split('/');
  return { group, version };
}

const AGGREGATED = 'APIGroupDiscoveryList';

/** The aggregated form, where the client prefers one that is known; undefined where it does not. */
export function aggregated(accept: string | undefined, apis: Apis, isCore: boolean): Answer | undefined {
  const [first] = accept ? acceptedForms(accept) : [];
  if (first?.type !== 'application/json' || first.parameters.get('as') !== AGGREGATED) return undefined;
  const version = first.parameters.get('v');
  if (first.parameters.get('g') !== 'apidiscovery.k8s.io' || !/^v2(beta1)?$/.test(version ?? '')) return undefined;
  const named = apis.groups.filter(({ name }) => (name === '') === isCore);
  const list = {
    kind: AGGREGATED,
    apiVersion: `apidiscovery.k8s.io/${version}`,
    metadata: {},
    items: named.map((group) => groupDiscovery(group, apis)),
  };
  return {
    status: 200,
    contentType: `application/json;g=apidiscovery.k8s.io;v=${version};as=${AGGREGATED}`,
    body: `${JSON.stringify(list)}\n`,
  };
}

function groupDiscovery({ name, versions }: ApiGroup, apis: Apis): PlainObject {
  return {
    metadata: { ...(name !== '' && { name }), creationTimestamp: null },
    versions: versions.map((version) => ({
      version,
      resources: (apis.inVersion(apiVersionOf(name, version)) ?? []).map(resourceDiscovery),
      freshness: 'Current',
    })),
  };
}

function resourceDiscovery(api: Api): PlainObject {
  // Of its own kinds the API server leaves group and version empty: they are those of the list.
  const [group, version] = api.custom ? [api.group, api.version] : ['', ''];
  const { plural, kind, namespaced, singular, verbs, shortNames, categories, subresources } = api;
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && {
      subresources: subresources.map((sub) => ({
        subresource: sub.name,
        responseKind: { ...(sub.apiVersion ? foreign(sub.apiVersion) : { group, version }), kind: sub.kind },
        verbs: sub.verbs,
      })),
    }),
  };
}

export function discoveryAnswer(fields: PlainObject, media: Media): Promise<Answer> {
  return objectAnswer(asFields(fields), media);
}
