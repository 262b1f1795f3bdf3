/** How Go's pflag reads the value of a flag, with the error texts of Go's strconv and time packages. */

import type { FlagType, FlagValue } from '../flags/declare.js';
import { milliseconds, parseDuration } from './duration.js';
import { goQuote } from './quote.js';

/**
 * The value that `text` means for a flag of this type.
 * @throws Error whose message is Go's (`strconv.ParseBool: parsing "x": invalid syntax`).
 */
export function parseGoValue(type: FlagType, text: string): FlagValue {
  switch (type) {
    case 'bool':
      return parseBool(text);
    case 'int':
      return parseInteger('ParseInt', text);
    case 'uint':
      return parseInteger('ParseUint', text);
    case 'duration':
      return milliseconds(parseDuration(text));
    case 'strings':
      return parseStrings(text);
    default:
      return text;
  }
}

const TRUE = ['1', 't', 'T', 'TRUE', 'true', 'True'];
const FALSE = ['0', 'f', 'F', 'FALSE', 'false', 'False'];

function parseBool(text: string): boolean {
  if (TRUE.includes(text)) return true;
  if (FALSE.includes(text)) return false;
  throw new Error(`strconv.ParseBool: parsing ${goQuote(text)}: invalid syntax`);
}

/** Base 0 of strconv: 0x, 0o, 0b and a leading 0 choose the base, and underscores may stand between digits. */
const BASES: readonly [RegExp, string][] = [
  [/^(?:0|[1-9](?:_?[0-9])*)$/, ''],
  [/^0[xX](?:_?[0-9a-fA-F])+$/, '0x'],
  [/^0[oO]?(?:_?[0-7])+$/, '0o'],
  [/^0[bB](?:_?[01])+$/, '0b'],
];

function parseInteger(name: 'ParseInt' | 'ParseUint', text: string): bigint {
  if (text === '0') return 0n;
  const signed = name === 'ParseInt';
  const sign = signed && /^[+-]/.test(text) ? text[0] : '';
  const digits = text.slice(sign!.length);
  const base = BASES.find(([form]) => form.test(digits));
  if (base === undefined) throw new Error(`strconv.${name}: parsing ${goQuote(text)}: invalid syntax`);
  const plain = digits.replaceAll('_', '');
  const magnitude = BigInt(base[1] === '' ? plain : base[1] + plain.replace(/^0[xXoObB]?/, ''));
  const value = sign === '-' ? -magnitude : magnitude;
  const fits = signed ? BigInt.asIntN(64, value) === value : BigInt.asUintN(64, value) === value;
  if (!fits) throw new Error(`strconv.${name}: parsing ${goQuote(text)}: value out of range`);
  return value;
}

/** One line of CSV, as pflag's StringSlice reads it: fields may stand in double quotes. */
function parseStrings(text: string): string[] {
  if (text === '') return [];
  if (!text.includes('"')) return (text.includes('\n') ? text.split(/\r?\n/, 1)[0]! : text).split(',');
  const fields: string[] = [];
  let rest = text;
  for (;;) {
    const column = text.length - rest.length;
    const field = /^"((?:[^"]|"")*)"(?=,|$)/.exec(rest) ?? /^([^",]*)(?=,|$)/.exec(rest);
    if (field === null) throw csvError(rest, column);
    fields.push(field[1]!.replaceAll('""', '"'));
    rest = rest.slice(field[0].length);
    if (rest === '') return fields;
    rest = rest.slice(1);
  }
}

function csvError(rest: string, column: number): Error {
  if (!rest.startsWith('"')) {
    return new Error(`parse error on line 1, column ${column + rest.indexOf('"') + 1}: bare " in non-quoted-field`);
  }
  const end = /^"(?:[^"]|"")*/.exec(rest)![0].length;
  return new Error(`parse error on line 1, column ${column + end + 1}: extraneous or missing " in quoted-field`);
}
