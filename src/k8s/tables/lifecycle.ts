import { type Fields, field, type Value } from '../../k8s-decode/value.js';
import { humanDuration, instant, since } from './age.js';
import { age, name, withMore } from './cells.js';
import { type Cell, defineTable } from './define.js';
import { condition, list, number, text } from './read.js';

/** What is to be evicted: only pods, so far. */
const target: Cell = (eviction) => text(eviction, 'spec', 'target', 'pod', 'name') || '<unset>';

const targetType: Cell = (eviction) => (field(eviction, 'spec', 'target', 'pod') ? 'Pod' : '<unset>');

export const tables = {
  Eviction: defineTable({
    Name: name,
    Target: target,
    'Target Type': targetType,
    Status: evictionStatus,
    'Active Responder': (eviction) => {
      const reached = list(eviction, 'status', 'targetResponders').filter((each) => REACHED.includes(state(each)));
      const [shown, all] = [responder(eviction), list(eviction, 'status', 'targetResponders')];
      return `${shown ? text(shown.target, 'name') : '<unset>'} (${reached.length}/${all.length})`;
    },
    'Responder Status': (eviction, now) => responderStatus(responder(eviction), now),
    'Responder Expected Finish': (eviction, now) => expectedFinish(responder(eviction), now),
    Requesters: requesters,
    Age: age,
    'Responder Heartbeat:string*': (eviction, now) => {
      const heartbeat = field(responder(eviction)?.status, 'heartbeatTime');
      return heartbeat ? `${since(heartbeat, now)} ago` : '<unset>';
    },
    'Responder Status Message:string*': (eviction) => text(responder(eviction)?.status, 'message').trim() || '<unset>',
  }),
  EvictionRequest: defineTable({
    Name: name,
    Target: target,
    'Target Type': targetType,
    Status: evictionStatus,
    Requester: (request) => text(request, 'spec', 'requester'),
    Intent: (request) => text(request, 'spec', 'intent'),
    Age: age,
  }),
};

/** A target that is gone is shown in preference to a failure. */
function evictionStatus(eviction: Fields): string {
  const conditions = list(eviction, 'status', 'conditions');
  for (const type of ['TargetEvicted', 'Failed']) {
    const found = condition(conditions, type);
    if (text(found, 'status') === 'True') return `${type} (${text(found, 'reason')})`;
  }
  return number(eviction, ['status', 'observedGeneration']) > 0 ? 'Progressing' : 'Pending';
}

const FINISHED = ['Canceled', 'Interrupted', 'Completed'];
const REACHED = ['Active', ...FINISHED];

function state(target: Value): string {
  return text(target, 'state');
}

/** A responder as the eviction plans it, and what it says of itself. */
interface Responder {
  target: Value;
  status: Value | undefined;
}

/** The responder at work; where none is, the last that was. */
function responder(eviction: Fields): Responder | undefined {
  const targets = list(eviction, 'status', 'targetResponders');
  const target =
    targets.findLast((each) => state(each) === 'Active') ?? targets.findLast((each) => FINISHED.includes(state(each)));
  if (!target) return undefined;
  const status = list(eviction, 'status', 'responders').find((each) => text(each, 'name') === text(target, 'name'));
  return { target, status };
}

function responderStatus(responder: Responder | undefined, now: number): string {
  if (!responder?.status) return '<unset>';
  const { target, status } = responder;
  const [started, completed] = [field(status, 'startTime'), field(status, 'completionTime')];
  if (state(target) === 'Active' && started) return `Started (${since(started, now)} ago)`;
  if (state(target) === 'Completed' && completed) return `Completed (${since(completed, now)} ago)`;
  return state(target);
}

function expectedFinish(responder: Responder | undefined, now: number): string {
  if (!responder?.status) return '<unknown>';
  if (FINISHED.includes(state(responder.target))) return '-';
  const expected = instant(field(responder.status, 'expectedCompletionTime'));
  if (expected === undefined || !field(responder.status, 'startTime')) return '<unknown>';
  return expected > now ? `in ${humanDuration(expected - now)}` : `${humanDuration(now - expected)} ago`;
}

function requesters(eviction: Fields): string {
  const all = list(eviction, 'status', 'requesters');
  const asking = all.filter((each) => text(each, 'intent') !== 'Withdrawn').map((each) => text(each, 'name'));
  if (asking.length === 0) return all.length > 0 ? '<withdrawn>' : '<none>';
  return withMore(asking.sort()[0]!, asking.length - 1);
}
