import { type Fields, field } from '../../k8s-decode/value.js';
import { age, name } from './cells.js';
import { defineTable } from './define.js';
import { has, list, number, object, text } from './read.js';

export const tables = {
  PodGroup: defineTable({
    Name: name,
    Policy: (group) => (has(group, 'spec', 'schedulingPolicy', 'gang') ? 'Gang' : 'Basic'),
    Workload: (group) => {
      const template = object(group, 'spec', 'podGroupTemplateRef');
      return template ? text(template, 'workload', 'workloadName') : '<none>';
    },
    Status: groupStatus,
    Age: age,
  }),
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
  const scheduled = last('PodGroupScheduled');
  if (!scheduled) return 'Pending';
  return field(scheduled, 'status') === 'True' ? 'Scheduled' : 'Unschedulable';
}
