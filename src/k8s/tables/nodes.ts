import { type Fields, field } from '../../k8s-decode/value.js';
import { age, name, orNone } from './cells.js';
import { defineTable } from './define.js';
import { list, object, text } from './read.js';

const ROLE_PREFIX = 'node-role.kubernetes.io/';

export const nodeTable = defineTable({
  Name: name,
  Status: status,
  Roles: roles,
  Age: age,
  Version: (node) => info(node, 'kubeletVersion'),
  'Internal-IP*': (node) => address(node, 'InternalIP'),
  'External-IP*': (node) => address(node, 'ExternalIP'),
  'OS-Image*': (node) => info(node, 'osImage') || '<unknown>',
  'Kernel-Version*': (node) => {
    const architecture = info(node, 'architecture');
    return (info(node, 'kernelVersion') || '<unknown>') + (architecture && ` (${architecture})`);
  },
  'Container-Runtime*': (node) => info(node, 'containerRuntimeVersion') || '<unknown>',
});

function info(node: Fields, fact: string): string {
  return text(node, 'status', 'nodeInfo', fact);
}

function status(node: Fields): string {
  const ready = list(node, 'status', 'conditions').findLast((each) => field(each, 'type') === 'Ready');
  const health = ready ? (field(ready, 'status') === 'True' ? 'Ready' : 'NotReady') : 'Unknown';
  return field(node, 'spec', 'unschedulable') === true ? `${health},SchedulingDisabled` : health;
}

function roles(node: Fields): string {
  const found = new Set<string>();
  for (const [label, value] of object(node, 'metadata', 'labels') ?? []) {
    if (label.startsWith(ROLE_PREFIX)) found.add(label.slice(ROLE_PREFIX.length));
    else if (label === 'kubernetes.io/role') found.add(String(value));
  }
  found.delete('');
  return orNone([...found].sort().join(','));
}

function address(node: Fields, type: string): string {
  const found = list(node, 'status', 'addresses').find((each) => field(each, 'type') === type);
  return found ? text(found, 'address') : '<none>';
}
