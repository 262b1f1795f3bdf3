/**
 * A decoded object, the same whether it was stored as protobuf, JSON, CBOR or YAML.
 *
 * An object is a {@link Fields} map: it keeps the order of its fields and names that look like array indexes,
 * and a field called `__proto__` is nothing special. A 64-bit integer is a number where a double holds it
 * exactly, otherwise a bigint. Bytes are their base64 string, as in Kubernetes' JSON.
 */
export type Value = null | boolean | number | bigint | string | JsonText | Value[] | Fields;

/** The fields of one object, in their order. */
export type Fields = Map<string, Value>;

/**
 * JSON as it was written, where the other values would lose something of it: a number with more digits than a double has, or in another
 * spelling (`1.10`), an object with two members of one name. Only who asks for it gets one (`isExact` of json.ts), to show it.
 */
export class JsonText {
  constructor(readonly text: string) {}

  get isNumber(): boolean {
    return this.text[0] !== '{';
  }
}

/** The value at the end of `path`, or undefined where a step leads to no field. */
export function field(value: Value | undefined, ...path: string[]): Value | undefined {
  let here = value;
  for (const name of path) {
    if (!(here instanceof Map)) return undefined;
    here = here.get(name);
  }
  return here;
}

/** The string at the end of `path`, or undefined where there is none. */
export function stringField(value: Value | undefined, ...path: string[]): string | undefined {
  const found = field(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

/** The exact integer `value` as a number where a double holds it, otherwise as a bigint. */
export function integer(value: bigint): number | bigint {
  const narrow = Number(value);
  return Number.isSafeInteger(narrow) ? narrow : value;
}

/** `text` with U+FFFD in place of halves of surrogate pairs, which UTF-8 cannot hold. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
