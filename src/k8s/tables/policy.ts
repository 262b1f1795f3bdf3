import { type Fields, field } from '../../k8s-decode/value.js';
import { age, name } from './cells.js';
import { type Cell, defineTable } from './define.js';
import { scalar, text, texts } from './read.js';

/** Which choice the policy makes for `part` of a pod's security. */
function rule(part: string): Cell {
  return (policy) => text(policy, 'spec', part, 'rule');
}

function flag(policy: Fields, part: string): string {
  return String(field(policy, 'spec', part) === true);
}

export const tables = {
  PodDisruptionBudget: defineTable({
    NAME: name,
    'MIN AVAILABLE': (budget) => scalar(budget, ['spec', 'minAvailable'], 'N/A'),
    'MAX UNAVAILABLE': (budget) => scalar(budget, ['spec', 'maxUnavailable'], 'N/A'),
    'ALLOWED DISRUPTIONS': (budget) => scalar(budget, ['status', 'disruptionsAllowed'], '0'),
    AGE: age,
  }),
  PodSecurityPolicy: defineTable({
    NAME: name,
    PRIV: (policy) => flag(policy, 'privileged'),
    CAPS: (policy) => texts(policy, 'spec', 'allowedCapabilities').join(','),
    SELINUX: rule('seLinux'),
    RUNASUSER: rule('runAsUser'),
    FSGROUP: rule('fsGroup'),
    SUPGROUP: rule('supplementalGroups'),
    READONLYROOTFS: (policy) => flag(policy, 'readOnlyRootFilesystem'),
    VOLUMES: (policy) => texts(policy, 'spec', 'volumes').join(','),
  }),
};
