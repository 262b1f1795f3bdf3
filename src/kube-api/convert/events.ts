/** Events as events.k8s.io has them, and as the core group does: in its version they are stored. */
import { type Fields, field, type Value } from '../../k8s-decode/value.js';

/** The names of fields that the new group changed. */
const RENAMED: Record<string, string> = {
  involvedObject: 'regarding',
  message: 'note',
  source: 'deprecatedSource',
  firstTimestamp: 'deprecatedFirstTimestamp',
  lastTimestamp: 'deprecatedLastTimestamp',
  count: 'deprecatedCount',
  reportingComponent: 'reportingController',
};

/** The core group writes these though they are empty; the new one leaves them out. */
const LEFT_OUT_EMPTY = ['reportingController', 'reportingInstance'];

/** An event of the core group as one of events.k8s.io. */
export function newEvent(event: Fields): Fields {
  const renamed: Fields = new Map([...event].map(([name, value]) => [RENAMED[name] ?? name, value]));
  for (const name of LEFT_OUT_EMPTY) if (renamed.get(name) === '') renamed.delete(name);
  return renamed;
}

/** v1 of events.k8s.io does not tell whether a series goes on. */
export function newEventV1(event: Fields): Fields {
  const series = event.get('series');
  if (!(series instanceof Map) || !series.has('state')) return event;
  return new Map(event).set('series', new Map([...series].filter(([name]) => name !== 'state')));
}

/** What the core group writes of every event. */
const ALWAYS: [string, Value][] = [
  ['source', new Map()],
  ['firstTimestamp', null],
  ['lastTimestamp', null],
  ['reportingComponent', ''],
  ['reportingInstance', ''],
];

/** An event of events.k8s.io as one of the core group. */
export function oldEvent(event: Fields): Fields {
  const names = new Map(Object.entries(RENAMED).map(([old, renamed]) => [renamed, old]));
  const renamed: Fields = new Map([...event].map(([name, value]) => [names.get(name) ?? name, value]));
  if (!(field(renamed, 'involvedObject') instanceof Map)) renamed.set('involvedObject', new Map());
  for (const [name, value] of ALWAYS) if (!renamed.has(name)) renamed.set(name, value);
  return renamed;
}
