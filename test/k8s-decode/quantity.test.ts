import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalQuantity } from '../../src/k8s-decode/quantity.js';

// What resource.Quantity of apimachinery prints after reading the text.
const CASES: [text: string, canonical: string | undefined][] = [
  ['0', '0'],
  ['0Gi', '0'],
  ['00', '0'],
  ['-0', '0'],
  ['1', '1'],
  ['100m', '100m'],
  ['1000m', '1'],
  ['1500m', '1500m'],
  ['0.5', '500m'],
  ['.5', '500m'],
  ['2.', '2.'],
  ['1.25', '1250m'],
  ['-1000m', '-1'],
  ['1000', '1k'],
  ['1000k', '1M'],
  ['1500k', '1500k'],
  ['1Gi', '1Gi'],
  ['1024Ki', '1Mi'],
  ['1024Mi', '1Gi'],
  ['1536Mi', '1536Mi'],
  ['1.5Gi', '1536Mi'],
  ['0.5Ki', '512'],
  ['512Ki', '512Ki'],
  ['8Ei', '9223372036854775807'],
  ['1e3', '1e3'],
  ['1E3', '1E3'],
  ['1000e0', '1e3'],
  ['12E', '12E'],
  ['0.0000000001', '1n'],
  ['1.0001Ki', '1024102400u'],
  ['', undefined],
  ['-', '0'],
  ['m', '0'],
  ['1 Gi', undefined],
  ['1Xi', undefined],
  ['one', undefined],
];

test('an amount is brought to its canonical form', () => {
  for (const [text, canonical] of CASES) assert.equal(canonicalQuantity(text), canonical, text);
});

test('a canonical amount stays as it is', () => {
  for (const [, canonical] of CASES) if (canonical) assert.equal(canonicalQuantity(canonical), canonical);
});

test('an amount of absurd size costs no time', () => {
  assert.equal(canonicalQuantity('1e999999999'), '1e999999999');
});
