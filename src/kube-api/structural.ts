/**
 * Custom resources as their schema has them: the API server drops fields that the schema does not know and fills in defaults each time
 * that it reads an object (apiextensions, structural schemas).
 */
import { type Fields, field, type Value } from '../k8s-decode/value.js';

/** What every object has, whether the schema names it or not. */
const OBJECT_FIELDS = ['apiVersion', 'kind', 'metadata'];

/** Prunes an object and fills in its defaults; the object itself is changed. */
export function applySchema(object: Fields, schema: Fields): void {
  fit(object, schema, true);
}

function fit(value: Value, schema: Fields, isObject: boolean): void {
  if (Array.isArray(value)) {
    const items = schema.get('items');
    if (items instanceof Map) for (const item of value) fit(item, items, isEmbedded(items));
  } else if (value instanceof Map) {
    fillIn(value, schema);
    fitFields(value, schema, isObject);
  }
}

function isEmbedded(schema: Fields): boolean {
  return schema.get('x-kubernetes-embedded-resource') === true;
}

function fillIn(fields: Fields, schema: Fields): void {
  const properties = schema.get('properties');
  if (!(properties instanceof Map)) return;
  for (const [name, property] of properties) {
    const standard = field(property, 'default');
    if (standard === undefined) continue;
    const given = fields.get(name);
    const isMissing = given === undefined || (given === null && field(property, 'nullable') !== true);
    if (isMissing) fields.set(name, copy(standard));
  }
}

function fitFields(fields: Fields, schema: Fields, isObject: boolean): void {
  const properties = schema.get('properties');
  const others = schema.get('additionalProperties');
  const keepsOthers = others === true || schema.get('x-kubernetes-preserve-unknown-fields') === true;
  for (const [name, value] of fields) {
    const own = properties instanceof Map ? properties.get(name) : undefined;
    if (isObject && OBJECT_FIELDS.includes(name)) continue;
    if (own instanceof Map) fit(value, own, isEmbedded(own));
    else if (others instanceof Map) fit(value, others, isEmbedded(others));
    else if (!keepsOthers) fields.delete(name);
  }
}

/** Each object has its own. */
function copy(value: Value): Value {
  if (Array.isArray(value)) return value.map(copy);
  return value instanceof Map ? new Map([...value].map(([name, each]) => [name, copy(each)])) : value;
}
