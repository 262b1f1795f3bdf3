/** Controllers that keep pods running. */
import { type Fields, field } from '../../k8s-decode/value.js';
import { age, containerNames, images, name } from './cells.js';
import { type Cell, defineTable } from './define.js';
import { has, list, number, scalar, size, text } from './read.js';
import { labelSelector, labels, selectorText } from './selector.js';

const podSpec = (object: Fields) => field(object, 'spec', 'template', 'spec');
const containersCell: Cell = (object) => containerNames(podSpec(object));
const imagesCell: Cell = (object) => images(podSpec(object));

/** A count that the controller reports. */
function reported(fact: string): Cell {
  return (object) => scalar(object, ['status', fact], '0');
}

/** Not set is 1. */
const desired: Cell = (object) => scalar(object, ['spec', 'replicas'], '1');

const readyOfDesired: Cell = (object, now) => `${number(object, ['status', 'readyReplicas'])}/${desired(object, now)}`;

/** Versions that take the labels of the pods where there is no selector. */
const SELECT_BY_LABELS = ['extensions/v1beta1', 'apps/v1beta1'];

function selectorOf(object: Fields) {
  const selector = field(object, 'spec', 'selector');
  if (has(selector) || !SELECT_BY_LABELS.includes(text(object, 'apiVersion'))) return selector;
  return new Map([['matchLabels', field(object, 'spec', 'template', 'metadata', 'labels') ?? null]]);
}

const replicas = {
  NAME: name,
  DESIRED: desired,
  CURRENT: reported('replicas'),
  READY: reported('readyReplicas'),
  AGE: age,
  'CONTAINERS*': containersCell,
  'IMAGES*': imagesCell,
};

export const replicationControllerTable = defineTable({
  ...replicas,
  'SELECTOR*': (controller) => {
    const isGiven = size(controller, 'spec', 'selector') > 0;
    return labels(field(controller, 'spec', ...(isGiven ? ['selector'] : ['template', 'metadata', 'labels'])));
  },
});

export const tables = {
  ControllerRevision: defineTable({
    NAME: name,
    CONTROLLER: controllerOf,
    REVISION: (revision) => scalar(revision, ['revision'], '0'),
    AGE: age,
  }),
  DaemonSet: defineTable({
    NAME: name,
    DESIRED: reported('desiredNumberScheduled'),
    CURRENT: reported('currentNumberScheduled'),
    READY: reported('numberReady'),
    'UP-TO-DATE': reported('updatedNumberScheduled'),
    AVAILABLE: reported('numberAvailable'),
    'NODE SELECTOR': (set) => labels(field(podSpec(set), 'nodeSelector')),
    AGE: age,
    'CONTAINERS*': containersCell,
    'IMAGES*': imagesCell,
    'SELECTOR*': (set) => labelSelector(selectorOf(set)),
  }),
  Deployment: defineTable({
    NAME: name,
    READY: readyOfDesired,
    'UP-TO-DATE': reported('updatedReplicas'),
    AVAILABLE: reported('availableReplicas'),
    AGE: age,
    'CONTAINERS*': containersCell,
    'IMAGES*': imagesCell,
    'SELECTOR*': (deployment) => selectorText(selectorOf(deployment)) ?? '<invalid>',
  }),
  ReplicaSet: defineTable({ ...replicas, 'SELECTOR*': (set) => labelSelector(selectorOf(set)) }),
  StatefulSet: defineTable({
    NAME: name,
    READY: readyOfDesired,
    AGE: age,
    'CONTAINERS*': containersCell,
    'IMAGES*': imagesCell,
  }),
};

/** `daemonset.apps/node-exporter`. */
function controllerOf(revision: Fields): string {
  const owner = list(revision, 'metadata', 'ownerReferences').find((each) => field(each, 'controller') === true);
  if (!owner) return '<none>';
  const [group] = text(owner, 'apiVersion').split('/').slice(0, -1);
  const kind = text(owner, 'kind') + (group ? `.${group}` : '');
  return kind === '' ? text(owner, 'name') : `${kind.toLowerCase()}/${text(owner, 'name')}`;
}
