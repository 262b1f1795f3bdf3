/** The entry of metadata.managedFields that tells of a change by ketcdctl, as the API server writes one for every writer. */
import type { Fields, Value } from '../k8s-decode/value.js';
import { field, stringField } from '../k8s-decode/value.js';
import { fieldsAt, setList } from './fields.js';
import { objectChanges } from './object-diff.js';

export const MANAGER = 'ketcdctl';

/** Fields that come with a change, and are nobody's. */
const NOT_OWNED = ['managedFields', 'generation', 'resourceVersion', 'uid', 'creationTimestamp', 'selfLink'];

/**
 * The object with an entry for what is other than in `before`; the same object where nothing is.
 * @param before undefined: the object is new
 */
export function withManager(object: Fields, before: Fields | undefined, now: Date): Fields {
  const paths = before ? changedPaths(before, object) : leafPaths(object);
  return paths.length === 0 ? object : withEntry(object, paths, now);
}

/**
 * The object as it is brought back: with an entry that tells when, and owns no field. Those who own them are to keep on without a
 * conflict; the API server drops an empty entry at its next write.
 */
export function withPutBack(object: Fields, now: Date): Fields {
  return withEntry(object, [], now);
}

/** Whether an entry is that of an object that was brought back. */
export function isPutBackEntry(entry: Value): boolean {
  const owned = field(entry, 'fieldsV1');
  return stringField(entry, 'manager') === MANAGER && owned instanceof Map && owned.size === 0;
}

/** The object without the entries of ketcdctl. */
export function withoutManager(object: Fields): Fields {
  const listed = field(object, 'metadata', 'managedFields');
  if (!Array.isArray(listed) || !listed.some(isManagers)) return object;
  const metadata = new Map(fieldsAt(object, 'metadata'));
  setList(
    metadata,
    'managedFields',
    listed.filter((entry) => !isManagers(entry)),
  );
  return new Map(object).set('metadata', metadata);
}

function isManagers(entry: Value): boolean {
  return stringField(entry, 'manager') === MANAGER;
}

function withEntry(object: Fields, paths: readonly string[][], now: Date): Fields {
  const apiVersion = stringField(object, 'apiVersion') ?? '';
  const isOwn = (entry: Value) => isManagers(entry) && stringField(entry, 'apiVersion') === apiVersion;
  const listed = field(object, 'metadata', 'managedFields');
  const entries = Array.isArray(listed) ? listed : [];
  const known = field(entries.find(isOwn), 'fieldsV1');
  const entry: Fields = new Map<string, Value>([
    ['apiVersion', apiVersion],
    ['fieldsType', 'FieldsV1'],
    ['fieldsV1', fieldSet(paths, known)],
    ['manager', MANAGER],
    ['operation', 'Update'],
    ['time', `${now.toISOString().slice(0, 19)}Z`],
  ]);
  const metadata = new Map(fieldsAt(object, 'metadata'));
  metadata.set('managedFields', [...entries.filter((each) => !isOwn(each)), entry]);
  return new Map(object).set('metadata', metadata);
}

/** The names that lead to what differs, as far as the first list. */
function changedPaths(before: Fields, after: Fields): string[][] {
  const paths = objectChanges(before, after).map(({ path }) => {
    const end = path.findIndex((step) => typeof step !== 'string');
    return path.slice(0, end < 0 ? path.length : end) as string[];
  });
  return paths.filter(isOwned);
}

function leafPaths(value: Value, path: string[] = []): string[][] {
  if (!(value instanceof Map) || value.size === 0) return isOwned(path) ? [path] : [];
  return [...value].flatMap(([name, inner]) => leafPaths(inner, [...path, name]));
}

function isOwned([first, second = '']: string[]): boolean {
  if (first === undefined || first === 'apiVersion' || first === 'kind') return false;
  return first !== 'metadata' || !['', 'name', 'namespace', ...NOT_OWNED].includes(second);
}

/** Paths as managedFields has them: `{"f:spec":{"f:replicas":{}}}`, together with those of an older set. */
function fieldSet(paths: readonly string[][], known: Value | undefined): Fields {
  const set: Fields = known instanceof Map ? copied(known) : new Map();
  for (const path of paths) {
    let here = set;
    for (const name of path) {
      const inner = here.get(`f:${name}`);
      const next: Fields = inner instanceof Map ? inner : new Map();
      here.set(`f:${name}`, next);
      here = next;
    }
  }
  return set;
}

function copied(set: Fields): Fields {
  return new Map([...set].map(([name, inner]) => [name, inner instanceof Map ? copied(inner) : inner]));
}
