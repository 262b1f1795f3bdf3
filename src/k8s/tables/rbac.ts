import { type Fields, field } from '../../k8s-decode/value.js';
import { age, createdAt, name } from './cells.js';
import { defineTable } from './define.js';
import { list, text } from './read.js';

const roleTable = defineTable({ Name: name, 'Created At:date': createdAt });

const bindingTable = defineTable({
  Name: name,
  Role: (binding) => `${text(binding, 'roleRef', 'kind')}/${text(binding, 'roleRef', 'name')}`,
  Age: age,
  'Users*': (binding) => subjects(binding, 'User'),
  'Groups*': (binding) => subjects(binding, 'Group'),
  'ServiceAccounts*': (binding) => subjects(binding, 'ServiceAccount'),
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
