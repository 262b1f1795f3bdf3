/** Events as events.k8s.io has them: stored are they as those of the core group. */
import type { Fields } from '../../k8s-decode/value.js';

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
