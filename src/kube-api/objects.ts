/** Stored objects as an API serves them: opened, decoded, in the version that is asked for, with their revision. */
import { Failure } from '../base/errors.js';
import type { KeyValue } from '../etcd/range-page.js';
import { fieldsAt, listOf } from '../k8s/fields.js';
import type { StoredValue } from '../k8s/values.js';
import type { FieldMask, Fields } from '../k8s-decode/index.js';
import { field, stringField, type Value } from '../k8s-decode/value.js';
import type { Api } from './apis.js';
import { conversionOf } from './convert/index.js';
import { applySchema } from './structural.js';
import type { View } from './view.js';

/** A key as ranges and watches give it. */
export type StoredKey = Pick<KeyValue, 'key' | 'value' | 'mod_revision'>;

/** Reads the objects of one API. */
export class ObjectReader {
  private readonly schema: Fields | undefined;

  /** @param fields what is wanted of the objects: less is read faster */
  constructor(
    private readonly view: View,
    private readonly api: Api,
    private readonly fields?: FieldMask,
  ) {
    this.schema = api.custom?.schema;
  }

  /**
   * The object of a key.
   * @param revision what it gets as its resourceVersion; a deleted one has that of its deletion
   * @throws Failure that names the key, for a value that cannot be opened, decoded or given in this version
   */
  read(kv: StoredKey, revision: string = kv.mod_revision): Fields | Promise<Fields> {
    const value = this.view.cluster.values.read(kv.key, kv.value, this.fields);
    return value instanceof Promise
      ? value.then((each) => this.served(kv, each, revision))
      : this.served(kv, value, revision);
  }

  private served({ key }: StoredKey, { stored, reason }: StoredValue, revision: string): Fields {
    if (!stored) throw reason ?? new Failure(`${key}: no object`);
    return withRevision(this.inVersion(key, stored.apiVersion, stored.object), revision);
  }

  private inVersion(key: Buffer, from: string, object: Fields): Fields {
    const { api } = this;
    const isSame = from === api.apiVersion;
    if (api.custom) {
      if (!isSame && !api.custom.convertsByName) throw this.unconvertible(key, from);
      const named = isSame ? object : new Map(object).set('apiVersion', api.apiVersion);
      if (this.schema) applySchema(named, this.schema);
      return named;
    }
    if (isSame) return withDefaults(object, api);
    const convert = conversionOf(api.kind, from, api.apiVersion);
    if (!convert) throw this.unconvertible(key, from);
    return withDefaults(new Map(convert(object)).set('apiVersion', api.apiVersion), api);
  }

  private unconvertible(key: Buffer, from: string): Failure {
    return new Failure(`${key}: stored as ${from}, which cannot be given as ${this.api.apiVersion}`);
  }
}

/** What the API server fills in when it reads. */
function withDefaults(object: Fields, { kind, group }: Api): Fields {
  if (kind !== 'StatefulSet' || group !== 'apps') return object;
  const spec = fieldsAt(object, 'spec');
  const templates = listOf(field(spec, 'volumeClaimTemplates'));
  if (templates.length === 0) return object;
  return new Map(object).set('spec', new Map(spec).set('volumeClaimTemplates', templates.map(asClaim)));
}

function asClaim(template: Value): Value {
  if (!(template instanceof Map) || template.has('kind')) return template;
  return new Map<string, Value>([['kind', 'PersistentVolumeClaim'], ['apiVersion', 'v1'], ...template]);
}

/** With metadata.resourceVersion, which is not stored, in its place. */
function withRevision(object: Fields, revision: string): Fields {
  const metadata: Fields = new Map();
  for (const [name, value] of fieldsAt(object, 'metadata')) {
    metadata.set(name, value);
    if (name === 'uid') metadata.set('resourceVersion', revision);
  }
  metadata.set('resourceVersion', revision);
  return new Map(object).set('metadata', metadata);
}

/** `shop/web`, and the name alone where there are no namespaces. */
export function nameOf(object: Fields): { name: string; namespace: string } {
  const metadata = object.get('metadata');
  return { name: stringField(metadata, 'name') ?? '', namespace: stringField(metadata, 'namespace') ?? '' };
}
