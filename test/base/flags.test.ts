import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Flag } from '../../src/base/flags/declare.js';
import { isNear, nearest } from '../../src/base/flags/near.js';
import { FlagTable } from '../../src/base/flags/normalize.js';
import { parseWords } from '../../src/base/flags/parse.js';

test('a name is near that begins so, or has up to two other letters', () => {
  const cases: [typed: string, name: string, isNear: boolean][] = [
    ['pref', 'prefix', true],
    ['p', 'prefix', true],
    ['PREFIX', 'prefix', true],
    ['perfix', 'prefix', true],
    ['prefixes', 'prefix', true],
    ['prefxi', 'prefix', true],
    ['prfx', 'prefix', true],
    ['limit', 'prefix', false],
    // Three letters more or less, whatever they are.
    ['prefixing', 'prefix', false],
    ['fix', 'prefix', false],
    ['x'.repeat(100_000), 'prefix', false],
    ['prefix', 'x'.repeat(100_000), false],
  ];
  for (const [typed, name, near] of cases) assert.equal(isNear(typed, name), near, `${typed.slice(0, 20)} ${name}`);
});

test('the nearest names are those that differ least, of short words by one letter', () => {
  const names = ['get', 'put', 'set', 'prefix'];
  assert.deepEqual(nearest('got', names), ['get']);
  assert.deepEqual(nearest('et', names), ['get', 'set']);
  assert.deepEqual(nearest('ab', names), []);
  assert.deepEqual(nearest('', names), []);
  assert.deepEqual(nearest('prefixx', names), ['prefix']);
  assert.deepEqual(nearest('xxxxxx', names), []);
});

test('words are read in a time that grows with their number alone', () => {
  const flags = [
    { name: 'endpoints', type: 'strings', help: '' },
    { name: 'prefix', type: 'bool', help: '' },
  ] as unknown as Flag[];
  const many = 300_000;
  // With a time that grew with the square of it, this would not end.
  for (const [words, args, endpoints] of [
    [Array<string>(many).fill(''), many, 0],
    [['--', ...Array<string>(many).fill('a')], many, 0],
    [Array<string>(many).fill('--endpoints=a,b'), 0, 2 * many],
    [Array<string>(many).fill('--prefix'), 0, 0],
  ] as const) {
    const parsed = parseWords<{ endpoints: string[] }>(words, new FlagTable(flags));
    assert.equal(parsed.args.length, args);
    assert.equal(parsed.flags.values.endpoints.length, endpoints);
  }
});
