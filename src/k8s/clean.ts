/** Stored objects as manifests that `kubectl apply` takes: without what a cluster has put into them. */
import { type Fields, field, stringField, type Value } from '../k8s-decode/value.js';
import { definitionV1 } from './definition-v1.js';
import { fieldsAt, listOf, setList } from './fields.js';

/** What the API server and controllers put into metadata. */
const SERVER_METADATA = [
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
  'ownerReferences',
  'clusterName',
];

const SERVER_ANNOTATIONS = [
  /^kubectl\.kubernetes\.io\/last-applied-configuration$/,
  /^deployment\.kubernetes\.io\/(revision|revision-history|desired-replicas|max-replicas)$/,
  /^deprecated\.daemonset\.template\.generation$/,
  /^pv\.kubernetes\.io\/(bind-completed|bound-by-controller|provisioned-by)$/,
  /^volume\.(beta\.)?kubernetes\.io\/(storage-provisioner|selected-node)$/,
  /^volume\.kubernetes\.io\/selected-node$/,
  /^(control-plane\.alpha|endpoints)\.kubernetes\.io\/(leader|last-change-trigger-time)$/,
  /^batch\.kubernetes\.io\/(job-tracking|cronjob-scheduled-timestamp)$/,
  /^autoscaling\.alpha\.kubernetes\.io\/(conditions|current-metrics)$/,
];

/** Paths that a cluster fills, by kind. */
const ASSIGNED = new Map<string, readonly (readonly string[])[]>(
  Object.entries({
    Pod: [
      ['spec', 'nodeName'],
      ['spec', 'priority'],
      ['spec', 'serviceAccount'],
    ],
    PersistentVolumeClaim: [['spec', 'volumeName']],
    PersistentVolume: [
      ['spec', 'claimRef', 'uid'],
      ['spec', 'claimRef', 'resourceVersion'],
    ],
    Namespace: [['spec', 'finalizers']],
    ServiceAccount: [['secrets']],
    Node: [
      ['spec', 'podCIDR'],
      ['spec', 'podCIDRs'],
      ['spec', 'providerID'],
    ],
    CertificateSigningRequest: [
      ['spec', 'uid'],
      ['spec', 'username'],
      ['spec', 'groups'],
      ['spec', 'extra'],
    ],
  }),
);

/** The manifest of a stored object. */
export function cleanManifest(object: Fields): Fields {
  const kind = stringField(object, 'kind') ?? '';
  let clean = new Map(object);
  clean.delete('status');
  clean.set('metadata', cleanMetadata(fieldsAt(object, 'metadata'), kind));
  for (const path of ASSIGNED.get(kind) ?? []) clean = without(clean, path);
  if (kind === 'Service') clean = cleanService(clean);
  if (kind === 'Job') clean = cleanJob(clean);
  if (kind === 'Pod') clean = cleanPod(clean);
  if (kind === 'CustomResourceDefinition' && stringField(clean, 'apiVersion')?.endsWith('/v1beta1')) {
    clean = definitionV1(clean);
  }
  return withoutEmpty(clean) as Fields;
}

function cleanMetadata(metadata: Fields, kind: string): Fields {
  const clean = new Map(metadata);
  for (const name of SERVER_METADATA) clean.delete(name);
  // A name is there already: to generate another one is not meant.
  clean.delete('generateName');
  const annotations = new Map(fieldsAt(metadata, 'annotations'));
  for (const name of annotations.keys()) {
    if (SERVER_ANNOTATIONS.some((pattern) => pattern.test(name))) annotations.delete(name);
  }
  if (annotations.size > 0) clean.set('annotations', annotations);
  else clean.delete('annotations');
  return cleanFinalizers(withoutNamespaceLabel(clean, kind));
}

/** Put there by controllers that do it again. */
function cleanFinalizers(metadata: Fields): Fields {
  const list = metadata.get('finalizers');
  if (!Array.isArray(list)) return metadata;
  const own = list.filter(
    (name) => !/^(kubernetes\.io\/p(vc|v)-protection|foregroundDeletion|orphan)$/.test(String(name)),
  );
  const clean = new Map(metadata);
  if (own.length > 0) clean.set('finalizers', own);
  else clean.delete('finalizers');
  return clean;
}

function withoutNamespaceLabel(metadata: Fields, kind: string): Fields {
  if (kind !== 'Namespace') return metadata;
  const labels = new Map(fieldsAt(metadata, 'labels'));
  labels.delete('kubernetes.io/metadata.name');
  const clean = new Map(metadata);
  if (labels.size > 0) clean.set('labels', labels);
  else clean.delete('labels');
  return clean;
}

/** Addresses are given anew, but for a headless service's, which is a choice. Node ports and their kin are kept. */
function cleanService(object: Fields): Fields {
  const isHeadless = stringField(object, 'spec', 'clusterIP') === 'None';
  let clean = without(object, ['spec', 'healthCheckNodePort']);
  if (!isHeadless) clean = without(without(clean, ['spec', 'clusterIP']), ['spec', 'clusterIPs']);
  return clean;
}

/** A job's selector and the labels that go with it are made of its uid, unless it says that they are its own. */
function cleanJob(object: Fields): Fields {
  if (field(object, 'spec', 'manualSelector') === true) return object;
  let clean = without(object, ['spec', 'selector']);
  for (const label of [
    'controller-uid',
    'job-name',
    'batch.kubernetes.io/controller-uid',
    'batch.kubernetes.io/job-name',
  ]) {
    clean = without(without(clean, ['spec', 'template', 'metadata', 'labels', label]), ['metadata', 'labels', label]);
  }
  return clean;
}

/** The token of its service account is mounted anew, under another name; tolerations that admission adds, too. */
function cleanPod(object: Fields): Fields {
  const spec = new Map(fieldsAt(object, 'spec'));
  const volumes = listOf(spec.get('volumes'));
  const isToken = (name: string) => /^kube-api-access-[a-z0-9]{5}$|^.+-token-[a-z0-9]{5}$/.test(name);
  const tokens = volumes.map((volume) => stringField(volume, 'name') ?? '').filter(isToken);
  setList(
    spec,
    'volumes',
    volumes.filter((volume) => !tokens.includes(stringField(volume, 'name') ?? '')),
  );
  for (const name of ['containers', 'initContainers', 'ephemeralContainers']) {
    const containers = listOf(spec.get(name)).map((container) => withoutMounts(container, tokens));
    setList(spec, name, name === 'ephemeralContainers' ? [] : containers);
  }
  const tolerations = listOf(spec.get('tolerations')).filter((each) => !isAdmitted(each));
  setList(spec, 'tolerations', tolerations);
  return new Map(object).set('spec', spec);
}

function isAdmitted(toleration: Value): boolean {
  const key = stringField(toleration, 'key') ?? '';
  return /^node\.kubernetes\.io\/(not-ready|unreachable)$/.test(key) && field(toleration, 'tolerationSeconds') === 300;
}

function withoutMounts(container: Value, tokens: readonly string[]): Value {
  if (!(container instanceof Map)) return container;
  const clean = new Map(container);
  const mounts = listOf(container.get('volumeMounts'));
  setList(
    clean,
    'volumeMounts',
    mounts.filter((mount) => !tokens.includes(stringField(mount, 'name') ?? '')),
  );
  return clean;
}

/** The object without a field; an object that is empty then goes too. */
function without(object: Fields, [name = '', ...rest]: readonly string[]): Fields {
  const value = object.get(name);
  if (value === undefined) return object;
  const clean = new Map(object);
  if (rest.length === 0) clean.delete(name);
  else if (value instanceof Map) {
    const inner = without(value, rest);
    if (inner.size > 0) clean.set(name, inner);
    else clean.delete(name);
  }
  return clean;
}

/** Without what Kubernetes' types show though nobody wrote it: `creationTimestamp: null`, `strategy: {}`, `resources: {}`. */
function withoutEmpty(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (!(value instanceof Map)) return value;
  const clean: Fields = new Map();
  for (const [name, each] of value) {
    if (name === 'creationTimestamp' && each === null) continue;
    const isEmpty = each instanceof Map && each.size === 0;
    if (isEmpty && /^(strategy|updateStrategy|resources|metadata)$/.test(name)) continue;
    clean.set(name, withoutEmpty(each));
  }
  return clean;
}
