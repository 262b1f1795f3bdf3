import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Failure } from '../../src/base/errors.js';
import { toJson } from '../../src/k8s-decode/json/json.js';
import type { Value } from '../../src/k8s-decode/value.js';
import { OtherLayout, parseBlockYaml } from '../../src/k8s-decode/yaml/block.js';
import { parseYaml } from '../../src/k8s-decode/yaml/read.js';
import { toYaml } from '../../src/k8s-decode/yaml/write.js';
import { anyValue } from '../support/values.js';

/** Texts as people write them, and the JSON that kubectl makes of them. */
const documents: [string, ...string[]][] = [
  ['a: 1 # one\nb: [x, {c: 2}]\n', '{"a":1,"b":["x",{"c":2}]}'],
  ['a: yes\nb: y\nc: Off\nd: ~\ne:\nf: "yes"\n', '{"a":true,"b":true,"c":false,"d":null,"e":null,"f":"yes"}'],
  ['a: 0777\nb: 0o17\nc: 0x1f\nd: 1_000\ne: 0b11\nf: +5\n', '{"a":511,"b":15,"c":31,"d":1000,"e":3,"f":5}'],
  ['a: 9007199254740993\nb: 18446744073709551615\n', '{"a":9007199254740993,"b":18446744073709551615}'],
  ['a: 2024-01-01\nb: 12:30:45\nc: 1.50\nd: .5\n', '{"a":"2024-01-01","b":"12:30:45","c":1.5,"d":0.5}'],
  ['1: a\ntrue: b\n1.5: c\n', '{"1":"a","true":"b","1.5":"c"}'],
  ['a: &x {b: 1}\nc: *x\nd:\n  <<: *x\n  e: 2\n', '{"a":{"b":1},"c":{"b":1},"d":{"e":2,"b":1}}'],
  ['<<: a\n', '{"\\u003c\\u003c":"a"}'],
  ['a: !!str 1\nb: !!int "2"\nc: !!float 3\nd: !other e\n', '{"a":"1","b":2,"c":3,"d":"e"}'],
  ['a: !!binary aGk=\nb: !!binary "MTA0"\nc: !!timestamp 2001-01-02\n', '{"a":"hi","b":"104","c":"2001-01-02"}'],
  ['a: >\n  folded\n  text\nb: |\n  literal\n  text\n', '{"a":"folded text\\n","b":"literal\\ntext\\n"}'],
  ['a:\n- b\n-  c\n', '{"a":["b","c"]}'],
  ['a:\n  - b\n', '{"a":["b"]}'],
  ['a: one\n  two\n\n  three\n', '{"a":"one two\\nthree"}'],
  ['---\na: 1\n---\n# nothing\n---\nb: 2\n...\n', '{"a":1}', '{"b":2}'],
  ['a: 1\n---\nb: 2\n', '{"a":1}', '{"b":2}'],
  ['{"a": [1, "b"], "c": null}', '{"a":[1,"b"],"c":null}'],
  ['# only a comment\n'],
  [''],
];

test('documents are read as kubectl reads them', () => {
  for (const [text, ...json] of documents)
    assert.deepEqual(
      parseYaml(text).map((value) => toJson(value)),
      json,
      text,
    );
});

const broken: [string, RegExp][] = [
  ['a: 1\nb: !!binary a\n', /"a" is no .*binary \(line 12\)/],
  ['a: 1\nb: 2\na: 3\n', /the key "a" is there twice \(line 13\)/],
  ['a: [1\n', /\(line 1[12]\)/],
  ['a: 1\n  b: 2\n', /\(line 1[12]\)/],
  ['a: *x\n', /x.*\(line 11\)/],
  ['a: .inf\n', /JSON has no \.inf \(line 11\)/],
  ['? [a]\n: 1\n', /neither text nor number/],
  ['a: !!int b\n', /is no .*int \(line 11\)/],
  ['\t- a\n', /line 11/],
];

test('what is broken is told with its line', () => {
  for (const [text, message] of broken) assert.throws(() => parseYaml(text, 11), message, text);
});

test('aliases that unfold to something huge are refused', () => {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let level = 1; level < 9; level++) lines.push(`a${level}: &a${level} [${`*a${level - 1}, `.repeat(10)}]`);
  assert.throws(() => parseYaml(lines.join('\n')), /unfold to too much/);
});

test('nesting without end is refused', () => {
  assert.throws(() => parseYaml('[ '.repeat(100_000)), Failure);
  assert.throws(() => parseYaml(`${'- '.repeat(5000)}a\n`), Failure);
});

test('both readers agree on whatever the quick one takes', () => {
  const lines = fc.array(
    fc.constantFrom(
      ...[
        'a: b',
        'a:',
        '- a',
        '- a: b',
        '  b: 1',
        '  - c',
        '- - d',
        '  e',
        'f: |',
        'f: |-',
        '    g',
        "h: 'i",
        "  j'",
        'k: "l',
      ],
      ...[
        '  m"',
        '',
        '? n',
        ': o',
        '  : p',
        '"q": {}',
        'r: []',
        '# s',
        'u: "v": w',
        "'x': y",
        '- |2',
        '   z',
        '-',
        'a : b',
        'true: 1',
      ],
    ),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(lines, (parts) => {
      const text = parts.map((part) => `${part}\n`).join('');
      const quick = outcome(() => parseBlockYaml(text));
      if (quick !== undefined)
        assert.equal(
          outcome(() => parseYaml(`%YAML 1.1\n---\n${text}`)[0] ?? null),
          quick,
          text,
        );
    }),
    { numRuns: 3000 },
  );
});

test('changed and cut texts never lead to anything but a value or a failure', () => {
  fc.assert(
    fc.property(anyValue, fc.nat(), fc.string({ maxLength: 3 }), (value, place, change) => {
      const text = toYaml(value);
      const at = place % (text.length + 1);
      outcome(() => parseYaml(text.slice(0, at)));
      outcome(() => parseYaml(text.slice(0, at) + change + text.slice(at + 1)));
    }),
    { numRuns: 300 },
  );
});

function outcome(read: () => ReturnType<typeof parseBlockYaml> | ReturnType<typeof parseYaml>): string | undefined {
  try {
    return toJson(read());
  } catch (error) {
    if (error instanceof Failure || error instanceof OtherLayout) return undefined;
    throw error;
  }
}

test('ends with the first error of a text that has one for each of its characters', () => {
  const hostile: [text: string, reason: RegExp][] = [
    [`[${','.repeat(200_000)}`, /Unexpected , in flow sequence \(line 1\)$/],
    ['&a '.repeat(100_000), /at most one anchor \(line 1\)$/],
    ['!!str '.repeat(100_000), /at most one tag \(line 1\)$/],
    ['*a '.repeat(100_000), /Unexpected alias at node end \(line 1\)$/],
  ];
  for (const [text, reason] of hostile) {
    assert.throws(
      () => parseYaml(text),
      (error: Error) =>
        error instanceof Failure && /^invalid YAML: [^:]+$/.test(error.message) && reason.test(error.message),
    );
  }
});

test('reads back literals with lines that U+2028 ends, as many as there are', () => {
  const text = `x${'\u2028'.repeat(300_000)}y\n`;
  const [read] = parseYaml(toYaml(new Map([['a', text]])));
  // Not by assert.equal: the difference of two such texts takes minutes to find.
  assert.ok(read instanceof Map && read.get('a') === text);
});

test('a document of hundreds of thousands of values is refused, many documents are not', () => {
  for (const dense of ['1,', '[],', '{},', 'a: 1,', '"",']) {
    assert.throws(() => parseYaml(`a: [${dense.repeat(300_001)}1]\n`), /more values in a document/, dense);
  }
  assert.throws(() => parseYaml(`a: # dashes\n${'-\n'.repeat(300_001)}`), /more values in a document/);
  const text = `a: [${'1,'.repeat(100_000)}1] # one\n---\n`.repeat(4);
  assert.deepEqual(
    parseYaml(text).map((value) => ((value as Map<string, Value>).get('a') as Value[]).length),
    [100_001, 100_001, 100_001, 100_001],
  );
});
