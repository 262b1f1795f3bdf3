/** Events, in the shape of the core group (in which all of them are stored) and in that of events.k8s.io. */
import { type Fields, field, type Value } from '../../k8s-decode/value.js';
import { instant, since } from './age.js';
import { name } from './cells.js';
import { defineTable } from './define.js';
import { number, object, text } from './read.js';

export const eventTable = defineTable({
  'Last Seen': (event, now) => since(lastSeen(event), now),
  Type: (event) => text(event, 'type'),
  Reason: (event) => text(event, 'reason'),
  Object: (event) => {
    const about = regarding(event);
    const kind = text(about, 'kind').toLowerCase();
    const called = text(about, 'name');
    return called === '' ? kind : `${kind}/${called}`;
  },
  'Subobject*': (event) => text(regarding(event), 'fieldPath'),
  'Source*': source,
  Message: (event) => (text(event, 'message') || text(event, 'note')).trim(),
  'First Seen*': (event, now) => since(firstSeen(event), now),
  'Count*': count,
  'Name*': name,
});

export const tables = { Event: eventTable };

/** What an event is about: kind, name and so on. */
export function regarding(event: Fields): Fields | undefined {
  return object(event, 'involvedObject') ?? object(event, 'regarding');
}

/** When it first happened: a time as text. */
export function firstSeen(event: Fields): Value | undefined {
  const first = field(event, 'firstTimestamp') ?? field(event, 'deprecatedFirstTimestamp');
  return instant(first) === undefined ? field(event, 'eventTime') : first;
}

/** When it last happened. */
export function lastSeen(event: Fields): Value | undefined {
  const series = object(event, 'series');
  if (series) return field(series, 'lastObservedTime');
  const last = field(event, 'lastTimestamp') ?? field(event, 'deprecatedLastTimestamp');
  return instant(last) === undefined ? firstSeen(event) : last;
}

/** How often it happened. An event that happened once need not say so. */
export function count(event: Fields): number {
  const series = object(event, 'series');
  if (series) return number(series, ['count']);
  return number(event, ['count']) || number(event, ['deprecatedCount']) || 1;
}

/** Who reported it, and from where: `kubelet, node-1`. */
function source(event: Fields): string {
  const origin = object(event, 'source') ?? object(event, 'deprecatedSource');
  const reporter = text(event, 'reportingComponent') || text(event, 'reportingController');
  const component = text(origin, 'component') || reporter;
  const host = text(origin, 'host') || text(event, 'reportingInstance');
  return host === '' ? component : `${component}, ${host}`;
}
