/** The core group: what has no file of its own. */
import { type Fields, field } from '../../k8s-decode/value.js';
import { replicationControllerTable } from './apps.js';
import { age, containerNames, createdAt, images, name } from './cells.js';
import { defineTable } from './define.js';
import { endpointsTable } from './endpoints.js';
import { eventTable } from './events.js';
import { nodeTable } from './nodes.js';
import { podTable } from './pods.js';
import { condition, list, object, size, text } from './read.js';
import { labels } from './selector.js';
import { serviceTable } from './services.js';
import { volumeClaimTable, volumeTable } from './volumes.js';

export const tables = {
  ComponentStatus: defineTable({
    NAME: name,
    STATUS: (component) => {
      const healthy = healthOf(component);
      if (!healthy) return 'Unknown';
      return field(healthy, 'status') === 'True' ? 'Healthy' : 'Unhealthy';
    },
    MESSAGE: (component) => text(healthOf(component), 'message'),
    ERROR: (component) => text(healthOf(component), 'error'),
  }),
  ConfigMap: defineTable({
    NAME: name,
    DATA: (map) => String(size(map, 'data') + size(map, 'binaryData')),
    AGE: age,
  }),
  Endpoints: endpointsTable,
  Event: eventTable,
  LimitRange: defineTable({ NAME: name, 'CREATED AT': createdAt }),
  Namespace: defineTable({
    NAME: name,
    STATUS: (namespace) => text(namespace, 'status', 'phase') || 'Active',
    AGE: age,
  }),
  Node: nodeTable,
  PersistentVolume: volumeTable,
  PersistentVolumeClaim: volumeClaimTable,
  Pod: podTable,
  PodTemplate: defineTable({
    NAME: name,
    CONTAINERS: (template) => containerNames(field(template, 'template', 'spec')),
    IMAGES: (template) => images(field(template, 'template', 'spec')),
    'POD LABELS': (template) => labels(field(template, 'template', 'metadata', 'labels')),
  }),
  ReplicationController: replicationControllerTable,
  ResourceQuota: defineTable({
    NAME: name,
    REQUEST: (quota) => usage(quota, (resource) => !resource.startsWith('limits.')),
    LIMIT: (quota) => usage(quota, (resource) => resource.startsWith('limits.')),
    AGE: age,
  }),
  Secret: defineTable({
    NAME: name,
    TYPE: (secret) => text(secret, 'type') || 'Opaque',
    DATA: (secret) => String(size(secret, 'data')),
    AGE: age,
  }),
  Service: serviceTable,
  ServiceAccount: defineTable({ NAME: name, AGE: age }),
};

function healthOf(component: Fields) {
  return condition(list(component, 'conditions'), 'Healthy');
}

/** How much of each resource is used, and how much may be: `pods: 10/500, requests.cpu: 1850m/200`. */
function usage(quota: Fields, isShown: (resource: string) => boolean): string {
  return [...(object(quota, 'status', 'hard') ?? [])]
    .filter(([resource]) => isShown(resource))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([resource, hard]) => `${resource}: ${text(quota, 'status', 'used', resource) || '0'}/${hard}`)
    .join(', ');
}
