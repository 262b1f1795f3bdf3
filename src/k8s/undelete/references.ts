/** What an object names without which it does not work: its namespace and definition, volumes and claims, accounts, roles, settings. */
import { type Fields, field, stringField, type Value } from '../../k8s-decode/value.js';
import type { KeyPlace } from '../cluster.js';
import { listOf } from '../fields.js';

/** An object by its resource and name. */
export interface Reference {
  /** `secrets`, `roles.rbac.authorization.k8s.io`. */
  resource: string;
  /** Undefined for a resource without namespaces. */
  namespace?: string | undefined;
  name: string;
}

/** An owner, as `metadata.ownerReferences` names it. */
export interface Owner {
  uid: string;
  apiVersion: string;
  kind: string;
  name: string;
  isController: boolean;
}

const RBAC = 'rbac.authorization.k8s.io';

/** The owners that an object names. */
export function ownersOf(object: Fields | undefined): Owner[] {
  return listOf(field(object, 'metadata', 'ownerReferences')).map((owner) => ({
    uid: stringField(owner, 'uid') ?? '',
    apiVersion: stringField(owner, 'apiVersion') ?? '',
    kind: stringField(owner, 'kind') ?? '',
    name: stringField(owner, 'name') ?? '',
    isController: field(owner, 'controller') === true,
  }));
}

/** What an object names, but its owners. */
export function namedBy(object: Fields, { resource, namespace }: KeyPlace): Reference[] {
  const found: Reference[] = [];
  if (namespace !== undefined) found.push({ resource: 'namespaces', name: namespace });
  if (resource.custom) {
    const name = `${resource.plural}.${resource.group}`;
    found.push({ resource: 'customresourcedefinitions.apiextensions.k8s.io', name });
    return found;
  }
  const names = new Names(found, namespace);
  const pod = podSpecOf(object);
  if (pod) names.ofPod(pod);
  names.ofKind(object);
  return found;
}

/** The pod that an object is, or makes. */
function podSpecOf(object: Fields): Value | undefined {
  switch (stringField(object, 'kind')) {
    case 'Pod':
      return field(object, 'spec');
    case 'CronJob':
      return field(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec');
    case 'PodTemplate':
      return field(object, 'template', 'spec');
    default:
      return field(object, 'spec', 'template', 'spec');
  }
}

class Names {
  constructor(
    private readonly found: Reference[],
    private readonly namespace: string | undefined,
  ) {}

  /** A name that may be missing, in the object's namespace. */
  private here(resource: string, name: string | undefined, namespace = this.namespace): void {
    if (name) this.found.push({ resource, namespace, name });
  }

  private global(resource: string, name: string | undefined): void {
    if (name) this.found.push({ resource, name });
  }

  ofPod(spec: Value): void {
    this.here('serviceaccounts', stringField(spec, 'serviceAccountName') || stringField(spec, 'serviceAccount'));
    this.global('priorityclasses.scheduling.k8s.io', stringField(spec, 'priorityClassName'));
    this.global('runtimeclasses.node.k8s.io', stringField(spec, 'runtimeClassName'));
    for (const secret of listOf(field(spec, 'imagePullSecrets'))) this.here('secrets', stringField(secret, 'name'));
    for (const volume of listOf(field(spec, 'volumes'))) this.ofVolume(volume);
    for (const list of ['containers', 'initContainers', 'ephemeralContainers']) {
      for (const container of listOf(field(spec, list))) this.ofContainer(container);
    }
  }

  private ofVolume(volume: Value): void {
    this.here('configmaps', stringField(volume, 'configMap', 'name'));
    this.here('secrets', stringField(volume, 'secret', 'secretName'));
    this.here('persistentvolumeclaims', stringField(volume, 'persistentVolumeClaim', 'claimName'));
    for (const source of listOf(field(volume, 'projected', 'sources'))) {
      this.here('configmaps', stringField(source, 'configMap', 'name'));
      this.here('secrets', stringField(source, 'secret', 'name'));
    }
  }

  private ofContainer(container: Value): void {
    for (const from of listOf(field(container, 'envFrom'))) {
      this.here('configmaps', stringField(from, 'configMapRef', 'name'));
      this.here('secrets', stringField(from, 'secretRef', 'name'));
    }
    for (const variable of listOf(field(container, 'env'))) {
      this.here('configmaps', stringField(variable, 'valueFrom', 'configMapKeyRef', 'name'));
      this.here('secrets', stringField(variable, 'valueFrom', 'secretKeyRef', 'name'));
    }
  }

  ofKind(object: Fields): void {
    const spec = field(object, 'spec');
    switch (stringField(object, 'kind')) {
      case 'PersistentVolumeClaim':
        this.global('persistentvolumes', stringField(spec, 'volumeName'));
        this.global('storageclasses.storage.k8s.io', stringField(spec, 'storageClassName'));
        break;
      case 'PersistentVolume':
        this.here(
          'persistentvolumeclaims',
          stringField(spec, 'claimRef', 'name'),
          stringField(spec, 'claimRef', 'namespace'),
        );
        this.global('storageclasses.storage.k8s.io', stringField(spec, 'storageClassName'));
        break;
      case 'ServiceAccount':
        for (const list of ['secrets', 'imagePullSecrets']) {
          for (const secret of listOf(object.get(list))) this.here('secrets', stringField(secret, 'name'));
        }
        break;
      case 'RoleBinding':
      case 'ClusterRoleBinding':
        this.ofBinding(object);
        break;
      case 'Ingress':
        for (const tls of listOf(field(spec, 'tls'))) this.here('secrets', stringField(tls, 'secretName'));
        this.global('ingressclasses.networking.k8s.io', stringField(spec, 'ingressClassName'));
        break;
      default:
    }
  }

  private ofBinding(binding: Fields): void {
    const name = stringField(binding, 'roleRef', 'name');
    if (stringField(binding, 'roleRef', 'kind') === 'Role') this.here(`roles.${RBAC}`, name);
    else this.global(`clusterroles.${RBAC}`, name);
    for (const account of accountsOf(binding)) this.here('serviceaccounts', account.name, account.namespace);
  }
}

/** The service accounts that a binding gives a role. */
export function accountsOf(binding: Fields): { namespace: string | undefined; name: string }[] {
  return listOf(binding.get('subjects'))
    .filter((subject) => stringField(subject, 'kind') === 'ServiceAccount')
    .map((subject) => ({
      namespace: stringField(subject, 'namespace') || stringField(binding, 'metadata', 'namespace'),
      name: stringField(subject, 'name') ?? '',
    }));
}
