/** Who changed an object, and when, as far as its managedFields tell. */

import { parseTime } from '../k8s-decode/time.js';
import { type Fields, field, stringField, type Value } from '../k8s-decode/value.js';
import { isPutBackEntry, MANAGER } from './managed-entry.js';
import { type FieldChange, isSame, type Step } from './object-diff.js';

/** An entry of managedFields. */
export interface Manager {
  manager: string;
  /** `Apply` or `Update`. */
  operation: string;
  subresource?: string;
  time?: string;
}

/** Who made a revision. Nobody where the writer is not in managedFields. */
export interface Authors {
  managers: Manager[];
  /** No entry has a new time, as of two changes in one second: these have the time of the change, and what changed is theirs. */
  guessed: boolean;
}

/**
 * Those whose entries are of the time of the change. The API server gives the writer's entry the time of each change; times that
 * went back, or stayed, are those of a value that was put there past it.
 */
export function authorsOf(before: Fields | undefined, after: Fields, changes: readonly FieldChange[]): Authors {
  const entries = entriesOf(after);
  const newest = maxTime(entriesOf(before));
  const known = new Map(entriesOf(before).map((entry) => [identity(entry), entry]));
  const changed = entries.filter((entry) => {
    const old = known.get(identity(entry));
    return old === undefined || !isSame(old, entry);
  });
  // Of a field that somebody takes over, the one that had it has a changed entry too, with its old time.
  const own = changed.filter((entry) => {
    const old = known.get(identity(entry));
    if (old) return timeOf(entry) > timeOf(old);
    // The first entry of a scale has no time.
    return timeOf(entry) === '' || timeOf(entry) >= newest;
  });
  if (own.length > 0) return { managers: own.map(managerOf), guessed: false };
  // The generation is raised by the API server, for whoever changes the rest.
  const paths = changes.map(({ path }) => path).filter((path) => path[1] !== 'generation');
  const again = changed.length > 0 ? changed : entries.filter((entry) => ownsAll(entry, paths));
  const time = changed.length > 0 ? newest : timeIn(changes);
  const isOfThatTime = (entry: Fields) => timeOf(entry) === time && time === maxTime(entries) && time === newest;
  return { managers: again.filter(isOfThatTime).map(managerOf), guessed: true };
}

/** Whether an object, the first under its key, was brought back by ketcdctl: its entry says so, or is later than the creation. */
export function isBroughtBack(object: Fields): boolean {
  const created = stringField(object, 'metadata', 'creationTimestamp') ?? '';
  return entriesOf(object).some(
    (entry) => isPutBackEntry(entry) || (stringField(entry, 'manager') === MANAGER && timeOf(entry) > created),
  );
}

function ownsAll(entry: Fields, paths: readonly (readonly Step[])[]): boolean {
  return paths.every((path) => owns(entry.get('fieldsV1'), path));
}

/** When a change was made, by the newest time that it wrote; undefined where it wrote none. */
function timeIn(changes: readonly FieldChange[]): string | undefined {
  const times = changes.flatMap(({ after }) => (typeof after === 'string' && parseTime(after) ? after : []));
  return times.sort().at(-1);
}

function entriesOf(object: Fields | undefined): Fields[] {
  const list = field(object, 'metadata', 'managedFields');
  return Array.isArray(list) ? list.filter((entry) => entry instanceof Map) : [];
}

function identity(entry: Fields): string {
  return ['manager', 'operation', 'apiVersion', 'subresource'].map((name) => stringField(entry, name) ?? '').join('\0');
}

function timeOf(entry: Fields | undefined): string {
  return stringField(entry, 'time') ?? '';
}

function maxTime(entries: Fields[]): string {
  return entries.map(timeOf).sort().at(-1) ?? '';
}

function managerOf(entry: Fields): Manager {
  const subresource = stringField(entry, 'subresource');
  const time = stringField(entry, 'time');
  return {
    manager: stringField(entry, 'manager') ?? '',
    operation: stringField(entry, 'operation') ?? '',
    ...(subresource && { subresource }),
    ...(time && { time }),
  };
}

/** Whether a field set (`{"f:spec":{"f:replicas":{}}}`) has a path, as deep as the first list in it. */
function owns(set: Value | undefined, path: readonly Step[]): boolean {
  let here = set;
  // An entry that tells of a change and owns nothing.
  if (here instanceof Map && here.size === 0) return false;
  for (const step of path) {
    if (!(here instanceof Map)) return false;
    if (typeof step !== 'string' || here.size === 0) return true;
    here = here.get(`f:${step}`);
  }
  return here instanceof Map;
}

/** A manager as text: `kubectl (Apply)`, `kube-controller-manager (Update of status)`. */
export function managerText({ manager, operation, subresource }: Manager): string {
  return `${manager} (${operation}${subresource ? ` of ${subresource}` : ''})`;
}
