/** What a CustomResourceDefinition says of the versions that it serves. */
import { byPreference, customResource } from '../k8s/custom.js';
import { definitionV1 } from '../k8s/definition-v1.js';
import { listOf } from '../k8s/fields.js';
import type { CrdColumn } from '../k8s/tables/custom-columns.js';
import { type Fields, field, stringField, type Value } from '../k8s-decode/value.js';
import { type Api, apiVersionOf, type CustomVersion } from './apis.js';
import type { LeftOut } from './catalog.js';
import { CUSTOM_VERBS, SCALE, type SubResource } from './subresources.js';

/** The APIs that a definition (v1 or v1beta1) declares, the preferred version first; none where it cannot be read. */
export function customApis(stored: Fields): Api[] {
  const definition = inV1(stored);
  const resource = customResource(definition);
  if (!resource) return [];
  const convertsByName = isConvertedByName(definition);
  const all = listOf(field(definition, 'spec', 'versions'));
  // What a webhook would have to convert cannot be given: the version in which it is stored can.
  const served = all.filter((each) => field(each, 'served') !== false && (convertsByName || isStorage(each)));
  const schemas = schemasOf(resource.group, all);
  const listKind = stringField(definition, 'spec', 'names', 'listKind') || `${resource.kind}List`;
  return served
    .map((each) => ({ name: stringField(each, 'name') ?? '', each }))
    .sort((one, other) => byPreference(one.name, other.name))
    .map(({ name, each }) => ({
      group: resource.group,
      version: name,
      apiVersion: apiVersionOf(resource.group, name),
      kind: resource.kind,
      plural: resource.plural,
      singular: resource.singular,
      shortNames: resource.shortNames,
      categories: resource.categories,
      namespaced: resource.namespaced,
      verbs: CUSTOM_VERBS,
      subresources: subResourcesOf(each, resource.kind),
      resource,
      custom: { ...customVersion(each), schemas, convertsByName, listKind },
    }));
}

/** The versions that a definition serves through a webhook, which is not there. */
export function customLeftOut(stored: Fields): LeftOut[] {
  const definition = inV1(stored);
  const resource = customResource(definition);
  if (!resource || isConvertedByName(definition)) return [];
  const served = listOf(field(definition, 'spec', 'versions')).filter((each) => field(each, 'served') !== false);
  const named = (version: Value | undefined) => apiVersionOf(resource.group, stringField(version, 'name') ?? '');
  const storage = named(listOf(field(definition, 'spec', 'versions')).find(isStorage));
  return served
    .filter((each) => !isStorage(each))
    .map((each) => ({ apiVersion: named(each), plural: resource.plural, stored: storage }));
}

function inV1(stored: Fields): Fields {
  return stringField(stored, 'apiVersion') === 'apiextensions.k8s.io/v1' ? stored : definitionV1(stored);
}

function isConvertedByName(definition: Fields): boolean {
  return stringField(definition, 'spec', 'conversion', 'strategy') !== 'Webhook';
}

function isStorage(version: Value): boolean {
  return field(version, 'storage') === true;
}

function schemasOf(group: string, versions: readonly Value[]): Map<string, Fields> {
  const schemas = new Map<string, Fields>();
  for (const version of versions) {
    const schema = field(version, 'schema', 'openAPIV3Schema');
    if (schema instanceof Map) schemas.set(apiVersionOf(group, stringField(version, 'name') ?? ''), schema);
  }
  return schemas;
}

function subResourcesOf(version: Value, kind: string): SubResource[] {
  const verbs = ['get', 'patch', 'update'];
  const has = (name: string) => field(version, 'subresources', name) !== undefined;
  return [...(has('status') ? [{ name: 'status', kind, verbs }] : []), ...(has('scale') ? [{ ...SCALE, verbs }] : [])];
}

function customVersion(version: Value): Omit<CustomVersion, 'schemas' | 'convertsByName' | 'listKind'> {
  const schema = field(version, 'schema', 'openAPIV3Schema');
  const scale = field(version, 'subresources', 'scale');
  return {
    columns: columnsOf(version),
    schema: schema instanceof Map ? schema : undefined,
    selectableFields: listOf(field(version, 'selectableFields')).map((each) => stringField(each, 'jsonPath') ?? ''),
    scale: scale instanceof Map ? scalePaths(scale) : undefined,
  };
}

function scalePaths(scale: Fields): NonNullable<CustomVersion['scale']> {
  return {
    specReplicas: stringField(scale, 'specReplicasPath') ?? '',
    statusReplicas: stringField(scale, 'statusReplicasPath') ?? '',
    selector: stringField(scale, 'labelSelectorPath'),
  };
}

function columnsOf(version: Value): CrdColumn[] {
  return listOf(field(version, 'additionalPrinterColumns')).map((column) => ({
    name: stringField(column, 'name') ?? '',
    type: stringField(column, 'type') ?? '',
    jsonPath: stringField(column, 'jsonPath') ?? '',
    priority: Number(field(column, 'priority') ?? 0),
    format: stringField(column, 'format') ?? '',
  }));
}
