import { type Fields, field } from '../../k8s-decode/value.js';
import { humanDuration, instant, since } from './age.js';
import { age, capitalized, containerNames, images, name } from './cells.js';
import { defineTable } from './define.js';
import { condition, has, isDeleted, list, number, scalar, size, text } from './read.js';
import { labelSelector } from './selector.js';

export const tables = {
  CronJob: defineTable({
    Name: name,
    Schedule: (job) => text(job, 'spec', 'schedule'),
    Timezone: (job) => scalar(job, ['spec', 'timeZone'], '<none>'),
    'Suspend:boolean': (job) => capitalized(field(job, 'spec', 'suspend') === true),
    'Active:integer': (job) => size(job, 'status', 'active'),
    'Last Schedule': (job, now) => {
      const last = field(job, 'status', 'lastScheduleTime');
      return has(last) ? since(last, now) : '<none>';
    },
    Age: age,
    'Containers*': (job) => containerNames(field(jobSpec(job), 'template', 'spec')),
    'Images*': (job) => images(field(jobSpec(job), 'template', 'spec')),
    'Selector*': (job) => labelSelector(field(jobSpec(job), 'selector')),
  }),
  Job: defineTable({
    Name: name,
    Status: status,
    Completions: completions,
    Duration: duration,
    Age: age,
    'Containers*': (job) => containerNames(field(job, 'spec', 'template', 'spec')),
    'Images*': (job) => images(field(job, 'spec', 'template', 'spec')),
    'Selector*': (job) => labelSelector(field(job, 'spec', 'selector')),
  }),
};

function jobSpec(cronJob: Fields) {
  return field(cronJob, 'spec', 'jobTemplate', 'spec');
}

/** Conditions that are a job's status, the first that is true. */
const ENDED = ['Complete', 'Failed'];
const GOING = ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'];

function status(job: Fields): string {
  const conditions = list(job, 'status', 'conditions');
  const isTrue = (type: string) => field(condition(conditions, type), 'status') === 'True';
  return ENDED.find(isTrue) ?? (isDeleted(job) ? 'Terminating' : (GOING.find(isTrue) ?? 'Running'));
}

/** `1/3`, and `1/1 of 4` of a job that takes work from a queue. */
function completions(job: Fields): string {
  const succeeded = number(job, ['status', 'succeeded']);
  if (has(job, 'spec', 'completions')) return `${succeeded}/${number(job, ['spec', 'completions'])}`;
  const parallelism = number(job, ['spec', 'parallelism'], 1);
  return `${succeeded}/1${parallelism > 1 ? ` of ${parallelism}` : ''}`;
}

function duration(job: Fields, now: number): string {
  const start = instant(field(job, 'status', 'startTime'));
  if (start === undefined) return '';
  return humanDuration((instant(field(job, 'status', 'completionTime')) ?? now) - start);
}
