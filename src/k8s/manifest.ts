/** A manifest as the object that is stored for it. */
import { randomUUID } from 'node:crypto';
import type { Fields, Value } from '../k8s-decode/value.js';
import { field, stringField } from '../k8s-decode/value.js';
import { fieldsAt } from './fields.js';
import type { Resource } from './resources.js';

/** Fields of metadata that the API server keeps, whatever a manifest says. */
const KEPT_METADATA = [
  'uid',
  'creationTimestamp',
  'generation',
  'generateName',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'finalizers',
  'ownerReferences',
  'managedFields',
];

/** What the cluster has given an object, by kind: kept where the manifest does not have it. */
const ASSIGNED = new Map<string, readonly (readonly string[])[]>(
  Object.entries({
    Service: [
      ['spec', 'clusterIP'],
      ['spec', 'clusterIPs'],
      ['spec', 'ipFamilies'],
      ['spec', 'ipFamilyPolicy'],
      ['spec', 'healthCheckNodePort'],
    ],
    Namespace: [['spec', 'finalizers']],
    Pod: [['spec', 'nodeName']],
    PersistentVolumeClaim: [['spec', 'volumeName']],
    PersistentVolume: [['spec', 'claimRef']],
    ServiceAccount: [['secrets'], ['imagePullSecrets']],
    Job: [
      ['spec', 'selector'],
      ['spec', 'template', 'metadata'],
    ],
  }),
);

/**
 * What stands in place of an object that is there already: its own spec and data, with what the API server and controllers have put
 * into the old one. Labels and annotations of the old one that the manifest does not name stay, as with `kubectl apply`.
 */
export function replacement(manifest: Fields, old: Fields): Fields {
  const [given, kept] = [fieldsAt(manifest, 'metadata'), fieldsAt(old, 'metadata')];
  const metadata: Fields = new Map(kept);
  for (const [name, value] of given) if (!KEPT_METADATA.includes(name) && value !== null) metadata.set(name, value);
  for (const name of ['labels', 'annotations']) {
    const merged = new Map([...fieldsAt(kept, name), ...fieldsAt(given, name)]);
    if (merged.size > 0) metadata.set(name, merged);
  }
  let object = new Map(stored(manifest)).set('metadata', metadata);
  if (!isFilled(object.get('status')) && old.has('status')) object.set('status', old.get('status')!);
  for (const path of ASSIGNED.get(stringField(old, 'kind') ?? '') ?? []) object = withAssigned(object, old, path);
  return object;
}

/** What is stored for a manifest of an object that is new. */
export function creation(manifest: Fields, resource: Resource, namespace: string | undefined, now: Date): Fields {
  const metadata = new Map(fieldsAt(manifest, 'metadata'));
  if (namespace !== undefined) metadata.set('namespace', namespace);
  if (!metadata.get('uid')) metadata.set('uid', randomUUID());
  if (!metadata.get('creationTimestamp')) metadata.set('creationTimestamp', `${now.toISOString().slice(0, 19)}Z`);
  if (!metadata.get('generation') && hasGeneration(manifest, resource)) metadata.set('generation', 1);
  const object = new Map(stored(manifest)).set('metadata', metadata);
  if (resource.plural === 'namespaces' && resource.group === '') {
    if (!field(object, 'spec', 'finalizers')) object.set('spec', new Map([['finalizers', ['kubernetes']]]));
    if (!field(object, 'status', 'phase')) object.set('status', new Map([['phase', 'Active']]));
  }
  return object;
}

/** Whether the API server counts generations of a kind: those with a spec, outside of the core group all. */
function hasGeneration(manifest: Fields, { group, plural }: Resource): boolean {
  return manifest.has('spec') && (group !== '' || plural === 'replicationcontrollers');
}

/** A Secret's stringData is only for writing: it is stored as data. */
function stored(manifest: Fields): Fields {
  const plain = manifest.get('stringData');
  if (stringField(manifest, 'kind') !== 'Secret' || !(plain instanceof Map)) return manifest;
  const data = new Map(fieldsAt(manifest, 'data'));
  for (const [name, value] of plain) data.set(name, Buffer.from(String(value)).toString('base64'));
  const object = new Map(manifest).set('data', data);
  object.delete('stringData');
  return object;
}

function isFilled(value: Value | undefined): boolean {
  return value instanceof Map && value.size > 0;
}

function withAssigned(object: Fields, old: Fields, path: readonly string[]): Fields {
  const assigned = field(old, ...path);
  const own = field(object, ...path);
  if (assigned === undefined || (own !== undefined && own !== null && own !== '')) return object;
  return withField(object, path, assigned);
}

function withField(object: Fields, [name = '', ...rest]: readonly string[], value: Value): Fields {
  return new Map(object).set(name, rest.length === 0 ? value : withField(fieldsAt(object, name), rest, value));
}
