import { type Fields, field } from '../../k8s-decode/value.js';
import { age, name } from './cells.js';
import { defineTable } from './define.js';
import { has, list, object, scalar, text } from './read.js';

export const tables = {
  PodGroup: defineTable({
    NAME: name,
    POLICY: (group) => (has(group, 'spec', 'schedulingPolicy', 'gang') ? 'Gang' : 'Basic'),
    WORKLOAD: (group) => {
      const template = object(group, 'spec', 'podGroupTemplateRef');
      return template ? text(template, 'workload', 'workloadName') : '<none>';
    },
    STATUS: groupStatus,
    AGE: age,
  }),
  PriorityClass: defineTable({
    NAME: name,
    VALUE: (priority) => scalar(priority, ['value'], '0'),
    'GLOBAL-DEFAULT': (priority) => String(field(priority, 'globalDefault') === true),
    AGE: age,
    PREEMPTIONPOLICY: (priority) => text(priority, 'preemptionPolicy') || 'PreemptLowerPriority',
  }),
  RuntimeClass: defineTable({
    NAME: name,
    // The alpha has a spec.
    HANDLER: (runtime) => text(runtime, 'handler') || text(runtime, 'spec', 'runtimeHandler'),
    AGE: age,
  }),
  Workload: defineTable({ NAME: name, AGE: age }),
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
