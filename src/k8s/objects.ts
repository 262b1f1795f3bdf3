/** The stored objects of a cluster, one after the other: read in pages, decrypted, and decoded when they are looked at. */
import type { IKeyValue } from 'etcd3/lib/rpc';
import type { Failure } from '../base/errors.js';
import type { KeyValue } from '../base/wire/key-value.js';
import { readRange } from '../etcd/range.js';
import type { FieldMask, Fields, Stored } from '../k8s-decode/index.js';
import { prefixRange } from '../rpc/keys.js';
import type { Cluster, KeyPlace } from './cluster.js';
import type { Resource } from './resources.js';
import type { StoredValue } from './values.js';

/** Which objects to read. */
export interface ObjectQuery {
  resource: Resource;
  /** Without it those of all namespaces. */
  namespace?: string | undefined;
  /** One object alone; of a resource with namespaces only together with `namespace`. */
  name?: string | undefined;
  /** What is wanted of the objects: less is read faster. */
  fields?: FieldMask | undefined;
}

/** A key with its object. Its bytes lie in the page that it came in: whoever keeps it, keeps the page. */
export class StoredObject {
  readonly key: string;
  readonly resource: Resource | undefined;
  readonly namespace: string | undefined;
  readonly name: string;

  constructor(
    readonly kv: Pick<KeyValue, keyof IKeyValue>,
    place: KeyPlace | undefined,
    private readonly content: StoredValue,
  ) {
    this.key = kv.key.toString();
    this.resource = place?.resource;
    this.namespace = place?.namespace;
    this.name = place?.name ?? this.key;
  }

  /** Undefined where the value cannot be decoded: {@link reason} tells why. Decoded when it is looked at, and once. */
  get stored(): Stored | undefined {
    return this.content.stored;
  }

  /** The object as it is stored: resourceVersion is not in it (see {@link withResourceVersion}). */
  get object(): Fields | undefined {
    return this.content.stored?.object;
  }

  /** Why there is no object. */
  get reason(): Failure | undefined {
    return this.content.reason;
  }

  /** The stored value without its encryption; undefined where it stays closed. */
  get plain(): Buffer | undefined {
    return this.content.plain;
  }
}

/** The objects of a resource in the order of their keys: all, a namespace's, or the one that is named. */
export async function* readObjects(cluster: Cluster, query: ObjectQuery): AsyncGenerator<StoredObject> {
  const { resource, namespace, name } = query;
  const base = cluster.folderOf(resource);
  const from = resource.namespaced && namespace ? `${base}${namespace}/` : base;
  const range =
    name === undefined
      ? prefixRange(Buffer.from(from))
      : { key: Buffer.from(cluster.keyOf(resource, namespace, name)) };
  const place = (key: string) => cluster.placeOf(resource, key);
  yield* readKeys(cluster, range, place, query.fields);
}

/** Every key of the cluster, those that are of no known resource too. */
export async function* readAllObjects(cluster: Cluster): AsyncGenerator<StoredObject> {
  const place = await cluster.keyReader();
  for (const range of cluster.ranges()) yield* readKeys(cluster, range, place);
}

async function* readKeys(
  cluster: Cluster,
  range: { key: Buffer; range_end?: Buffer },
  place: (key: string) => KeyPlace | undefined,
  fields?: FieldMask,
): AsyncGenerator<StoredObject> {
  for await (const page of readRange(cluster.client, { ...range, revision: cluster.revision })) {
    for (const kv of page.kvs) {
      const value = cluster.values.read(kv.key, kv.value, fields);
      yield new StoredObject(kv, place(kv.key.toString()), value instanceof Promise ? await value : value);
    }
  }
}

/** The object as the API server answers it: with the revision of its key as `metadata.resourceVersion`. */
export function withResourceVersion(object: Fields, kv: Pick<KeyValue, 'mod_revision'>): Fields {
  const metadata = object.get('metadata');
  const filled: Fields = new Map(metadata instanceof Map ? metadata : []);
  filled.set('resourceVersion', kv.mod_revision);
  return new Map(object).set('metadata', filled);
}
