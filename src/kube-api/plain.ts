import type { Fields, Value } from '../k8s-decode/value.js';

/** What JSON can be written of, as answers are put together. Members that are undefined are left out. */
export type Plain = null | boolean | number | bigint | string | readonly Plain[] | Value | PlainObject;
export interface PlainObject {
  readonly [name: string]: Plain | undefined;
}

/** An object as the decoder has objects. */
export function asFields(plain: PlainObject): Fields {
  const fields: Fields = new Map();
  for (const [name, value] of Object.entries(plain)) if (value !== undefined) fields.set(name, asValue(value));
  return fields;
}

function asValue(plain: Plain): Value {
  if (plain === null || typeof plain !== 'object' || plain instanceof Map) return plain;
  return Array.isArray(plain) ? plain.map(asValue) : asFields(plain as PlainObject);
}
