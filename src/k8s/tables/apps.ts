/** Controllers that keep pods running. */
import { type Fields, field } from '../../k8s-decode/value.js';
import { age, containerNames, images, name } from './cells.js';
import { type Cell, defineTable } from './define.js';
import { has, list, number, size, text } from './read.js';
import { labelSelector, labels, selectorText } from './selector.js';

const podSpec = (object: Fields) => field(object, 'spec', 'template', 'spec');
const containersCell: Cell = (object) => containerNames(podSpec(object));
const imagesCell: Cell = (object) => images(podSpec(object));

/** A count that the controller reports. */
function reported(fact: string): Cell {
  return (object) => number(object, ['status', fact]);
}

/** Not set is 1. */
const desired: Cell = (object) => number(object, ['spec', 'replicas'], 1);

const readyOfDesired: Cell = (object, now) => `${number(object, ['status', 'readyReplicas'])}/${desired(object, now)}`;

/** Versions that take the labels of the pods where there is no selector. */
const SELECT_BY_LABELS = ['extensions/v1beta1', 'apps/v1beta1'];

function selectorOf(object: Fields) {
  const selector = field(object, 'spec', 'selector');
  if (has(selector) || !SELECT_BY_LABELS.includes(text(object, 'apiVersion'))) return selector;
  return new Map([['matchLabels', field(object, 'spec', 'template', 'metadata', 'labels') ?? null]]);
}

const replicas = {
  Name: name,
  'Desired:integer': desired,
  'Current:integer': reported('replicas'),
  'Ready:integer': reported('readyReplicas'),
  Age: age,
  'Containers*': containersCell,
  'Images*': imagesCell,
};

export const replicationControllerTable = defineTable({
  ...replicas,
  'Selector*': (controller) => {
    const isGiven = size(controller, 'spec', 'selector') > 0;
    return labels(field(controller, 'spec', ...(isGiven ? ['selector'] : ['template', 'metadata', 'labels'])));
  },
});

export const tables = {
  ControllerRevision: defineTable({
    Name: name,
    Controller: controllerOf,
    Revision: (revision) => number(revision, ['revision']),
    Age: age,
  }),
  DaemonSet: defineTable({
    Name: name,
    'Desired:integer': reported('desiredNumberScheduled'),
    'Current:integer': reported('currentNumberScheduled'),
    'Ready:integer': reported('numberReady'),
    'Up-to-date:integer': reported('updatedNumberScheduled'),
    'Available:integer': reported('numberAvailable'),
    'Node Selector': (set) => labels(field(podSpec(set), 'nodeSelector')),
    Age: age,
    'Containers*': containersCell,
    'Images*': imagesCell,
    'Selector*': (set) => labelSelector(selectorOf(set)),
  }),
  Deployment: defineTable({
    Name: name,
    Ready: readyOfDesired,
    'Up-to-date': reported('updatedReplicas'),
    Available: reported('availableReplicas'),
    Age: age,
    'Containers*': containersCell,
    'Images*': imagesCell,
    'Selector*': (deployment) => selectorText(selectorOf(deployment)) ?? '<invalid>',
  }),
  ReplicaSet: defineTable({ ...replicas, 'Selector*': (set) => labelSelector(selectorOf(set)) }),
  StatefulSet: defineTable({
    Name: name,
    Ready: readyOfDesired,
    Age: age,
    'Containers*': containersCell,
    'Images*': imagesCell,
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
