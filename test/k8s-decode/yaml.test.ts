import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseJson, toJson } from '../../src/k8s-decode/json/json.js';
import type { Value } from '../../src/k8s-decode/value.js';
import { parseBlockYaml } from '../../src/k8s-decode/yaml/block.js';
import { withFoldedNextLines } from '../../src/k8s-decode/yaml/next-line.js';
import { parseYaml } from '../../src/k8s-decode/yaml/read.js';
import { toYaml } from '../../src/k8s-decode/yaml/write.js';
import { corpus, NO_CORPUS, testData } from '../support/root.js';
import { anyValue, inOrder, jsonLines } from '../support/values.js';

/** Strings and how kubectl writes them under a key `k`. */
const strings: [string, string][] = [
  ['', 'k: ""'],
  ['nginx:1.27', 'k: nginx:1.27'],
  ['true', 'k: "true"'],
  ['Yes', 'k: "Yes"'],
  ['n', 'k: "n"'],
  ['~', 'k: "~"'],
  ['null', 'k: "null"'],
  ['10', 'k: "10"'],
  ['0x1F', 'k: "0x1F"'],
  ['0o17', 'k: "0o17"'],
  ['08', 'k: "08"'],
  ['1_000', 'k: "1_000"'],
  ['1e3', 'k: "1e3"'],
  ['1e400', 'k: 1e400'],
  ['.5_0', 'k: ".5_0"'],
  ['._5', 'k: ._5'],
  ['.inf', 'k: ".inf"'],
  ['NaN', 'k: NaN'],
  ['10.0.0.1', 'k: 10.0.0.1'],
  ['100m', 'k: 100m'],
  ['12:30:45', 'k: "12:30:45"'],
  ['12:90', 'k: 12:90'],
  ['2024-02-29', 'k: "2024-02-29"'],
  ['2023-02-29', 'k: 2023-02-29'],
  ['2026-11-21T09:14:43Z', 'k: "2026-11-21T09:14:43Z"'],
  ['2026-11-21T25:14:43Z', 'k: 2026-11-21T25:14:43Z'],
  ['2026-1-2   3:4:5,678', 'k: "2026-1-2   3:4:5,678"'],
  [' a', "k: ' a'"],
  ['a ', "k: 'a '"],
  ['a: b', "k: 'a: b'"],
  ['a:', "k: 'a:'"],
  ['a #b', "k: 'a #b'"],
  ['a#b', 'k: a#b'],
  ["it's", "k: it's"],
  ["'it'", "k: '''it'''"],
  ['-', "k: '-'"],
  ['-a', 'k: -a'],
  ['{}', "k: '{}'"],
  ['a\tb', 'k: "a\\tb"'],
  ['a\x7f\x1b\xa0\x85', 'k: "a\\x7F\\e\xa0\\N"'],
  ['😀', 'k: "\\U0001F600"'],
  ['\ufeffa', 'k: "\\uFEFF\\x61"'],
  ['\ud800', 'k: \ufffd'],
  ['a\u2028b', "k: 'a\u2028  b'"],
  ['a\n', 'k: |\n  a'],
  ['a\nb', 'k: |-\n  a\n  b'],
  ['a\n\n', 'k: |+\n  a\n'],
  [' a\n', 'k: |2\n   a'],
  ['\n', 'k: |2+\n'],
  ['a \n', 'k: "a \\n"'],
  ['a\nb ', 'k: "a\\nb "'],
  ['a\r\n', 'k: "a\\r\\n"'],
];

test('strings are quoted and broken into lines as kubectl does', () => {
  for (const [text, yaml] of strings) assert.equal(toYaml(new Map([['k', text]])), `${yaml}\n`, JSON.stringify(text));
});

const values: [string, string][] = [
  [
    '{"b":[],"a":{},"c":[{}],"d":[[1,[]]],"e":[{"y":1,"x":[2]}]}',
    'a: {}\nb: []\nc:\n- {}\nd:\n- - 1\n  - []\ne:\n- x:\n  - 2\n  "y": 1\n',
  ],
  [
    '{"a10":1,"a9":1,"A":1,"a":1,"-":1,"a01":1,"a1":1,"é":1,"_":1,"1":1}',
    `'-': 1\n_: 1\n"1": 1\nA: 1\na: 1\na1: 1\na01: 1\na9: 1\na10: 1\né: 1\n`,
  ],
  [
    '[1.5,1e21,1e-7,1234567.5,123456.5,9007199254740993,9223372036854775807,-0.0,null,true]',
    '- 1.5\n- 1e+21\n- 1e-07\n- 1.2345675e+06\n- 123456.5\n- 9007199254740993\n- 9223372036854775807\n- 0\n- null\n- true\n',
  ],
  [
    '[1000000.5,1e20,1e19,18446744073709551615,18446744073709551616,-1e18,-9223372036854775808,-9223372036854775809,5e-324,0.0001,0.00001]',
    '- 1.0000005e+06\n- 1e+20\n- 10000000000000000000\n- 1.8446744073709552e+19\n- 1.8446744073709552e+19\n- -1000000000000000000\n- -9223372036854775808\n- -9.223372036854776e+18\n- 5e-324\n- 0.0001\n- 1e-05\n',
  ],
  ['{"a\\nb":{"c":1}}', '? |-\n  a\n  b\n: c: 1\n'],
  [`{"${'k'.repeat(128)}":[1],"${'l'.repeat(129)}":[1]}`, `${'k'.repeat(128)}:\n- 1\n? ${'l'.repeat(129)}\n: - 1\n`],
  ['"text"', 'text\n'],
  ['[]', '[]\n'],
  ['3', '3\n'],
];

test('collections, numbers and names are laid out as kubectl does', () => {
  for (const [json, yaml] of values) assert.equal(toYaml(parseJson(json)), yaml, json);
});

test('U+0085 is written for whoever reads it back, and as kubectl reads it where it shows', () => {
  const cases: [string, string, string][] = [
    ['\x85', '"\\N"', "' '"],
    ['a\x85', '"a\\N"', "'a '"],
    ['a \x85 b', '"a \\N b"', 'a b'],
    ['\x85\x85', '"\\N\\N"', '|2+\n'],
    ['a\x85\x85 \x85b', '"a\\N\\N \\Nb"', '|-\n  a\n\n\n  b'.replace('\n\n\n', '\n\n')],
    ['a\n\x85', '"a\\n\\N"', '"a\\n "'],
  ];
  for (const [text, exact, shown] of cases) {
    const fields = new Map<string, Value>([['k', [text]]]);
    assert.equal(toYaml(fields), `k:\n- ${exact}\n`, JSON.stringify(text));
    assert.deepEqual(parseYaml(toYaml(fields)), [fields]);
    assert.equal(toYaml(withFoldedNextLines(new Map([['k', text]]))), `k: ${shown}\n`, JSON.stringify(text));
  }
  const without = new Map<string, Value>([['k', ['a', new Map([['b', 1]])]]]);
  assert.equal(withFoldedNextLines(without), without);
});

test('JSON that is read exactly is shown with its digits', () => {
  const json =
    '{ "a": [1.10, 1e400, -0, 12345678901234567890, 9007199254740993], "b": {"x": 1, "x": "\\" y"}, "c": 1.5 }';
  const exact = parseJson(json, { isExact: true });
  assert.equal(
    toJson(exact),
    '{"a":[1.10,1e400,-0,12345678901234567890,9007199254740993],"b":{"x":1,"x":"\\" y"},"c":1.5}',
  );
  assert.equal(
    toYaml(exact),
    `a:\n- 1.10\n- 1e400\n- -0\n- 12345678901234567890\n- 9007199254740993\nb: '{"x":1,"x":"\\" y"}'\nc: 1.5\n`,
  );
});

test('long scalars are folded at the first space beyond column 80', () => {
  const words = `${'x'.repeat(40)} ${'y'.repeat(45)} z  z ${'w'.repeat(80)} end`;
  const folded = `k: ${'x'.repeat(40)} ${'y'.repeat(45)}\n  z  z ${'w'.repeat(80)}\n  end\n`;
  assert.equal(toYaml(new Map([['k', words]])), folded);
  assert.equal(toYaml(new Map([['k', `${words}:`]])), `k: '${folded.slice(3, -1)}:'\n`);
  assert.equal(toYaml(new Map([['k', `${'x'.repeat(90)}  \t a`]])), `k: "${'x'.repeat(90)}\n  \\ \\t a"\n`);
  assert.equal(toYaml(new Map([[`${'k'.repeat(60)} ${'k'.repeat(60)} k`, 1]])).split('\n').length, 2);
});

test('many objects of many shapes are laid out alike', () => {
  for (let count = 0; count < 30_000; count += 1000) {
    const fields = new Map<string, Value>();
    for (let index = count + 80; index > count; index--) fields.set(`f${index % (count / 500 + 2)}`, index);
    const names = toYaml(fields).split('\n').slice(0, -1);
    assert.deepEqual(
      names,
      [...names].sort((a, b) => Number.parseInt(a.slice(1), 10) - Number.parseInt(b.slice(1), 10)),
    );
  }
});

test('what is written is read back', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const object = new Map<string, Value>([['k', value]]);
      const yaml = toYaml(object);
      assert.equal(toYaml(parseBlockYaml(yaml)), yaml);
      if (!/\d[eE]/.test(yaml)) assert.deepEqual(inOrder(parseBlockYaml(yaml)), inOrder(normal(object)));
    }),
    { numRuns: 1000 },
  );
});

/** What JSON makes of a value: halves of surrogate pairs and the sign of zero are gone. */
function normal(value: Value): Value {
  if (Array.isArray(value)) return value.map(normal);
  if (typeof value === 'string') return value.replace(/\p{Surrogate}/gu, '\ufffd');
  if (!(value instanceof Map)) return Object.is(value, -0) ? 0 : value;
  return new Map(Array.from(value, ([name, member]) => [normal(name) as string, normal(member)]));
}

test('the corpora are rendered to the byte', (t) => {
  const folder = corpus('k8s-corpus');
  const large = ['yaml-strings', 'full-1.25', 'full-1.36', 'sparse-1.36'].map((name) => join(folder ?? '', name));
  const files = [testData('k8s-real/objects-1.36'), ...(folder === undefined ? [] : large)];
  if (folder === undefined) t.diagnostic(NO_CORPUS);
  for (const file of files) {
    for (const { json, yaml } of jsonLines<{ json: string; yaml: string }>(`${file}.ndjson.gz`)) {
      if (!yaml) continue;
      assert.equal(toYaml(parseJson(json)), yaml);
      assert.deepEqual(inOrder(parseBlockYaml(yaml)), inOrder(parseJson(json)));
    }
  }
});
