/** What a cluster makes by itself, and no manifest is needed for. */
import { type Fields, field, stringField } from '../k8s-decode/value.js';
import { listOf } from './fields.js';
import type { Resource } from './resources.js';

/** Resources that a cluster makes by itself: exported only when they are named. */
export function isDerived({ plural, group, internal, alias }: Resource): boolean {
  if (internal || alias) return true;
  const name = group === '' ? plural : `${plural}.${group}`;
  return DERIVED.has(name);
}

const DERIVED = new Set([
  'events',
  'events.events.k8s.io',
  'endpoints',
  'nodes',
  'endpointslices.discovery.k8s.io',
  'leases.coordination.k8s.io',
  'leasecandidates.coordination.k8s.io',
  'controllerrevisions.apps',
  'apiservices.apiregistration.k8s.io',
  'csinodes.storage.k8s.io',
  'csistoragecapacities.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
  'certificatesigningrequests.certificates.k8s.io',
  'podcertificaterequests.certificates.k8s.io',
  'ipaddresses.networking.k8s.io',
  'servicecidrs.networking.k8s.io',
  'storageversions.internal.apiserver.k8s.io',
  'storageversionmigrations.storagemigration.k8s.io',
  'resourceslices.resource.k8s.io',
]);

/** Objects that every cluster or namespace gets by itself. */
export function isBuiltIn(object: Fields): boolean {
  const [kind, name] = [stringField(object, 'kind'), stringField(object, 'metadata', 'name') ?? ''];
  if (stringField(object, 'metadata', 'labels', 'kubernetes.io/bootstrapping') === 'rbac-defaults') return true;
  if (stringField(object, 'metadata', 'annotations', 'apf.kubernetes.io/autoupdate-spec') === 'true') return true;
  if (kind === 'ConfigMap') return name === 'kube-root-ca.crt';
  if (kind === 'Namespace') return /^(default|kube-system|kube-public|kube-node-lease)$/.test(name);
  if (kind === 'Secret') return stringField(object, 'type') === 'kubernetes.io/service-account-token';
  if (kind === 'ServiceAccount') return name === 'default' && !object.has('imagePullSecrets');
  if (kind === 'PriorityClass') return /^system-(cluster|node)-critical$/.test(name);
  if (kind === 'Service') return name === 'kubernetes' && stringField(object, 'metadata', 'namespace') === 'default';
  return false;
}

/** Whether another object makes this one. */
export function isOwned(object: Fields): boolean {
  return listOf(field(object, 'metadata', 'ownerReferences')).some((owner) => field(owner, 'controller') === true);
}
