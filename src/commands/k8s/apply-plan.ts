/** What is to be written for a manifest. */

import type { IKeyValue } from 'etcd3/lib/rpc';
import { ExitCode, Failure } from '../../base/errors.js';
import type { FlagsOf } from '../../base/flags/declare.js';
import type { Cluster } from '../../k8s/cluster.js';
import { inStoredLayout, sortedFields, toBeStored } from '../../k8s/edited.js';
import { withManager } from '../../k8s/managed-entry.js';
import { creation, replacement } from '../../k8s/manifest.js';
import { isSame } from '../../k8s/object-diff.js';
import type { Resource } from '../../k8s/resources.js';
import type { StoredValues } from '../../k8s/values.js';
import { likeStored, newForm, type StoredPlace, storedBytes } from '../../k8s/write.js';
import {
  decodeStored,
  type Encoding,
  encodeStored,
  type Fields,
  type Stored,
  storedEncoding,
} from '../../k8s-decode/index.js';
import { field, stringField } from '../../k8s-decode/value.js';
import { prefixRange } from '../../rpc/keys.js';
import type { Manifest } from './apply-input.js';
import { type NAMESPACE_FLAG, type NamedObject, namedObject } from './objects.js';

export interface PlannedWrite {
  target: NamedObject;
  action: 'created' | 'configured' | 'unchanged';
  /** The key as it was read. */
  old: IKeyValue | undefined;
  value: Buffer;
  /** What is to be known before it is written. */
  notes: string[];
}

type NamespaceFlag = FlagsOf<typeof NAMESPACE_FLAG>;

/** @throws Failure that names the manifest's file and what cannot be done with it */
export async function planWrite(cluster: Cluster, manifest: Manifest, flags: NamespaceFlag): Promise<PlannedWrite> {
  try {
    return await plan(cluster, manifest.object, flags);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(`${manifest.source}: ${error.message}`, {
      exitCode: error.exitCode,
      ...(error.hint && { hint: error.hint }),
      cause: error,
    });
  }
}

async function plan(cluster: Cluster, manifest: Fields, flags: NamespaceFlag): Promise<PlannedWrite> {
  const resource = await resourceOf(cluster, manifest);
  const target = namedObject(cluster, resource, namespaceOf(manifest, resource, flags), nameOf(manifest));
  const { kvs } = await cluster.client.kv.range({ key: Buffer.from(target.key) });
  const [old] = kvs;
  const sample = old ?? (await anyOf(cluster, resource));
  const stored = sample && (await storedSample(cluster, sample));
  const apiVersion = storedVersion(manifest, resource, stored);
  const versioned = new Map(manifest).set('apiVersion', apiVersion);
  const place: StoredPlace = { key: target.key, resource, resembles: sample };
  return old && stored
    ? replace(cluster.values, target, versioned, { old, stored, place })
    : create(cluster.values, target, versioned, { encoding: stored?.encoding, resource, place });
}

/** @throws Failure for a value that is no object, or whose key is not at hand */
async function storedSample({ values }: Cluster, { key, value }: IKeyValue): Promise<Stored> {
  const found = await values.read(key, value);
  if (found.stored) return found.stored;
  throw found.reason!;
}

async function replace(
  values: StoredValues,
  target: NamedObject,
  manifest: Fields,
  { old, stored, place }: { old: IKeyValue; stored: Stored; place: StoredPlace },
): Promise<PlannedWrite> {
  refuseConflict(manifest, old, target);
  const merged = replacement(manifest, stored.object);
  const object = toBeStored(await asRead(merged, stored.encoding, target.key), stored.object);
  const unchanged = isSame(stored.object, inStoredLayout(stored.object, object));
  const written = unchanged ? object : withManager(object, stored.object, new Date());
  const layout = likeStored(stored.object, written);
  const value = await storedBytes(values, layout, place, newForm(stored.encoding));
  return { target, action: unchanged ? 'unchanged' : 'configured', old, value, notes: [] };
}

/** The object as it would come back, with the empty fields that a manifest leaves out. */
async function asRead(object: Fields, encoding: Encoding, key: string): Promise<Fields> {
  if (encoding !== 'protobuf') return object;
  return (await decodeStored(await encodeStored(object, { encoding, key }), { key })).object;
}

async function create(
  values: StoredValues,
  target: NamedObject,
  manifest: Fields,
  { encoding, resource, place }: { encoding: Encoding | undefined; resource: Resource; place: StoredPlace },
): Promise<PlannedWrite> {
  const now = new Date();
  const object = withManager(
    toBeStored(creation(manifest, resource, target.namespace, now), undefined),
    undefined,
    now,
  );
  const as = encoding ?? (await storedEncoding(object, target.key));
  const layout = as === 'json' ? (sortedFields(object) as Fields) : object;
  const value = await storedBytes(values, layout, place, newForm(as));
  return { target, action: 'created', old: undefined, value, notes: notesOn(object) };
}

function notesOn(object: Fields): string[] {
  const kind = stringField(object, 'kind');
  const type = stringField(object, 'spec', 'type') ?? 'ClusterIP';
  if (kind === 'Service' && type !== 'ExternalName' && !stringField(object, 'spec', 'clusterIP')) {
    return ['it will have no cluster IP: the API server gives one only when it creates the service itself'];
  }
  return [];
}

/** The resource of a manifest's kind in its group. */
async function resourceOf(cluster: Cluster, manifest: Fields): Promise<Resource> {
  const apiVersion = stringField(manifest, 'apiVersion') ?? '';
  const kind = stringField(manifest, 'kind') ?? '';
  if (apiVersion === '' || kind === '') {
    throw new Failure('the object has no apiVersion and kind', { exitCode: ExitCode.InvalidInput });
  }
  const group = groupOf(apiVersion);
  const found = (await cluster.resources()).find(
    (each) => each.kind === kind && each.group === group && !each.internal,
  );
  if (found) return found;
  throw new Failure(`no matches for kind "${kind}" in version "${apiVersion}"`, {
    hint: 'a custom resource needs its CustomResourceDefinition in the same etcd',
  });
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

function nameOf(manifest: Fields): string {
  const name = stringField(manifest, 'metadata', 'name');
  if (name && !name.includes('/')) return name;
  throw new Failure(name ? `${JSON.stringify(name)} is no name` : 'the object has no metadata.name', {
    exitCode: ExitCode.InvalidInput,
    hint: 'generateName is for the API server: here an object needs its name',
  });
}

function namespaceOf(manifest: Fields, resource: Resource, flags: NamespaceFlag): string {
  const own = stringField(manifest, 'metadata', 'namespace');
  const asked = flags.namespace;
  if (own && flags.given('namespace') && resource.namespaced && own !== asked) {
    throw new Failure(
      `the namespace from the provided object "${own}" does not match the namespace "${asked}" of --namespace`,
    );
  }
  return own || asked;
}

/** A stored object of the same resource: it shows the version and the encoding. */
async function anyOf(cluster: Cluster, resource: Resource): Promise<IKeyValue | undefined> {
  const range = prefixRange(Buffer.from(cluster.folderOf(resource)));
  return (await cluster.client.kv.range({ ...range, limit: '1' })).kvs[0];
}

/**
 * The apiVersion to write.
 * @throws Failure where the manifest has another one than what is stored, which would need a conversion
 */
function storedVersion(manifest: Fields, resource: Resource, stored: Stored | undefined): string {
  const given = stringField(manifest, 'apiVersion')!;
  if (!stored || stored.apiVersion === given) return given;
  // The versions of a custom resource differ in nothing else, unless a webhook converts them.
  const version = given.slice(given.indexOf('/') + 1);
  if (resource.custom?.versions.includes(version)) return stored.apiVersion;
  throw new Failure(`${resource.plural} are stored here as ${stored.apiVersion}, and the manifest is ${given}`, {
    hint: `nothing is converted: write it as ${stored.apiVersion} (k8s get -o yaml shows how that looks)`,
  });
}

/** A manifest with a resourceVersion is meant for the object as it was then. */
function refuseConflict(manifest: Fields, { mod_revision }: IKeyValue, { key }: NamedObject): void {
  const wanted = field(manifest, 'metadata', 'resourceVersion');
  if (wanted === undefined || wanted === '' || wanted === null || String(wanted) === mod_revision) return;
  throw new Failure(`${key} is at revision ${mod_revision}, and the manifest is made from ${wanted}`, {
    hint: 'take metadata.resourceVersion out of the manifest to write it all the same',
  });
}
