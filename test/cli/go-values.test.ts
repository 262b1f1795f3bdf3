import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FlagType } from '../../src/base/flags/declare.js';
import { formatDuration, milliseconds, nanoseconds, parseDuration } from '../../src/base/go/duration.js';
import { parseGoValue } from '../../src/base/go/values.js';

const GOOD: [FlagType, string, unknown][] = [
  ['bool', 'T', true],
  ['bool', '1', true],
  ['bool', 'True', true],
  ['bool', 'f', false],
  ['bool', 'FALSE', false],
  ['int', '-9223372036854775808', -(2n ** 63n)],
  ['int', '+12', 12n],
  ['int', '0x1F', 31n],
  ['int', '-0X1f', -31n],
  ['int', '010', 8n],
  ['int', '0o17', 15n],
  ['int', '0b101', 5n],
  ['int', '1_000', 1000n],
  ['int', '0x_ff', 255n],
  ['int', '0_7', 7n],
  ['uint', '18446744073709551615', 2n ** 64n - 1n],
  ['string', '', ''],
  ['strings', 'a,b', ['a', 'b']],
  ['strings', '', []],
  ['strings', 'a,,b,', ['a', '', 'b', '']],
  ['strings', '"a,b","c""d"', ['a,b', 'c"d']],
  ['strings', 'a\nb', ['a']],
  ['duration', '1h2m3.5s', 3_723_500],
  ['duration', '-1.5h', -5_400_000],
  ['duration', '.5s', 500],
  ['duration', '1.s', 1000],
  ['duration', '0', 0],
  ['duration', '+0', 0],
  ['duration', '250us', 0.25],
  ['duration', '250µs', 0.25],
  ['duration', '1ns', 1e-6],
];

test('values are read as Go reads them', () => {
  for (const [type, text, value] of GOOD) assert.deepEqual(parseGoValue(type, text), value, `${type} ${text}`);
});

const BAD: [FlagType, string, string][] = [
  ['bool', 'maybe', 'strconv.ParseBool: parsing "maybe": invalid syntax'],
  ['bool', '', 'strconv.ParseBool: parsing "": invalid syntax'],
  ['bool', 'tRUE', 'strconv.ParseBool: parsing "tRUE": invalid syntax'],
  ['int', 'x', 'strconv.ParseInt: parsing "x": invalid syntax'],
  ['int', '', 'strconv.ParseInt: parsing "": invalid syntax'],
  ['int', '08', 'strconv.ParseInt: parsing "08": invalid syntax'],
  ['int', '1__0', 'strconv.ParseInt: parsing "1__0": invalid syntax'],
  ['int', '_1', 'strconv.ParseInt: parsing "_1": invalid syntax'],
  ['int', ' 1', 'strconv.ParseInt: parsing " 1": invalid syntax'],
  ['int', '9223372036854775808', 'strconv.ParseInt: parsing "9223372036854775808": value out of range'],
  ['int', '-9223372036854775809', 'strconv.ParseInt: parsing "-9223372036854775809": value out of range'],
  ['uint', '-1', 'strconv.ParseUint: parsing "-1": invalid syntax'],
  ['uint', '18446744073709551616', 'strconv.ParseUint: parsing "18446744073709551616": value out of range'],
  ['duration', '', 'time: invalid duration ""'],
  ['duration', '-', 'time: invalid duration "-"'],
  ['duration', '5', 'time: missing unit in duration "5"'],
  ['duration', '1h5', 'time: missing unit in duration "1h5"'],
  ['duration', 'abc', 'time: invalid duration "abc"'],
  ['duration', '.s', 'time: invalid duration ".s"'],
  ['duration', '5x', 'time: unknown unit "x" in duration "5x"'],
  ['duration', '1e3s', 'time: unknown unit "e" in duration "1e3s"'],
  ['duration', '3000000h', 'time: invalid duration "3000000h"'],
  ['strings', 'a"b', 'parse error on line 1, column 2: bare " in non-quoted-field'],
  ['strings', '"a"b', 'parse error on line 1, column 3: extraneous or missing " in quoted-field'],
];

test('values that are none get the texts of strconv, time and encoding/csv', () => {
  for (const [type, text, message] of BAD) {
    assert.throws(() => parseGoValue(type, text), { message }, `${type} ${text}`);
  }
});

test('durations are printed as Go prints them, and read back', () => {
  const cases: [number, string][] = [
    [0, '0s'],
    [5000, '5s'],
    [1500, '1.5s'],
    [90_000, '1m30s'],
    [3_600_000, '1h0m0s'],
    [250, '250ms'],
    [0.25, '250µs'],
    [1e-6, '1ns'],
    [-2000, '-2s'],
  ];
  for (const [time, text] of cases) {
    assert.equal(formatDuration(nanoseconds(time)), text);
    assert.equal(milliseconds(parseDuration(text)), time);
  }
});
