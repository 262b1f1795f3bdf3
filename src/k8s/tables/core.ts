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
    Name: name,
    Status: (component) => {
      const healthy = healthOf(component);
      if (!healthy) return 'Unknown';
      return field(healthy, 'status') === 'True' ? 'Healthy' : 'Unhealthy';
    },
    Message: (component) => text(healthOf(component), 'message'),
    Error: (component) => text(healthOf(component), 'error'),
  }),
  ConfigMap: defineTable({
    Name: name,
    Data: (map) => size(map, 'data') + size(map, 'binaryData'),
    Age: age,
  }),
  Endpoints: endpointsTable,
  Event: eventTable,
  LimitRange: defineTable({ Name: name, 'Created At:date': createdAt }),
  Namespace: defineTable({
    Name: name,
    Status: (namespace) => text(namespace, 'status', 'phase') || 'Active',
    Age: age,
  }),
  Node: nodeTable,
  PersistentVolume: volumeTable,
  PersistentVolumeClaim: volumeClaimTable,
  Pod: podTable,
  PodTemplate: defineTable({
    Name: name,
    Containers: (template) => containerNames(field(template, 'template', 'spec')),
    Images: (template) => images(field(template, 'template', 'spec')),
    'Pod Labels': (template) => labels(field(template, 'template', 'metadata', 'labels')),
  }),
  ReplicationController: replicationControllerTable,
  ResourceQuota: defineTable({
    Name: name,
    Request: (quota) => usage(quota, (resource) => !resource.startsWith('limits.')),
    Limit: (quota) => usage(quota, (resource) => resource.startsWith('limits.')),
    Age: age,
  }),
  Secret: defineTable({
    Name: name,
    Type: (secret) => text(secret, 'type') || 'Opaque',
    Data: (secret) => size(secret, 'data'),
    Age: age,
  }),
  Service: serviceTable,
  ServiceAccount: defineTable({ Name: name, Age: age }),
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
