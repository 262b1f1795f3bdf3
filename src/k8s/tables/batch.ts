import { type Fields, field } from '../../k8s-decode/value.js';
import { humanDuration, instant, since } from './age.js';
import { age, capitalized, containerNames, images, name } from './cells.js';
import { defineTable } from './define.js';
import { condition, has, isDeleted, list, number, scalar, size, text } from './read.js';
import { labelSelector } from './selector.js';

export const tables = {
  CronJob: defineTable({
    NAME: name,
    SCHEDULE: (job) => text(job, 'spec', 'schedule'),
    TIMEZONE: (job) => scalar(job, ['spec', 'timeZone'], '<none>'),
    SUSPEND: (job) => capitalized(field(job, 'spec', 'suspend') === true),
    ACTIVE: (job) => String(size(job, 'status', 'active')),
    'LAST SCHEDULE': (job, now) => {
      const last = field(job, 'status', 'lastScheduleTime');
      return has(last) ? since(last, now) : '<none>';
    },
    AGE: age,
    'CONTAINERS*': (job) => containerNames(field(jobSpec(job), 'template', 'spec')),
    'IMAGES*': (job) => images(field(jobSpec(job), 'template', 'spec')),
    'SELECTOR*': (job) => labelSelector(field(jobSpec(job), 'selector')),
  }),
  Job: defineTable({
    NAME: name,
    STATUS: status,
    COMPLETIONS: completions,
    DURATION: duration,
    AGE: age,
    'CONTAINERS*': (job) => containerNames(field(job, 'spec', 'template', 'spec')),
    'IMAGES*': (job) => images(field(job, 'spec', 'template', 'spec')),
    'SELECTOR*': (job) => labelSelector(field(job, 'spec', 'selector')),
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
