import type { Fields } from '../../k8s-decode/value.js';
import { age, createdAt, name } from './cells.js';
import { type Cell, defineTable } from './define.js';
import { object, size, text } from './read.js';
import { goSelector } from './selector.js';

const webhooksTable = defineTable({ NAME: name, WEBHOOKS: (hooks) => String(size(hooks, 'webhooks')), AGE: age });

const paramKind: Cell = (policy) => {
  const kind = object(policy, 'spec', 'paramKind');
  return kind ? `${text(kind, 'apiVersion')}/${text(kind, 'kind')}` : '<unset>';
};

const bindingTable = defineTable({
  NAME: name,
  POLICYNAME: (binding) => text(binding, 'spec', 'policyName'),
  PARAMREF: paramRef,
  AGE: age,
});

export const tables = {
  InitializerConfiguration: defineTable({ NAME: name, 'CREATED AT': createdAt }),
  MutatingAdmissionPolicy: defineTable({
    NAME: name,
    MUTATIONS: (policy) => String(size(policy, 'spec', 'mutations')),
    PARAMKIND: paramKind,
    AGE: age,
  }),
  MutatingAdmissionPolicyBinding: bindingTable,
  MutatingWebhookConfiguration: webhooksTable,
  ValidatingAdmissionPolicy: defineTable({
    NAME: name,
    VALIDATIONS: (policy) => String(size(policy, 'spec', 'validations')),
    PARAMKIND: paramKind,
    AGE: age,
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
