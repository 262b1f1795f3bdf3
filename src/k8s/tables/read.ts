/** Reading what a row needs out of a decoded object: a field that is absent reads as the zero value, as it does in the API server. */
import { type Fields, field, type Value } from '../../k8s-decode/value.js';

/** The text at the end of `path`; empty where there is none. */
export function text(value: Value | undefined, ...path: string[]): string {
  const found = field(value, ...path);
  return typeof found === 'string' ? found : '';
}

/** The number at the end of `path`; `otherwise` where there is none. */
export function number(value: Value | undefined, path: readonly string[], otherwise = 0): number {
  const found = field(value, ...path);
  return typeof found === 'number' || typeof found === 'bigint' ? Number(found) : otherwise;
}

/** A number, text or truth value at the end of `path` as text; `otherwise` where there is none. */
export function scalar(value: Value | undefined, path: readonly string[], otherwise: string): string {
  const found = field(value, ...path);
  return found === undefined || found === null || typeof found === 'object' ? otherwise : String(found);
}

/** The list at the end of `path`; empty where there is none. */
export function list(value: Value | undefined, ...path: string[]): Value[] {
  const found = field(value, ...path);
  return Array.isArray(found) ? found : [];
}

/** The texts of the list at the end of `path`. */
export function texts(value: Value | undefined, ...path: string[]): string[] {
  return list(value, ...path).map((item) => String(item));
}

/** The object at the end of `path`, or undefined where there is none. */
export function object(value: Value | undefined, ...path: string[]): Fields | undefined {
  const found = field(value, ...path);
  return found instanceof Map ? found : undefined;
}

/** How many entries the list or object at the end of `path` has. */
export function size(value: Value | undefined, ...path: string[]): number {
  const found = field(value, ...path);
  if (Array.isArray(found)) return found.length;
  return found instanceof Map ? found.size : 0;
}

/** Whether there is something at the end of `path`. */
export function has(value: Value | undefined, ...path: string[]): boolean {
  const found = field(value, ...path);
  return found !== undefined && found !== null;
}

/** An annotation of the object, or undefined. */
export function annotation(value: Fields, name: string): string | undefined {
  const found = field(value, 'metadata', 'annotations', name);
  return typeof found === 'string' ? found : undefined;
}

/** The first condition of `type` among `conditions`. */
export function condition(conditions: Value[], type: string): Value | undefined {
  return conditions.find((each) => text(each, 'type') === type);
}

/** Whether the object is being deleted. */
export function isDeleted(value: Fields): boolean {
  return has(value, 'metadata', 'deletionTimestamp');
}
