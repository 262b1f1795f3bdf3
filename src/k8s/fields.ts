/** Fields of decoded objects, where they may be missing. */
import type { Fields, Value } from '../k8s-decode/value.js';

/** An object's field that is an object; an empty one where it is not. */
export function fieldsAt(object: Fields, name: string): Fields {
  const value = object.get(name);
  return value instanceof Map ? value : new Map();
}

/** A list, or an empty one. */
export function listOf(value: Value | undefined): Value[] {
  return Array.isArray(value) ? value : [];
}

/** Sets a list, or takes an empty one out. */
export function setList(fields: Fields, name: string, list: Value[]): void {
  if (list.length > 0) fields.set(name, list);
  else fields.delete(name);
}
