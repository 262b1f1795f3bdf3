import { type Fields, field } from '../../k8s-decode/value.js';
import { age, name } from './cells.js';
import { type Cell, defineTable } from './define.js';
import { has, list, number, object, text } from './read.js';

const policy: Cell = (group) => (has(group, 'spec', 'schedulingPolicy', 'gang') ? 'Gang' : 'Basic');

const workload: Cell = (group) => {
  const reference = object(group, 'spec', 'workloadRef');
  if (reference) return text(reference, 'workloadName');
  // Up to v1alpha2 the name stood deeper.
  const template = object(group, 'spec', 'podGroupTemplateRef');
  return template ? text(template, 'workload', 'workloadName') : '<none>';
};

export const tables = {
  CompositePodGroup: defineTable({ Name: name, Policy: policy, Workload: workload, Age: age }),
  PodGroup: defineTable({ Name: name, Policy: policy, Workload: workload, Status: groupStatus, Age: age }),
  PriorityClass: defineTable({
    Name: name,
    'Value:integer': (priority) => number(priority, ['value']),
    'Global-Default:boolean': (priority) => field(priority, 'globalDefault') === true,
    Age: age,
    PreemptionPolicy: (priority) => text(priority, 'preemptionPolicy') || 'PreemptLowerPriority',
  }),
  RuntimeClass: defineTable({
    Name: name,
    // The alpha has a spec.
    Handler: (runtime) => text(runtime, 'handler') || text(runtime, 'spec', 'runtimeHandler'),
    Age: age,
  }),
  Workload: defineTable({ Name: name, Age: age }),
};

function groupStatus(group: Fields): string {
  const conditions = list(group, 'status', 'conditions');
  const last = (type: string) => conditions.findLast((each) => field(each, 'type') === type);
  const disrupted = last('DisruptionTarget');
  if (disrupted) return text(disrupted, 'reason');
  // Up to v1alpha2 it had the second name.
  const scheduled = last('PodGroupInitiallyScheduled') ?? last('PodGroupScheduled');
  if (!scheduled) return 'Pending';
  return field(scheduled, 'status') === 'True' ? 'Scheduled' : 'Unschedulable';
}
