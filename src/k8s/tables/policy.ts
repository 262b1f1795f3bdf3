import { type Fields, field } from '../../k8s-decode/value.js';
import { age, name } from './cells.js';
import { type Cell, defineTable } from './define.js';
import { number, scalar, text, texts } from './read.js';

/** Which choice the policy makes for `part` of a pod's security. */
function rule(part: string): Cell {
  return (policy) => text(policy, 'spec', part, 'rule');
}

function flag(policy: Fields, part: string): string {
  return String(field(policy, 'spec', part) === true);
}

export const tables = {
  PodDisruptionBudget: defineTable({
    Name: name,
    'Min Available': (budget) => scalar(budget, ['spec', 'minAvailable'], 'N/A'),
    'Max Unavailable': (budget) => scalar(budget, ['spec', 'maxUnavailable'], 'N/A'),
    'Allowed Disruptions:integer': (budget) => number(budget, ['status', 'disruptionsAllowed']),
    Age: age,
  }),
  PodSecurityPolicy: defineTable({
    Name: name,
    Priv: (policy) => flag(policy, 'privileged'),
    Caps: (policy) => texts(policy, 'spec', 'allowedCapabilities').join(','),
    SELinux: rule('seLinux'),
    RunAsUser: rule('runAsUser'),
    FSGroup: rule('fsGroup'),
    SupGroup: rule('supplementalGroups'),
    ReadOnlyRootFs: (policy) => flag(policy, 'readOnlyRootFilesystem'),
    Volumes: (policy) => texts(policy, 'spec', 'volumes').join(','),
  }),
};
