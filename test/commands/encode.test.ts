import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson } from '../../src/k8s-decode/json/json.js';
import { inOrder } from '../support/values.js';
import { CONFIG_MAP, CUSTOM, runWith, storedConfigMap } from './decode-support.js';

const base64 = (value: Buffer | string) => Buffer.from(value).toString('base64');

test('one object becomes its bytes', async () => {
  const value = await storedConfigMap();
  for (const input of [
    CONFIG_MAP.yaml,
    CONFIG_MAP.json,
    JSON.stringify(JSON.parse(CONFIG_MAP.json), null, 2),
    `# a comment\n---\n${CONFIG_MAP.yaml}---\n`,
    `{"key":"/registry/x","value":${CONFIG_MAP.json}}`,
  ]) {
    for (const size of [65_536, 5]) {
      const { exit, stdout, stderr } = await runWith(input, ['encode'], size);
      assert.deepEqual([exit, stderr, stdout], [0, '', value], input);
    }
  }
});

test('many objects become lines, with the keys that they came with', async () => {
  const [a, b] = [await storedConfigMap('a'), await storedConfigMap('b')];
  const yaml = `${CONFIG_MAP.yaml}---\n${CONFIG_MAP.yaml.replace('name: a', 'name: b')}`;
  const lines = `{"value":"${base64(a)}"}\n{"value":"${base64(b)}"}\n`;
  for (const size of [65_536, 3]) assert.equal((await runWith(yaml, ['encode', '-w', 'jsonl'], size)).text, lines);
  const list = `{"kind":"List","apiVersion":"v1","items":[${CONFIG_MAP.json},${CONFIG_MAP.json.replace('"a"', '"b"')}]}`;
  assert.equal((await runWith(list, ['encode', '-w', 'jsonl'])).text, lines);
  assert.equal((await runWith(`[${list}]`, ['encode', '-w', 'jsonl'])).text, lines);
  const keyed = `{"key":"/registry/a","value":${CONFIG_MAP.json}}\n`;
  assert.equal(
    (await runWith(keyed, ['encode', '-w', 'jsonl'])).text,
    `{"key":"/registry/a","value":"${base64(a)}"}\n`,
  );
});

test('it is the inverse of decode', async () => {
  const values: [string, Buffer | string][] = [
    ['/registry/configmaps/default/a', await storedConfigMap()],
    ['/registry/example.com/things/default/t', CUSTOM],
    ['/coreos.com/network/config', '{"Network":"10.0.0.0/8","Backend":{"Type":"vxlan"},"Note":"<a & b> \\\\u003c"}'],
  ];
  const input = values.map(([key, value]) => `${JSON.stringify({ key, value: base64(value) })}\n`).join('');
  const decoded = await runWith(input, ['decode', '-w', 'jsonl']);
  assert.equal((await runWith(decoded.stdout, ['encode', '-w', 'jsonl'])).text, input);
  const yaml = await runWith(input.split('\n').slice(0, 2).join('\n'), ['decode']);
  const again = await runWith((await runWith(yaml.stdout, ['encode', '-w', 'jsonl'])).stdout, ['decode']);
  assert.equal(again.text, yaml.text);
});

test('another encoding can be asked for', async () => {
  for (const encoding of ['json', 'yaml', 'cbor', 'protobuf']) {
    const { stdout } = await runWith(CONFIG_MAP.yaml, ['encode', '--encoding', encoding]);
    const decoded = await runWith(stdout, ['decode', '-w', 'jsonl']);
    const expected = parseJson(`{"value":${CONFIG_MAP.json}}`);
    assert.deepEqual(inOrder(parseJson(decoded.text)), inOrder(expected), encoding);
  }
  assert.match((await runWith(CUSTOM, ['encode', '--encoding', 'protobuf'])).stderr, /has no protobuf form/);
  assert.match((await runWith(CUSTOM, ['encode', '--encoding', 'xml'])).stderr, /unknown encoding "xml"/);
});

test('what cannot be encoded is told, and the others are printed', async () => {
  const input = `{"key":"/registry/a","value":{"kind":"ConfigMap","apiVersion":"v1","data":{"k":1}}}\n{"key":"b","value":1}\n{"a":}\n{"key":"/registry/c","value":${CONFIG_MAP.json}}\n`;
  const { exit, text, stderr } = await runWith(input, ['encode', '-w', 'jsonl']);
  assert.equal(exit, 1);
  assert.equal(text.trim().split('\n').length, 1);
  assert.match(
    stderr,
    /^Error: \/registry\/a: .*\nError: b: the value is no object\nError: line 3: invalid JSON: .*\n$/,
  );
});

test('raw bytes are of one object, and not for a terminal', async () => {
  const two = await runWith(`${CONFIG_MAP.json}\n${CONFIG_MAP.json}`, ['encode']);
  assert.deepEqual([two.exit, two.stdout.length], [3, 0]);
  assert.match(two.stderr, /more than one object.*\nHint: use -w jsonl/);
  assert.match((await runWith('# nothing\n', ['encode'])).stderr, /the input has no object/);
  assert.match((await runWith('a: 1\n', ['encode'])).stderr, /no apiVersion and kind/);
  assert.match((await runWith('a: [\n', ['encode'])).stderr, /invalid YAML: .*line/);
  assert.equal((await runWith(CONFIG_MAP.yaml, ['encode', '-w', 'yaml'])).exit, 4);
});
