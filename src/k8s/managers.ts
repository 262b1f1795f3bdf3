/** Who changed an object, and when, as far as its managedFields tell. */

import { parseTime } from '../k8s-decode/time.js';
import { type Fields, field, stringField, type Value } from '../k8s-decode/value.js';
import { type FieldChange, isSame, type Step } from './object-diff.js';

/** An entry of managedFields. */
export interface Manager {
  manager: string;
  /** `Apply` or `Update`. */
  operation: string;
  subresource?: string;
  time?: string;
}

/** Who made a revision. */
export interface Authors {
  managers: Manager[];
  /**
   * No entry of managedFields has a new time (two changes in one second, or one that went past the API server): these own what
   * changed, and their time is that of the change. Nobody where there is none: the writer is not in managedFields.
   */
  guessed: boolean;
}

/** The managers whose entries are new, or differ from the revision before. */
export function authorsOf(before: Fields | undefined, after: Fields, changes: readonly FieldChange[]): Authors {
  const entries = entriesOf(after);
  const known = new Map(entriesOf(before).map((entry) => [identity(entry), entry]));
  const changed = entries.filter((entry) => {
    const old = known.get(identity(entry));
    return old === undefined || !isSame(old, entry);
  });
  if (changed.length > 0) {
    // Of a field that somebody takes over, the one that had it has a changed entry too, with its old time.
    const own = changed.filter((entry) => {
      const old = known.get(identity(entry));
      return !old || timeOf(old) !== timeOf(entry);
    });
    if (own.length > 0) return { managers: own.map(managerOf), guessed: false };
    // Whoever wrote twice in a second has the newest time there is, and the same as before.
    return { managers: changed.filter((entry) => timeOf(entry) === maxTime(entries)).map(managerOf), guessed: true };
  }
  // The generation is raised by the API server, for whoever changes the rest.
  const paths = changes.map(({ path }) => path).filter((path) => path[1] !== 'generation');
  const owners = entries.filter((entry) => paths.every((path) => owns(entry.get('fieldsV1'), path)));
  const time = timeIn(changes);
  return { managers: owners.filter((entry) => timeOf(entry) === time).map(managerOf), guessed: true };
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
