import { type Fields, field } from '../../k8s-decode/value.js';
import { age, createdAt, name } from './cells.js';
import { defineTable } from './define.js';
import { list, text } from './read.js';

const roleTable = defineTable({ NAME: name, 'CREATED AT': createdAt });

const bindingTable = defineTable({
  NAME: name,
  ROLE: (binding) => `${text(binding, 'roleRef', 'kind')}/${text(binding, 'roleRef', 'name')}`,
  AGE: age,
  'USERS*': (binding) => subjects(binding, 'User'),
  'GROUPS*': (binding) => subjects(binding, 'Group'),
  'SERVICEACCOUNTS*': (binding) => subjects(binding, 'ServiceAccount'),
});

export const tables = {
  ClusterRole: roleTable,
  ClusterRoleBinding: bindingTable,
  Role: roleTable,
  RoleBinding: bindingTable,
};

function subjects(binding: Fields, kind: string): string {
  return list(binding, 'subjects')
    .filter((subject) => field(subject, 'kind') === kind)
    .map((subject) => (kind === 'ServiceAccount' ? `${text(subject, 'namespace')}/` : '') + text(subject, 'name'))
    .join(', ');
}
