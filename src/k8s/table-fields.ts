/** What the tables read of objects, of the resource that most clusters have most of; of the others all but what no table shows. */
import { type FieldMask, NO_MANAGED_FIELDS } from '../k8s-decode/protobuf/field-mask.js';
import type { Resource } from './resources.js';

const METADATA = { name: true, namespace: true, labels: true, creationTimestamp: true, deletionTimestamp: true };

/** All that a line with the name needs, and selectors of labels. */
export const NAME_FIELDS: FieldMask = { metadata: METADATA };

const CONTAINER_STATUS: FieldMask = {
  name: true,
  ready: true,
  started: true,
  restartCount: true,
  state: { waiting: { reason: true }, running: {}, terminated: { reason: true, exitCode: true, signal: true } },
  lastState: { terminated: { finishedAt: true } },
};

/** All that tables/pods.ts looks at, and selectors of labels. */
const POD: FieldMask = {
  metadata: METADATA,
  spec: {
    nodeName: true,
    containers: {},
    initContainers: { name: true, restartPolicy: true },
    readinessGates: true,
  },
  status: {
    phase: true,
    reason: true,
    podIP: true,
    podIPs: true,
    nominatedNodeName: true,
    conditions: { type: true, status: true, reason: true },
    containerStatuses: CONTAINER_STATUS,
    initContainerStatuses: CONTAINER_STATUS,
  },
};

/** What has to be decoded of a resource's objects for their table and their labels. */
export function tableFields({ group, kind }: Resource): FieldMask {
  return group === '' && kind === 'Pod' ? POD : NO_MANAGED_FIELDS;
}
