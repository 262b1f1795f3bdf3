/** Values as Go's fmt prints them. */
import { Failure } from '../../base/errors.js';
import { goQuote } from '../../base/go/quote.js';
import { type Data, Struct, typeName } from './data.js';

/** As `%v` prints it; a template prints what is not there as `<no value>`. */
export function printed(data: Data): string {
  return data === null ? '<no value>' : goText(data);
}

/** `%v`: `map[a:1 b:2]` in the order of the keys, `[a b]`, `{a b}`, `<nil>`. */
export function goText(data: Data): string {
  if (data === null) return '<nil>';
  if (Array.isArray(data)) return `[${data.map(goText).join(' ')}]`;
  if (data instanceof Map)
    return `map[${sortedEntries(data)
      .map(([name, value]) => `${name}:${goText(value)}`)
      .join(' ')}]`;
  if (data instanceof Struct)
    return `{${data
      .names()
      .map((name) => goText(data.field(name)!))
      .join(' ')}}`;
  return typeof data === 'number' ? goNumber(data) : String(data);
}

/** Fields in the order of their names' bytes, as Go prints maps and goes over them. */
export function sortedEntries<T>(fields: Map<string, T>): [string, T][] {
  return [...fields].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function goNumber(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  const text = exponent < -4 ? value.toExponential() : String(value);
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

const VERB = /%([-+# 0]*)(\*|\d+)?(?:\.(\d+))?([a-zA-Z%])/g;

/** `printf`, with the verbs v s q d t x X o b c U f e g T and their widths. */
export function sprintf(format: string, args: readonly Data[]): string {
  let used = 0;
  const text = format.replace(
    VERB,
    (whole, flags: string, width: string | undefined, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%';
      if (width === '*') throw new Failure(`a width of * is not supported in ${JSON.stringify(format)}`);
      if (used >= args.length) return `%!${verb}(MISSING)`;
      const arg = args[used++]!;
      const body = verbText(verb, arg, flags, precision === undefined ? undefined : Number(precision));
      return body === undefined
        ? `%!${verb}(${typeName(arg)}=${goText(arg)})`
        : padded(body, flags, Number(width ?? 0), whole);
    },
  );
  const extra = args.slice(used).map((arg) => `${typeName(arg)}=${goText(arg)}`);
  return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.join(', ')})`;
}

/** The widest field that is padded: a number with a slip in it is not to fill the memory. */
const MAX_WIDTH = 10_000;

function padded(text: string, flags: string, width: number, verb: string): string {
  if (width > MAX_WIDTH) throw new Failure(`${verb}: the width is more than ${MAX_WIDTH}`);
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0')) return text.padStart(width);
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

/** Undefined where the verb does not fit the value. */
function verbText(verb: string, arg: Data, flags: string, precision: number | undefined): string | undefined {
  switch (verb) {
    case 'v':
      return flags.includes('#') && typeof arg === 'string' ? goQuote(arg) : goText(arg);
    case 'T':
      return typeName(arg);
    case 't':
      return typeof arg === 'boolean' ? String(arg) : undefined;
    case 's':
      return typeof arg === 'string'
        ? cut(arg, precision)
        : Array.isArray(arg) || arg instanceof Map
          ? goText(arg)
          : undefined;
    case 'q':
      return quoted(arg, precision);
    case 'x':
    case 'X':
      return hex(arg, verb);
    default:
      return typeof arg === 'number' || typeof arg === 'bigint' ? numberText(verb, arg, flags, precision) : undefined;
  }
}

function cut(text: string, precision: number | undefined): string {
  return precision === undefined ? text : [...text].slice(0, precision).join('');
}

function quoted(arg: Data, precision: number | undefined): string | undefined {
  if (typeof arg === 'string') return goQuote(cut(arg, precision));
  return Array.isArray(arg) ? `[${arg.map((item) => quoted(item, precision) ?? goText(item)).join(' ')}]` : undefined;
}

function hex(arg: Data, verb: 'x' | 'X'): string | undefined {
  const text =
    typeof arg === 'string'
      ? Buffer.from(arg).toString('hex')
      : typeof arg === 'bigint' || (typeof arg === 'number' && Number.isInteger(arg))
        ? arg.toString(16)
        : undefined;
  return verb === 'X' ? text?.toUpperCase() : text;
}

function numberText(
  verb: string,
  arg: number | bigint,
  flags: string,
  precision: number | undefined,
): string | undefined {
  const sign = flags.includes('+') && arg >= 0 ? '+' : '';
  const isWhole = typeof arg === 'bigint' || Number.isInteger(arg);
  switch (verb) {
    case 'd':
      return isWhole ? sign + arg.toString() : undefined;
    case 'o':
      return isWhole ? sign + arg.toString(8) : undefined;
    case 'b':
      return isWhole ? sign + arg.toString(2) : undefined;
    case 'c':
      return isWhole && arg >= 0 && arg <= 0x10ffff ? String.fromCodePoint(Number(arg)) : undefined;
    case 'U':
      return isWhole ? `U+${arg.toString(16).toUpperCase().padStart(4, '0')}` : undefined;
    case 'f':
    case 'F':
      return sign + Number(arg).toFixed(Math.min(precision ?? 6, 100));
    case 'e':
      return (
        sign +
        Number(arg)
          .toExponential(Math.min(precision ?? 6, 100))
          .replace(/e([+-])(\d)$/, 'e$10$2')
      );
    case 'g':
      return (
        sign +
        (precision === undefined
          ? goNumber(Number(arg))
          : String(Number(Number(arg).toPrecision(Math.max(1, Math.min(precision, 100))))))
      );
    default:
      return undefined;
  }
}
