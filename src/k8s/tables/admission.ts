import type { Fields } from '../../k8s-decode/value.js';
import { age, createdAt, name } from './cells.js';
import { type Cell, defineTable } from './define.js';
import { object, size, text } from './read.js';
import { goSelector } from './selector.js';

const webhooksTable = defineTable({ Name: name, 'Webhooks:integer': (hooks) => size(hooks, 'webhooks'), Age: age });

const paramKind: Cell = (policy) => {
  const kind = object(policy, 'spec', 'paramKind');
  return kind ? `${text(kind, 'apiVersion')}/${text(kind, 'kind')}` : '<unset>';
};

const bindingTable = defineTable({
  Name: name,
  PolicyName: (binding) => text(binding, 'spec', 'policyName'),
  ParamRef: paramRef,
  Age: age,
});

export const tables = {
  InitializerConfiguration: defineTable({ Name: name, 'Created At:date': createdAt }),
  MutatingAdmissionPolicy: defineTable({
    Name: name,
    'Mutations:integer': (policy) => size(policy, 'spec', 'mutations'),
    ParamKind: paramKind,
    Age: age,
  }),
  MutatingAdmissionPolicyBinding: bindingTable,
  MutatingWebhookConfiguration: webhooksTable,
  ValidatingAdmissionPolicy: defineTable({
    Name: name,
    'Validations:integer': (policy) => size(policy, 'spec', 'validations'),
    ParamKind: paramKind,
    Age: age,
  }),
  ValidatingAdmissionPolicyBinding: bindingTable,
  ValidatingWebhookConfiguration: webhooksTable,
};

/** Parameters by name (`*` where they have no namespace: they may be the cluster's) or by a selector. */
function paramRef(binding: Fields): string {
  const reference = object(binding, 'spec', 'paramRef');
  const named = text(reference, 'name');
  if (named !== '') return `${text(reference, 'namespace') || '*'}/${named}`;
  const selector = object(reference, 'selector');
  return selector ? goSelector(selector) : '<unset>';
}
