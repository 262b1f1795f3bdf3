import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Failure } from '../../src/base/errors.js';
import { maxDepth, parseJson, toJson } from '../../src/k8s-decode/json/json.js';
import type { Value } from '../../src/k8s-decode/value.js';
import { anyValue } from '../support/values.js';

const numbers: [string, Value, string?][] = [
  ['0', 0],
  ['-0', 0, '0'],
  ['-0.0', -0, '-0'],
  ['9007199254740991', 9007199254740991],
  ['9007199254740993', 9007199254740993n],
  ['-9007199254740993', -9007199254740993n],
  ['9223372036854775807', 9223372036854775807n],
  ['-9223372036854775808', -9223372036854775808n],
  ['9223372036854775808', 2 ** 63, '9223372036854776000'],
  ['1.0', 1, '1'],
  ['1e3', 1000, '1000'],
  ['1E+2', 100, '100'],
  ['1e21', 1e21, '1e+21'],
  ['0.0000001', 1e-7, '1e-7'],
  ['123456789012345678901234567890', 1.2345678901234568e29, '1.2345678901234568e+29'],
];

test('numbers are read as Go reads them into objects without a type', () => {
  for (const [text, value, written = text] of numbers) {
    assert.ok(Object.is(parseJson(text), value), text);
    assert.equal(toJson(value), written);
  }
});

test('members keep their order, whatever their names', () => {
  const text = '{"b":1,"10":2,"9":3,"__proto__":{"a":null},"b":4}';
  const value = parseJson(text) as Map<string, Value>;
  assert.deepEqual([...value.keys()], ['b', '10', '9', '__proto__']);
  assert.equal(toJson(value), '{"b":4,"10":2,"9":3,"__proto__":{"a":null}}');
});

test('strings are escaped as by encoding/json', () => {
  assert.equal(
    toJson('<a href="x">&\u2028\u2029</a>\x7f\b\f\0\t\\'),
    '"\\u003ca href=\\"x\\"\\u003e\\u0026\\u2028\\u2029\\u003c/a\\u003e\x7f\\b\\f\\u0000\\t\\\\"',
  );
  assert.equal(toJson('half \ud800 pair'), '"half \ufffd pair"');
  assert.equal(parseJson('"\\u00e9\\ud83d\\ude00\\/\\ud800"'), 'é😀/\ufffd');
  assert.equal(parseJson(Buffer.from([0x22, 0xff, 0x22])), '\ufffd');
});

test('an indented text has the layout of kubectl -o json', () => {
  const value = parseJson('{"a":[1,{"b":{}}],"c":[],"d":{"e":"f"}}');
  assert.equal(toJson(value, '    '), JSON.stringify(JSON.parse(toJson(value)), null, 4));
});

const broken: [string, RegExp][] = [
  ['', /unexpected end \(byte 0\)/],
  ['{"a":1', /unexpected end/],
  ['{"é":x}', /unexpected "x" in place of a value \(byte 6\)/],
  ['{"a" 1}', /unexpected "1" after a member's name \(byte 5\)/],
  ['{a:1}', /in place of a member's name \(byte 1\)/],
  ['[1,]', /in place of a value \(byte 3\)/],
  ['[1 2]', /after an array element \(byte 3\)/],
  ['{"a":1}x', /unexpected "x" after the value \(byte 7\)/],
  ['01', /leading zero \(byte 0\)/],
  ['1.', /unexpected "\." in a number|after the value/],
  ['1e', /unexpected "e" in a number/],
  ['1e999', /out of range/],
  ['-', /unexpected "-" in place of a value/],
  ['"a\nb"', /unexpected "\\n" in a string \(byte 2\)/],
  ['"\\x"', /invalid escape/],
  ['"\\u12"', /invalid \\u escape/],
  ['"a', /unexpected end/],
  ['"\\', /invalid escape/],
  ['nul', /unexpected "n" in place of a value/],
  ['['.repeat(maxDepth + 1), /nested more than/],
];

test('what is broken is told with its offset', () => {
  for (const [text, message] of broken) assert.throws(() => parseJson(text), message, text);
});

test('what is written is read back', () => {
  fc.assert(
    fc.property(anyValue, fc.constantFrom('', '  '), (value, indent) => {
      assert.deepEqual(parseJson(toJson(value, indent)), parseJson(toJson(value)));
      assert.equal(toJson(parseJson(toJson(value))), toJson(value));
    }),
  );
});

test('it agrees with JSON.parse on what is JSON', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.string({ maxLength: 2 }), (text, place, change) => {
      const at = place % (text.length + 1);
      for (const candidate of [text, text.slice(0, at), text.slice(0, at) + change + text.slice(at + 1)]) {
        const native = outcome(() => JSON.stringify(JSON.parse(candidate)));
        const ours = outcome(() => JSON.stringify(JSON.parse(toJson(parseJson(candidate)))));
        assert.equal(ours, native, candidate);
      }
    }),
  );
});

/** The result, or that there is none; a number that only this parser refuses (1e999) counts as none for both. */
function outcome(read: () => string): string | undefined {
  try {
    const text = read();
    return /\d[eE]/.test(text) || text.includes('null') ? 'a number' : text;
  } catch (error) {
    if (error instanceof Failure && /out of range/.test(error.message)) return 'a number';
    return undefined;
  }
}
