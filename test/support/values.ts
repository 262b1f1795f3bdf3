import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import type { Value } from '../../src/k8s-decode/value.js';

/** The objects of a file of JSON lines, gzipped. */
export function jsonLines<T>(path: string): T[] {
  const text = gunzipSync(readFileSync(path)).toString('utf8');
  return text.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as T)));
}

/** Strings with what YAML, JSON and CBOR writers trip over. */
export const awkwardText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc
    .array(
      fc.constantFrom(
        ...[
          'a',
          'word',
          ' ',
          '  ',
          '\n',
          '\n\n',
          ': ',
          ' #',
          '- ',
          '---',
          '...',
          '?',
          "'",
          '"',
          '\\',
          '\t',
          '\r',
          '0',
          '1.5',
          '1e3',
        ],
        ...[
          'true',
          'no',
          'y',
          '~',
          '<<',
          '*a',
          '&a',
          '!t',
          '%',
          '@',
          '`',
          '{',
          '}',
          '[',
          ']',
          ',',
          '|',
          '>',
          '\u2028',
          '\u2029',
        ],
        ...['\x85', '\xa0', '\ufeff', 'é', '😀', '\0', '\x1b', '2024-01-01', '12:30', 'several words that fill a line'],
      ),
      { maxLength: 24 },
    )
    .map((parts) => parts.join('')),
);

const number = fc.oneof(
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Number.isInteger(value)),
  fc.constantFrom(0, 1e21, -1e22, 1.5, 1e-7),
);

const bigInteger = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .filter((value) => !Number.isSafeInteger(Number(value)));

/** Any decoded object: all kinds of scalars, nested. */
export const anyValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value; map: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    awkwardText,
    fc.constant(null),
    fc.boolean(),
    number,
    bigInteger,
    fc.array(tie('value'), { maxLength: 4 }),
    tie('map'),
  ),
  map: fc
    .array(
      fc.tuple(fc.oneof(awkwardText, fc.constantFrom('spec', 'a1', 'a10', 'a2', '__proto__', '7')), tie('value')),
      {
        maxLength: 5,
      },
    )
    .map((entries) => new Map(entries)),
})).value;

/** `value` with the fields of every object sorted by name: what is the same in another order is then equal. */
export function inOrder(value: Value): Value {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!(value instanceof Map)) return value;
  const entries = [...value].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(entries.map(([name, member]) => [name, inOrder(member)]));
}
