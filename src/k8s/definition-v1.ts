import type { Fields, Value } from '../k8s-decode/value.js';
import { stringField } from '../k8s-decode/value.js';
import { fieldsAt, listOf, setList } from './fields.js';

/**
 * A CustomResourceDefinition in the shape of v1, which is the only one that is served now; stored are they as v1beta1 even so.
 */
export function definitionV1(object: Fields): Fields {
  const spec = fieldsAt(object, 'spec');
  const versions = listOf(spec.get('versions'));
  const listed = versions.length > 0 ? versions : [singleVersion(spec)];
  const shared = (name: string, version: Fields) => version.get(name) ?? spec.get(name);
  // In v1 unknown fields are kept only where a schema says so.
  const isOpen = spec.get('preserveUnknownFields') === true;
  const newVersions = listed
    .filter((each) => each instanceof Map)
    .map((version) => {
      const fields = new Map(version);
      const schema = shared('schema', version) ?? spec.get('validation');
      fields.set(
        'schema',
        schema instanceof Map && schema.size > 0 ? (isOpen ? opened(schema) : schema) : openSchema(),
      );
      const subresources = shared('subresources', version);
      if (subresources !== undefined) fields.set('subresources', subresources);
      const columns = listOf(shared('additionalPrinterColumns', version)).map(columnV1);
      setList(fields, 'additionalPrinterColumns', columns);
      return fields;
    });
  const clean = new Map<string, Value>();
  for (const name of ['group', 'names', 'scope']) if (spec.has(name)) clean.set(name, spec.get(name)!);
  const conversion = conversionV1(fieldsAt(spec, 'conversion'));
  if (conversion) clean.set('conversion', conversion);
  clean.set('versions', newVersions);
  return new Map(object).set('apiVersion', 'apiextensions.k8s.io/v1').set('spec', clean);
}

function singleVersion(spec: Fields): Fields {
  return new Map<string, Value>([
    ['name', spec.get('version') ?? ''],
    ['served', true],
    ['storage', true],
  ]);
}

/** v1 wants a schema: this one lets everything through, as none did. */
function openSchema(): Fields {
  const any = new Map<string, Value>([
    ['type', 'object'],
    ['x-kubernetes-preserve-unknown-fields', true],
  ]);
  return new Map([['openAPIV3Schema', any]]);
}

function opened(schema: Fields): Fields {
  const root = new Map(fieldsAt(schema, 'openAPIV3Schema')).set('x-kubernetes-preserve-unknown-fields', true);
  if (!root.has('type')) root.set('type', 'object');
  return new Map(schema).set('openAPIV3Schema', root);
}

function columnV1(column: Value): Value {
  if (!(column instanceof Map)) return column;
  return new Map([...column].map(([name, value]) => [name === 'JSONPath' ? 'jsonPath' : name, value]));
}

function conversionV1(conversion: Fields): Fields | undefined {
  if (stringField(conversion, 'strategy') !== 'Webhook') return undefined;
  const webhook = new Map<string, Value>([
    ['conversionReviewVersions', conversion.get('conversionReviewVersions') ?? ['v1']],
  ]);
  const config = conversion.get('webhookClientConfig');
  if (config !== undefined) webhook.set('clientConfig', config);
  return new Map<string, Value>([
    ['strategy', 'Webhook'],
    ['webhook', webhook],
  ]);
}
