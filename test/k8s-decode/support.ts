import type { Value } from '../../src/k8s-decode/index.js';

/** A text that two values share when they have the same content, whatever the order of their fields. */
export function canonicalText(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(canonicalText).join()}]`;
  if (!(value instanceof Map)) return typeof value === 'string' ? JSON.stringify(value) : String(value);
  const names = [...value.keys()].sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalText(value.get(name) as Value)}`).join()}}`;
}

/** The value without fields that are null, 0, "", false, or empty lists and objects. */
export function withoutEmpty(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (!(value instanceof Map)) return value;
  const fields = [...value].map(([name, field]): [string, Value] => [name, withoutEmpty(field)]);
  return new Map(fields.filter(([, field]) => !isEmpty(field)));
}

function isEmpty(value: Value): boolean {
  if (value instanceof Map) return value.size === 0;
  return Array.isArray(value) ? value.length === 0 : !value;
}

/** A value from plain JavaScript: objects become maps. */
export function fields(plain: unknown): Value {
  if (Array.isArray(plain)) return plain.map(fields);
  if (typeof plain !== 'object' || plain === null) return plain as Value;
  return new Map(Object.entries(plain).map(([name, field]) => [name, fields(field)]));
}

/** The bytes that a text of hex digits, with blanks and `'text'` between them, stands for. */
export function bytes(text: string): Buffer {
  const parts = text.match(/'[^']*'|[0-9a-f]{2}/g) ?? [];
  return Buffer.concat(
    parts.map((part) => (part[0] === "'" ? Buffer.from(part.slice(1, -1)) : Buffer.from(part, 'hex'))),
  );
}

/** A stored value: the envelope around an object's bytes (fewer than 128), given as {@link bytes}. */
export function stored(apiVersion: string, kind: string, object: string): Buffer {
  const field = (tag: number, content: Buffer) => Buffer.concat([Buffer.from([tag, content.length]), content]);
  const typeMeta = Buffer.concat([field(0x0a, Buffer.from(apiVersion)), field(0x12, Buffer.from(kind))]);
  return Buffer.concat([Buffer.from('k8s\0'), field(0x0a, typeMeta), field(0x12, bytes(object)), bytes('1a00 2200')]);
}
