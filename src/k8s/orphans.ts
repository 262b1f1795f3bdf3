/** Keys that have lost what they belong to, and objects that hold up a namespace that is to go. */
import { type Fields, field, stringField } from '../k8s-decode/value.js';
import type { Cluster } from './cluster.js';
import { readAllObjects, type StoredObject } from './objects.js';
import type { Resource } from './resources.js';

/**
 * `definition`: the CustomResourceDefinition of the key's resource is gone. `namespace`: the namespace is. `owner`: all owners are.
 * `finalizer`: the object is in a namespace that is being deleted, and has finalizers.
 */
export const ORPHAN_REASONS = ['definition', 'namespace', 'owner', 'finalizer'] as const;
export type OrphanReason = (typeof ORPHAN_REASONS)[number];

export interface Orphan {
  key: string;
  why: OrphanReason;
  detail: string;
  /** Of the key as it was read. */
  revision: string;
}

/** What other objects may belong to. */
interface Surroundings {
  uids: Set<string>;
  namespaces: Set<string>;
  /** Since when those are being deleted that are. */
  terminating: Map<string, string>;
  resources: readonly Resource[];
}

/** All orphans, in the order of their keys. The cluster is read twice, at one revision. */
export async function* findOrphans(cluster: Cluster): AsyncGenerator<Orphan> {
  const around = await surroundings(cluster);
  for await (const item of readAllObjects(cluster)) {
    const found = orphanhood(cluster, item, around);
    if (found) yield { key: item.key, revision: item.kv.mod_revision, ...found };
  }
}

async function surroundings(cluster: Cluster): Promise<Surroundings> {
  const around: Surroundings = {
    uids: new Set(),
    namespaces: new Set(),
    terminating: new Map(),
    resources: await cluster.resources(),
  };
  for await (const { resource, name, object } of readAllObjects(cluster)) {
    const uid = object && stringField(object, 'metadata', 'uid');
    if (uid) around.uids.add(uid);
    if (resource?.plural !== 'namespaces' || resource.group !== '') continue;
    around.namespaces.add(name);
    const since = stringField(object, 'metadata', 'deletionTimestamp');
    if (since) around.terminating.set(name, since);
  }
  return around;
}

function orphanhood(
  cluster: Cluster,
  { key, resource, namespace, object }: StoredObject,
  around: Surroundings,
): Pick<Orphan, 'why' | 'detail'> | undefined {
  if (!resource) {
    const group = groupInKey(cluster, key);
    return group === undefined ? undefined : { why: 'definition', detail: `no definition of ${group} is stored` };
  }
  if (resource.internal) return undefined;
  if (namespace !== undefined && !around.namespaces.has(namespace)) {
    return { why: 'namespace', detail: `there is no namespace ${namespace}` };
  }
  if (!object) return undefined;
  const owners = lostOwners(object, around);
  if (owners !== undefined) return { why: 'owner', detail: owners };
  const finalizers = strings(object, 'metadata', 'finalizers');
  const since = namespace === undefined ? undefined : around.terminating.get(namespace);
  if (since === undefined || finalizers.length === 0) return undefined;
  const own = stringField(object, 'metadata', 'deletionTimestamp');
  const state = own ? `being deleted since ${own}` : 'not yet being deleted';
  return {
    why: 'finalizer',
    detail: `${finalizers.join(', ')}: ${state}; namespace ${namespace} is to go since ${since}`,
  };
}

/** `things.example.com` for a key of a custom resource; undefined for one of a kind that is newer than this program. */
function groupInKey(cluster: Cluster, key: string): string | undefined {
  const [group = '', plural] = key.slice(cluster.rootOf(key)?.length ?? 0).split('/');
  return group.includes('.') && plural !== undefined ? `${plural}.${group}` : undefined;
}

/** Who its owners were, where it has some and none is there: the garbage collector would delete it. */
function lostOwners(object: Fields, { uids, resources }: Surroundings): string | undefined {
  const references = field(object, 'metadata', 'ownerReferences');
  if (!Array.isArray(references) || references.length === 0) return undefined;
  if (references.some((reference) => uids.has(stringField(reference, 'uid') ?? ''))) return undefined;
  const texts = references.map((reference) => {
    const [kind = '', name = '', apiVersion = ''] = ['kind', 'name', 'apiVersion'].map((part) =>
      stringField(reference, part),
    );
    const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
    const isKnown = resources.some((each) => each.kind === kind && each.group === group);
    return `${kind} ${name}${isKnown ? '' : ` (no resource of ${apiVersion} is known here)`}`;
  });
  return `its owner is gone: ${texts.join(', ')}`;
}

function strings(object: Fields, ...path: string[]): string[] {
  const list = field(object, ...path);
  return Array.isArray(list) ? list.filter((item) => typeof item === 'string') : [];
}
