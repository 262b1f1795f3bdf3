/** What a cluster's keys hold, counted without decoding the objects. */

import type { KeyValue } from '../base/wire/key-value.js';
import { readRange } from '../etcd/range.js';
import { describeEncrypted } from '../k8s-decode/encryption/describe.js';
import { encodingOf, storedType } from '../k8s-decode/index.js';
import type { Cluster } from './cluster.js';
import { qualifiedName } from './resources.js';

/** How many objects of a resource are stored in one version. */
export interface KindCount {
  /** `deployments.apps`. */
  resource: string;
  /** The kind as the values name it; empty where no value was read. */
  apiVersion: string;
  kind: string;
  /** `protobuf`, `json`, `yaml`, `cbor`, `encrypted`, or `unknown`. */
  encoding: string;
  objects: number;
  /** Of keys and values. */
  bytes: number;
}

/** The kinds below the cluster's root, by the names of their resources; encrypted values are opened where that is possible. */
export async function countKinds(cluster: Cluster): Promise<KindCount[]> {
  const counts = new Map<string, KindCount>();
  const resourceName = await resourceNamer(cluster);
  for await (const page of allPages(cluster)) {
    for (const kv of page.kvs) {
      const type = typeOf(kv.value) ?? (await slowTypeOf(cluster, kv));
      const resource = resourceName(kv.key.toString());
      const id = `${resource} ${type.apiVersion} ${type.kind} ${type.encoding}`;
      let count = counts.get(id);
      if (!count) {
        count = { resource, ...type, objects: 0, bytes: 0 };
        counts.set(id, count);
      }
      count.objects++;
      count.bytes += kv.key.length + kv.value.length;
    }
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}

interface ValueType {
  apiVersion: string;
  kind: string;
  encoding: string;
}

/** How custom resources begin: sorted by field, or as Go's structs are written. */
const JSON_HEAD = /^\{"apiVersion":"([^"\\]+)","kind":"([^"\\]+)"|^\{"kind":"([^"\\]+)","apiVersion":"([^"\\]+)"/;

/** What the first bytes tell; undefined where they don't. */
function typeOf(value: Buffer): ValueType | undefined {
  const encoding = encodingOf(value);
  if (encoding === 'protobuf') return { ...(storedType(value) ?? { apiVersion: '', kind: '' }), encoding };
  if (encoding !== 'json') return undefined;
  const match = JSON_HEAD.exec(value.toString('latin1', 0, 300));
  return match ? { apiVersion: match[1] ?? match[4]!, kind: match[2] ?? match[3]!, encoding } : undefined;
}

async function slowTypeOf(cluster: Cluster, { key, value }: KeyValue): Promise<ValueType> {
  const unknown: ValueType = { apiVersion: '', kind: '', encoding: encodingOf(value) ?? 'unknown' };
  const { plain, stored, encrypted } = await cluster.values.read(key, value);
  const type = stored ?? (plain && typeOf(plain)) ?? unknown;
  return {
    apiVersion: type.apiVersion,
    kind: type.kind,
    encoding: encrypted ? 'encrypted' : type.encoding,
  };
}

async function* allPages(cluster: Cluster) {
  for (const range of cluster.ranges()) yield* readRange(cluster.client, range);
}

/** Names the resource of a key: by the path alone where nobody declares it. */
export async function resourceNamer(cluster: Cluster): Promise<(key: string) => string> {
  const place = await cluster.keyReader();
  return (key) => {
    const resource = place(key)?.resource;
    return resource ? qualifiedName(resource) : guessedName(key.slice((cluster.rootOf(key) ?? '').length));
  };
}

/** `things.example.org` for `example.org/things/…`: how a resource of which the definition is gone is kept. */
function guessedName(path: string): string {
  const [first = '', second] = path.split('/');
  if (/[\x00-\x1f\x7f-\x9f\ufffd]/.test(first)) return NO_TEXT;
  return first.includes('.') && second !== undefined ? `${second}.${first}` : first;
}

/** Stands for keys whose first part is no text. */
const NO_TEXT = '(no text)';

/** How many values of a resource a key encrypts. */
export interface EncryptionCount {
  resource: string;
  /** `none` for plain values; else as they say: `aescbc`, `kms`. */
  provider: string;
  version: string;
  /** Of the key, or for kms of the plugin. */
  keyName: string;
  objects: number;
  bytes: number;
}

/** How the values of each resource are encrypted. Nothing is decrypted. */
export async function countEncryption(cluster: Cluster): Promise<EncryptionCount[]> {
  const counts = new Map<string, EncryptionCount>();
  const resourceName = await resourceNamer(cluster);
  for await (const page of allPages(cluster)) {
    for (const { key, value } of page.kvs) {
      const how = describeEncrypted(value) ?? { provider: 'none', version: '', keyName: '' };
      const resource = resourceName(key.toString());
      const id = `${resource} ${how.provider} ${how.version} ${how.keyName}`;
      let count = counts.get(id);
      if (!count) {
        count = { resource, ...how, objects: 0, bytes: 0 };
        counts.set(id, count);
      }
      count.objects++;
      count.bytes += key.length + value.length;
    }
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}
