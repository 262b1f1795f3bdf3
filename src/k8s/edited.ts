/** An object after somebody wrote it as YAML, put back into the form in which it was stored. */
import { ExitCode, Failure } from '../base/errors.js';
import type { Fields, Value } from '../k8s-decode/value.js';
import { field, stringField, wellFormed } from '../k8s-decode/value.js';
import { fieldsAt } from './fields.js';
import { isSame } from './object-diff.js';

/**
 * The edited value with what did not change taken from the stored one: its order of fields, its ways to write numbers, its unknown
 * fields. New fields stand where Go would sort them, if the stored ones are sorted, else at the end.
 */
export function inStoredLayout(stored: Value, edited: Value): Value {
  if (isSame(stored, edited)) return stored;
  // Bytes that are not UTF-8 are shown, and come back, as U+FFFD.
  if (typeof stored === 'string') return wellFormed(stored) === edited ? stored : edited;
  if (Array.isArray(stored) && Array.isArray(edited)) {
    return edited.map((item, index) => (index < stored.length ? inStoredLayout(stored[index]!, item) : item));
  }
  if (!(stored instanceof Map) || !(edited instanceof Map)) return edited;
  const fields: Fields = new Map();
  for (const [name, value] of stored) {
    const now = edited.get(name);
    if (now !== undefined) fields.set(name, inStoredLayout(value, now));
  }
  const sorted = isSorted([...stored.keys()]);
  for (const [name, value] of edited) if (!stored.has(name)) fields.set(name, value);
  return sorted ? new Map([...fields].sort(([a], [b]) => byBytes(a, b))) : fields;
}

/** An object with its fields sorted at all depths, as the API server writes the JSON of a custom resource. */
export function sortedFields(value: Value): Value {
  if (Array.isArray(value)) return value.map(sortedFields);
  if (!(value instanceof Map)) return value;
  const entries = [...value].sort(([a], [b]) => byBytes(a, b));
  return new Map(entries.map(([name, each]) => [name, sortedFields(each)]));
}

function isSorted(names: string[]): boolean {
  return names.every((name, index) => index === 0 || byBytes(names[index - 1]!, name) < 0);
}

/** The order of Go's maps in JSON. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** Fields that say which object it is: no edit may change them. */
const IDENTITY = [['apiVersion'], ['kind'], ['metadata', 'name'], ['metadata', 'namespace'], ['metadata', 'uid']];

/** @throws Failure when an edit made another object of it */
export function requireSameObject(stored: Fields, edited: Fields): void {
  for (const path of IDENTITY) {
    const [before, after] = [stringField(stored, ...path), stringField(edited, ...path)];
    if (before === after) continue;
    throw new Failure(`${path.join('.')} was changed from ${before ?? '(none)'} to ${after ?? '(none)'}`, {
      exitCode: ExitCode.InvalidInput,
      hint: 'an object keeps its name and type: `k8s apply` makes another one',
    });
  }
}

/**
 * The object as it is to be stored: without what is never stored (resourceVersion, selfLink), and with the generation raised as the API
 * server would, where anything changed but metadata and status.
 */
export function toBeStored(object: Fields, before: Fields | undefined): Fields {
  const metadata = new Map(fieldsAt(object, 'metadata'));
  metadata.delete('resourceVersion');
  metadata.delete('selfLink');
  const generation = before && field(before, 'metadata', 'generation');
  const untouched = generation === field(object, 'metadata', 'generation');
  if (before && typeof generation === 'number' && untouched && !isSame(essence(before), essence(object))) {
    metadata.set('generation', generation + 1);
  }
  return new Map(object).set('metadata', metadata);
}

/** What a new generation is made by. */
function essence(object: Fields): Fields {
  const rest = new Map(object);
  rest.delete('metadata');
  rest.delete('status');
  return rest;
}
