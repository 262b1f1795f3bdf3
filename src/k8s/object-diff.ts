/** What is different between two objects, field by field. */
import { quoteJson, toJson } from '../k8s-decode/json/json.js';
import type { Fields, Value } from '../k8s-decode/value.js';

/** One step of a path: a field's name, an item's number, or what names an item of a list (`name=web`). */
export type Step = string | number | { readonly by: string };

/** A value that is not the same in two objects; undefined where there is none. Never both. */
export interface FieldChange {
  path: readonly Step[];
  before: Value | undefined;
  after: Value | undefined;
}

/**
 * The fields that differ, in the order of the older object and then of what is new. Items of a list are matched by what names them
 * (a container's name, a condition's type) where that is in all of them and names one alone, and else by their place.
 * An object or list that is only in one of the two is one change; named items in another order are one at `[order]`.
 */
export function objectChanges(before: Value | undefined, after: Value | undefined): FieldChange[] {
  const changes: FieldChange[] = [];
  compare(changes, [], before, after);
  return changes;
}

function compare(out: FieldChange[], path: readonly Step[], before: Value | undefined, after: Value | undefined): void {
  if (before === after) return;
  if (before instanceof Map && after instanceof Map) compareFields(out, path, before, after);
  else if (Array.isArray(before) && Array.isArray(after)) compareLists(out, path, before, after);
  else if (!sameScalar(before, after)) out.push({ path, before, after });
}

function compareFields(out: FieldChange[], path: readonly Step[], before: Fields, after: Fields): void {
  for (const [name, value] of before) compare(out, [...path, name], value, after.get(name));
  for (const [name, value] of after) if (!before.has(name)) compare(out, [...path, name], undefined, value);
}

/** A number can be the same as a number and as a bigint; NaN is the same as itself. */
function sameScalar(a: Value | undefined, b: Value | undefined): boolean {
  const areNumbers = [a, b].every((value) => typeof value === 'number' || typeof value === 'bigint');
  return areNumbers && String(a) === String(b);
}

function compareLists(out: FieldChange[], path: readonly Step[], before: Value[], after: Value[]): void {
  const naming = namingFields(path.at(-1), before, after);
  if (naming) compareNamed(out, path, byName(before, naming), byName(after, naming));
  else compareByPlace(out, path, before, after);
}

function compareNamed(
  out: FieldChange[],
  path: readonly Step[],
  before: Map<string, Value>,
  after: Map<string, Value>,
): void {
  for (const [by, item] of before) compare(out, [...path, { by }], item, after.get(by));
  for (const [by, item] of after) if (!before.has(by)) compare(out, [...path, { by }], undefined, item);
  const [was, is] = [[...before.keys()], [...after.keys()]];
  const isMoved = was.length === is.length && was.every((by) => after.has(by)) && was.some((by, at) => by !== is[at]);
  if (isMoved) out.push({ path: [...path, { by: 'order' }], before: was, after: is });
}

/** What is the same at both ends is left alone, so that an item put in at the front is not a change of all. */
function compareByPlace(out: FieldChange[], path: readonly Step[], before: Value[], after: Value[]): void {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && isSame(before[head]!, after[head]!)) head++;
  let tail = 0;
  while (tail < shorter - head && isSame(before.at(-1 - tail)!, after.at(-1 - tail)!)) tail++;
  const [oldEnd, newEnd] = [before.length - tail, after.length - tail];
  for (let at = head; at < Math.max(oldEnd, newEnd); at++) {
    compare(out, [...path, at], at < oldEnd ? before[at] : undefined, at < newEnd ? after[at] : undefined);
  }
}

/** Whether two values say the same: the order of fields says nothing, that of a list does. */
export function isSame(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a instanceof Map && b instanceof Map)
    return a.size === b.size && [...a].every(([name, value]) => has(b, name, value));
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, at) => isSame(item, b[at]!));
  return sameScalar(a, b);
}

function has(fields: Fields, name: string, value: Value): boolean {
  const other = fields.get(name);
  return other !== undefined && isSame(value, other);
}

/** By which fields Kubernetes merges lists (x-kubernetes-list-map-keys), where it is not one of {@link COMMON}. */
const BY_LIST: Record<string, readonly (readonly string[])[]> = {
  ports: [['containerPort', 'protocol'], ['port', 'protocol'], ['port']],
  volumeMounts: [['mountPath']],
  volumeDevices: [['devicePath']],
  hostAliases: [['ip']],
  topologySpreadConstraints: [['topologyKey', 'whenUnsatisfiable']],
  managedFields: [
    ['manager', 'operation', 'subresource'],
    ['manager', 'operation'],
  ],
};
const COMMON: readonly (readonly string[])[] = [['name'], ['type'], ['uid'], ['ip'], ['key']];

function namingFields(list: Step | undefined, before: Value[], after: Value[]): readonly string[] | undefined {
  const own = typeof list === 'string' && Object.hasOwn(BY_LIST, list) ? BY_LIST[list]! : [];
  return [...own, ...COMMON].find((fields) => namesAll(before, fields) && namesAll(after, fields));
}

function namesAll(items: Value[], fields: readonly string[]): boolean {
  const names = new Set<string>();
  for (const item of items) {
    const name = item instanceof Map ? nameOf(item, fields) : undefined;
    if (name === undefined || names.has(name)) return false;
    names.add(name);
  }
  return true;
}

/** Undefined where the first of the fields is missing; of the others, an empty one is no part of the name. */
function nameOf(item: Fields, fields: readonly string[]): string | undefined {
  const parts: string[] = [];
  for (const name of fields) {
    const value = item.get(name);
    if (typeof value === 'object' && value !== null) return undefined;
    if (value !== undefined && value !== null && value !== '') parts.push(`${name}=${value}`);
    else if (parts.length === 0) return undefined;
  }
  return parts.join(',');
}

function byName(items: Value[], fields: readonly string[]): Map<string, Value> {
  return new Map(items.map((item) => [nameOf(item as Fields, fields)!, item]));
}

/** A path as it is read: `spec.containers[name=web].image`, `metadata.labels["app.kubernetes.io/name"]`, `spec.args[2]`. */
export function pathText(path: readonly Step[]): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (typeof step === 'object') text += `[${step.by}]`;
    else if (!/^[\w$-]+$/.test(step)) text += `[${quoteJson(step)}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

/** A change as jsonl and yaml have it: `{"path":…,"old":…,"new":…}`, without the side that has none. */
export function changeFields({ path, before, after }: FieldChange): Fields {
  const fields: Fields = new Map([['path', pathText(path)]]);
  if (before !== undefined) fields.set('old', before);
  if (after !== undefined) fields.set('new', after);
  return fields;
}

/** A change in one line: `spec.replicas: 3 -> 4`. */
export function changeText({ path, before, after }: FieldChange): string {
  const side = (value: Value | undefined) => (value === undefined ? '(none)' : toJson(value));
  return `${pathText(path) || '(all)'}: ${side(before)} -> ${side(after)}`;
}
