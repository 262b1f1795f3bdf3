import { integer, type Value } from '../value.js';

const words = new Map<string, Value>();
for (const word of ['y', 'yes', 'true', 'on']) addWord(word, true);
for (const word of ['n', 'no', 'false', 'off']) addWord(word, false);
for (const word of ['null']) addWord(word, null);
for (const word of ['', '~']) words.set(word, null);
for (const [word, value] of [
  ['.nan', Number.NaN],
  ['.inf', Number.POSITIVE_INFINITY],
  ['+.inf', Number.POSITIVE_INFINITY],
  ['-.inf', Number.NEGATIVE_INFINITY],
] as const) {
  const [sign = '', name = ''] = word.split('.');
  for (const spelling of [name, name === 'nan' ? 'NaN' : capitalized(name), name.toUpperCase()]) {
    words.set(`${sign}.${spelling}`, value);
  }
}

function addWord(word: string, value: Value): void {
  for (const spelling of [word, capitalized(word), word.toUpperCase()]) words.set(spelling, value);
}

function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/**
 * What an unquoted YAML 1.1 scalar stands for in the reading that kubectl has of it: null, a boolean or a number;
 * undefined where it is a string.
 */
export function resolvePlain(text: string): Value | undefined {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (!/^[-+.0-9]/.test(text)) return undefined;
  // Where a point begins the number, `_` parts digits only; elsewhere it may stand anywhere.
  if (text.startsWith('.'))
    return /^\.\d+(?:_\d+)*(?:[eE][-+]?\d+(?:_\d+)*)?$/.test(text) ? float(text.replaceAll('_', '')) : undefined;
  const digits = text.replaceAll('_', '');
  return wholeNumber(digits) ?? float(digits);
}

/** A whole number in one of Go's notations (`0x1f`, `0o17`, `017`, `0b11`) that 64 bits hold. */
function wholeNumber(text: string): number | bigint | undefined {
  const match = /^([-+]?)(?:(0|[1-9]\d*)|0[oO]?([0-7]+)|0[xX]([0-9a-fA-F]+)|0[bB]([01]+))$/.exec(text);
  if (!match) return undefined;
  const [, sign, decimal, octal, hex, binary] = match;
  const magnitude = BigInt(decimal ?? (octal ? `0o${octal}` : hex ? `0x${hex}` : `0b${binary}`));
  if (sign === '-') return magnitude > 2n ** 63n ? undefined : integer(-magnitude);
  const limit = sign === '+' ? 2n ** 63n : 2n ** 64n;
  return magnitude < limit ? integer(magnitude) : undefined;
}

function float(text: string): number | undefined {
  if (!/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

/** Whether a string must be quoted, lest a YAML 1.1 reader takes it for a value of another type. */
export function looksLikeOtherType(text: string): boolean {
  return isTimestamp(text) || resolvePlain(text) !== undefined || isBase60(text);
}

// 12:30:45 is a number in base 60 to some readers.
function isBase60(text: string): boolean {
  return /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/.test(text);
}

const date = String.raw`\d{4}-(0?[1-9]|1[0-2])-(0?[1-9]|[12]\d|3[01])`;
const time = String.raw`(?:[01]?\d|2[0-3]):[0-5]?\d:[0-5]?\d(?:[.,]\d+)?`;
const zone = String.raw`(?:Z|[-+](?:[01]\d|2[0-4]):(?:[0-5]\d|60))`;
const timestamp = new RegExp(`^${date}(?:[Tt]${time}${zone}| +${time})?$`);

/** Whether `text` is a date, or a date and time, that exists: the 31st of June is a string. */
function isTimestamp(text: string): boolean {
  if (text[4] !== '-') return false;
  const match = timestamp.exec(text);
  if (!match) return false;
  const day = Number(match[2]);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999; the calendar repeats every 400 years.
  return day <= 28 || day <= new Date(Date.UTC(Number(text.slice(0, 4)) + 400, Number(match[1]), 0)).getUTCDate();
}
