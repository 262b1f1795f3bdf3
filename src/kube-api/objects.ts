/** Stored objects as an API serves them: opened, decoded, in the version that is asked for, with their revision. */
import { Failure } from '../base/errors.js';
import type { KeyValue } from '../base/wire/key-value.js';
import { fieldsAt, listOf } from '../k8s/fields.js';
import { maskedSecret } from '../k8s/mask-secrets.js';
import type { StoredValue } from '../k8s/values.js';
import type { FieldMask, Fields } from '../k8s-decode/index.js';
import { field, type Value } from '../k8s-decode/value.js';
import type { Api } from './apis.js';
import { conversionOf } from './convert/index.js';
import { ROLLBACK_TO, TEMPLATE_GENERATION } from './convert/workloads.js';
import { applySchema } from './structural.js';
import type { View } from './view.js';

/** A key as ranges and watches give it. */
export type StoredKey = Pick<KeyValue, 'key' | 'value' | 'mod_revision'>;

/** What is wanted of objects. */
export interface Wish {
  /** Less is read faster. */
  fields?: FieldMask | undefined;
  /** In the shape that the API server has for itself, of which it makes tables and metadata. */
  isInner: boolean;
}

/** Reads the objects of one API. */
export class ObjectReader {
  private readonly apiVersion: string;
  private readonly isMasked: boolean;

  constructor(
    private readonly view: View,
    private readonly api: Api,
    private readonly wish: Wish = { isInner: false },
  ) {
    this.apiVersion = wish.isInner ? innerVersion(api) : api.apiVersion;
    this.isMasked = view.masksSecrets && api.group === '' && api.plural === 'secrets';
  }

  /**
   * The object of a key.
   * @param revision what it gets as its resourceVersion; a deleted one has that of its deletion
   * @throws Failure that names the key, for a value that cannot be opened, decoded or given in this version
   */
  read(kv: StoredKey, revision: string = kv.mod_revision): Fields | Promise<Fields> {
    const opening = this.view.opened.open(kv);
    return opening ? this.readSealed(kv, opening, revision) : this.readPlain(kv, kv.value, revision);
  }

  private async readSealed(kv: StoredKey, opening: Promise<Buffer>, revision: string): Promise<Fields> {
    return this.readPlain(kv, await opening, revision);
  }

  private readPlain(kv: StoredKey, plain: Buffer, revision: string): Fields | Promise<Fields> {
    const value = this.view.cluster.values.read(kv.key, plain, this.wish.fields);
    return value instanceof Promise
      ? value.then((each) => this.served(kv, each, revision))
      : this.served(kv, value, revision);
  }

  private served({ key }: StoredKey, { stored, reason }: StoredValue, revision: string): Fields {
    if (!stored) throw reason ?? new Failure(`${key}: no object`);
    const object = this.inVersion(key, stored.apiVersion, stored.object);
    return withRevision(this.isMasked ? maskedSecret(object) : object, revision);
  }

  private inVersion(key: Buffer, from: string, object: Fields): Fields {
    const { api, apiVersion } = this;
    const isSame = from === apiVersion;
    if (api.custom) {
      if (!isSame && !api.custom.convertsByName) throw this.unconvertible(key, from);
      const schema = api.custom.schemas.get(from);
      // Read in the version in which it is stored, then named anew.
      if (schema && !this.wish.fields) applySchema(object, schema);
      return isSame ? object : new Map(object).set('apiVersion', apiVersion);
    }
    const convert = isSame ? undefined : conversionOf(api.kind, from, apiVersion);
    if (!isSame && !convert) throw this.unconvertible(key, from);
    const converted = convert ? new Map(convert(object)).set('apiVersion', apiVersion) : object;
    return this.wish.isInner ? innerShape(converted, api) : withDefaults(converted, api, this.view.release);
  }

  private unconvertible(key: Buffer, from: string): Failure {
    return new Failure(`${key}: stored as ${from}, which cannot be given as ${this.api.apiVersion}`);
  }
}

/** The version that is most like the API server's own. */
function innerVersion({ kind, group, apiVersion }: Api): string {
  return kind === 'HorizontalPodAutoscaler' && group === 'autoscaling' ? 'autoscaling/v2' : apiVersion;
}

/** What apps/v1 has as annotations the API server has as fields. */
const FIELDS_OF_ITS_OWN = new Map([
  ['DaemonSet', TEMPLATE_GENERATION],
  ['Deployment', ROLLBACK_TO],
]);

function innerShape(object: Fields, { kind, group }: Api): Fields {
  const annotations = field(object, 'metadata', 'annotations');
  const own = FIELDS_OF_ITS_OWN.get(kind);
  if (group !== 'apps' || own === undefined || !(annotations instanceof Map)) return object;
  const kept = new Map([...annotations].filter(([name]) => name !== own));
  const metadata = new Map(fieldsAt(object, 'metadata'));
  if (kept.size > 0) metadata.set('annotations', kept);
  else metadata.delete('annotations');
  return new Map(object).set('metadata', metadata);
}

/** What the API server fills in when it reads. */
function withDefaults(object: Fields, { kind, group }: Api, release: number): Fields {
  if (kind === 'CSINode' && release >= 37 && !object.has('status')) return new Map(object).set('status', new Map());
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
