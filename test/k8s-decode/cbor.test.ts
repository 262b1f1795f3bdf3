import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Failure } from '../../src/base/errors.js';
import { isCbor, parseCbor, toCbor } from '../../src/k8s-decode/cbor.js';
import { parseJson, toJson } from '../../src/k8s-decode/json/json.js';
import type { Value } from '../../src/k8s-decode/value.js';
import { testData } from '../support/root.js';
import { anyValue, jsonLines } from '../support/values.js';

const mark = 'd9d9f7';

/** Bytes after the mark, and the value that they and nothing shorter stand for. */
const encodings: [string, Value][] = [
  ['f6', null],
  ['f4', false],
  ['f5', true],
  ['00', 0],
  ['17', 23],
  ['1818', 24],
  ['190100', 256],
  ['1a00010000', 65536],
  ['1b0000000100000000', 4294967296],
  ['1b7fffffffffffffff', 9223372036854775807n],
  ['20', -1],
  ['3903e7', -1000],
  ['3b7fffffffffffffff', -9223372036854775808n],
  ['f93e00', 1.5],
  ['f98000', -0],
  ['f90001', 2 ** -24],
  ['fa7f7fffff', 3.4028234663852886e38],
  ['fb3ff199999999999a', 1.1],
  ['40', ''],
  ['426869', 'hi'],
  ['43e282ac', '€'],
  ['8201816131'.replace('6131', '4131'), [1, ['1']]],
  ['a0', new Map()],
  [
    'a241620142616102',
    new Map([
      ['b', 1],
      ['aa', 2],
    ]),
  ],
];

test('values are written in the shortest form, and read', () => {
  for (const [hex, value] of encodings) {
    assert.equal(toCbor(value).toString('hex'), mark + hex);
    assert.deepEqual(parseCbor(Buffer.from(mark + hex, 'hex')), value);
  }
});

/** What Kubernetes reads too, but does not write. */
const alsoRead: [string, Value][] = [
  ['626869', 'hi'],
  ['a1616101', new Map([['a', 1]])],
  ['d64203ff', 'A/8='],
  ['d74203ff', '03ff'],
  ['d54203ff', 'A_8='.replace('=', '')],
  ['c074323032342d30312d30315430303a30303a30305a', '2024-01-01T00:00:00Z'],
  ['1817', 23],
];

test('text strings, tags and longer forms are read', () => {
  for (const [hex, value] of alsoRead) assert.deepEqual(parseCbor(Buffer.from(hex, 'hex')), value, hex);
});

const broken: [string, RegExp][] = [
  ['', /1 bytes are announced and 0 are left \(byte 0\)/],
  ['0001', /more bytes after the value \(byte 1\)/],
  ['19ff', /2 bytes are announced and 1 are left \(byte 0\)/],
  ['45616263', /5 bytes are announced and 3 are left \(byte 0\)/],
  ['9bffffffffffffffff', /items are announced and 0 bytes are left/],
  ['a14161', /2 items are announced|1 bytes are announced/],
  ['a2416101416102', /a second field "a" \(byte 4\)/],
  ['a10102', /a field's name that is no string \(byte 1\)/],
  ['9f01ff', /a length that is not given \(byte 0\)/],
  ['1c', /an invalid head/],
  ['f7', /the simple value 23/],
  ['ff', /the simple value 31/],
  ['42c328', /no UTF-8 \(byte 0\)/],
  ['f97e00', /the number NaN/],
  ['fa7f800000', /the number Infinity/],
  ['3bffffffffffffffff', /more than 64 bits/],
  ['1b8000000000000000', /more than 64 bits \(byte 0\)/],
  ['81'.repeat(70), /nested more than 64 levels/],
];

test('what is broken is told with its offset', () => {
  for (const [hex, message] of broken) assert.throws(() => parseCbor(Buffer.from(hex, 'hex')), message, hex);
});

test('what is written is read back', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const bytes = toCbor(parseJson(toJson(value)));
      assert.ok(isCbor(bytes));
      assert.deepEqual(toCbor(parseCbor(bytes)), bytes);
    }),
  );
});

test('changed, cut and random bytes never lead to anything but a value or a failure', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.tuple(anyValue, fc.nat(), fc.nat(255)).map(([value, place, byte]) => {
      const encoded = toCbor(value);
      encoded[place % encoded.length] = byte;
      return byte % 2 ? encoded : encoded.subarray(0, place % encoded.length);
    }),
  );
  fc.assert(
    fc.property(bytes, (input) => {
      try {
        parseCbor(input);
      } catch (error) {
        assert.ok(error instanceof Failure, String(error));
      }
    }),
    { numRuns: 1000 },
  );
});

test('stored custom resources are read, and written to the byte', () => {
  const objects = jsonLines<{ key: string; value: string; json: string }>(testData('k8s-real/cbor.ndjson.gz'));
  for (const { value, json } of objects) {
    const bytes = Buffer.from(value, 'base64');
    assert.deepEqual(parseCbor(bytes), parseJson(json));
    assert.deepEqual(toCbor(parseCbor(bytes)), bytes);
  }
});
