/** The functions of Go's text/template. `and` and `or` are not here: they do not look at all of their arguments. */
import { Failure } from '../../base/errors.js';
import { type Data, isTrue, Struct, typeName } from './data.js';
import { goText, sprintf } from './format.js';

type TemplateFunction = (args: Data[]) => Data;

const functions: Record<string, TemplateFunction> = {
  not: ([value, ...rest]) => {
    requireCount('not', [value, ...rest], 1, 1);
    return !isTrue(value!);
  },
  len: (args) => {
    requireCount('len', args, 1, 1);
    return lengthOf(args[0]!);
  },
  index: (args) => {
    requireCount('index', args, 1);
    return args.slice(1).reduce<Data>(indexed, args[0]!);
  },
  slice: sliced,
  print: (args) => joined(args),
  println: (args) => `${args.map(goText).join(' ')}\n`,
  printf: ([format, ...args]) => {
    if (typeof format !== 'string') throw new Failure('printf needs a format');
    return sprintf(format, args);
  },
  html: (args) => joined(args).replace(/[<>&'"\0]/g, (char) => HTML[char]!),
  js: (args) => joined(args).replace(/[\\'"<>&=\0-\x1f]/g, jsEscape),
  urlquery: (args) =>
    encodeURIComponent(joined(args))
      .replaceAll('%20', '+')
      .replace(/[!'()*]/g, percent),
  eq: (args) => {
    requireCount('eq', args, 2);
    return args.slice(1).some((other) => equals(args[0]!, other));
  },
  ne: (args) => !equals(...pair('ne', args)),
  lt: (args) => compare(...pair('lt', args)) < 0,
  le: (args) => compare(...pair('le', args)) <= 0,
  gt: (args) => compare(...pair('gt', args)) > 0,
  ge: (args) => compare(...pair('ge', args)) >= 0,
};

/** All that a template may call. */
export const FUNCTION_NAMES: ReadonlySet<string> = new Set([...Object.keys(functions), 'and', 'or']);

/** @throws Failure without the place */
export function callFunction(name: string, args: Data[]): Data {
  return functions[name]!(args);
}

function requireCount(name: string, args: readonly unknown[], least: number, most = Number.POSITIVE_INFINITY): void {
  const count = args.filter((arg) => arg !== undefined).length;
  if (count >= least && count <= most) return;
  const wanted = count < least ? `at least ${least}` : String(most);
  throw new Failure(`wrong number of args for ${name}: want ${wanted} got ${count}`);
}

function pair(name: string, args: Data[]): [Data, Data] {
  requireCount(name, args, 2, 2);
  return [args[0]!, args[1]!];
}

function lengthOf(value: Data): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  if (value instanceof Map) return value.size;
  throw new Failure(value === null ? 'len of nil pointer' : `len of type ${typeName(value)}`);
}

function indexed(value: Data, key: Data): Data {
  if (value instanceof Map) {
    if (typeof key !== 'string') throw new Failure(`value has type ${typeName(key)}; should be string`);
    return value.get(key) ?? null;
  }
  if (!Array.isArray(value) && typeof value !== 'string') {
    throw new Failure(value === null ? 'index of untyped nil' : `can't index item of type ${typeName(value)}`);
  }
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  const at = indexNumber(key, bytes.length - 1);
  return bytes[at]!;
}

function indexNumber(key: Data, last: number): number {
  const at = typeof key === 'bigint' ? Number(key) : key;
  if (typeof at !== 'number' || !Number.isInteger(at))
    throw new Failure(`cannot index slice/array with type ${typeName(key)}`);
  if (at < 0 || at > last) throw new Failure(`index out of range: ${at}`);
  return at;
}

function sliced([value, ...bounds]: Data[]): Data {
  if (typeof value !== 'string' && !Array.isArray(value))
    throw new Failure(`can't slice item of type ${typeName(value ?? null)}`);
  if (bounds.length > 2) throw new Failure('a slice with a capacity is not supported');
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  const [from = 0, to = bytes.length] = bounds.map((bound) => indexNumber(bound, bytes.length));
  if (from > to) throw new Failure(`invalid slice index: ${from} > ${to}`);
  return typeof value === 'string' ? (bytes as Buffer).toString('utf8', from, to) : value.slice(from, to);
}

/** As Go's Sprint: a blank between two of which none is a text. */
function joined(args: readonly Data[]): string {
  return args.reduce<string>((text, arg, i) => {
    const isApart = i > 0 && typeof arg !== 'string' && typeof args[i - 1] !== 'string';
    return text + (isApart ? ' ' : '') + goText(arg);
  }, '');
}

const HTML: Record<string, string> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  "'": '&#39;',
  '"': '&#34;',
  '\0': '\ufffd',
};

function jsEscape(char: string): string {
  if (char === '\\' || char === "'" || char === '"') return `\\${char}`;
  return `\\u${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}

function percent(char: string): string {
  return `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
}

function isNumber(value: Data): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

function equals(a: Data, b: Data): boolean {
  if (a === null || b === null) return a === b;
  // biome-ignore lint/suspicious/noDoubleEquals: a bigint can equal a number
  if (isNumber(a) && isNumber(b)) return a == b;
  requireBasic(a);
  requireBasic(b);
  if (typeof a !== typeof b) throw new Failure('incompatible types for comparison');
  return a === b;
}

function compare(a: Data, b: Data): number {
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : 0;
  requireBasic(a);
  requireBasic(b);
  if (typeof a !== 'string' || typeof b !== 'string') throw new Failure('incompatible types for comparison');
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function requireBasic(value: Data): void {
  if (Array.isArray(value) || value instanceof Map || value instanceof Struct) {
    throw new Failure(`non-comparable type ${typeName(value)}: only texts, numbers and truth values can be compared`);
  }
}
