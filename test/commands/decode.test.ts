import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { toCbor } from '../../src/k8s-decode/cbor.js';
import { parseJson } from '../../src/k8s-decode/json/json.js';
import { CONFIG_MAP, CUSTOM, runWith, storedConfigMap } from './decode-support.js';

const key = '/registry/configmaps/default/a';
const base64 = (value: Buffer | string) => Buffer.from(value).toString('base64');

test('one value is found in whatever form it comes', async () => {
  const value = await storedConfigMap();
  const hex = value.toString('hex');
  const forms: Record<string, Buffer | string> = {
    'as it is': value,
    'with a line end': Buffer.concat([value, Buffer.from('\n')]),
    'with its key in front': Buffer.concat([Buffer.from(`${key}\n`), value, Buffer.from('\n')]),
    hex: `${hex}\n`,
    'hex in capitals, many lines': hex.toUpperCase().replace(/.{60}/g, '$&\n'),
    '0x': `0x${hex}`,
    'etcdctl --hex': `${hex.replace(/../g, '\\x$&')}\n`,
    base64: base64(value),
    'base64 of the value and a line end': base64(Buffer.concat([value, Buffer.from('\n')])),
    'base64 in lines of 76': base64(value).replace(/.{76}/g, '$&\r\n'),
    'get -w json': `{"header":{"revision":9},"kvs":[{"key":"${base64(key)}","create_revision":2,"value":"${base64(value)}"}],"count":1}\n`,
    'a line of JSON': `{"key":"${key}","value":"${base64(value)}"}`,
    'jq .kvs[]': `{"key":"${base64(key)}","create_revision":2,"mod_revision":2,"version":1,"value":"${base64(value)}"}`,
    'get -w jsonl': `{"key":"${key}","create_revision":2,"value":{"base64":"${base64(value)}"}}`,
    'decoded already': `{"key":"${key}","value":${CONFIG_MAP.json}}`,
    JSON: CONFIG_MAP.json,
    'JSON over lines': JSON.stringify(JSON.parse(CONFIG_MAP.json), null, 2),
    YAML: CONFIG_MAP.yaml,
    CBOR: toCbor(parseJson(CONFIG_MAP.json)),
  };
  for (const [name, input] of Object.entries(forms)) {
    for (const size of [65_536, 7]) {
      assert.deepEqual(await plainRun(input, size), { exit: 0, text: CONFIG_MAP.yaml, stderr: '' }, name);
    }
  }
});

async function plainRun(input: Buffer | string, size: number) {
  const { exit, text, stderr } = await runWith(input, ['decode'], size);
  return { exit, text, stderr };
}

test('many values become documents parted by ---, or lines', async () => {
  const [a, b] = [await storedConfigMap('a'), await storedConfigMap('b')];
  const line = (name: string, value: Buffer | string) => `{"key":"/registry/x/${name}","value":"${base64(value)}"}\n`;
  const input = line('a', a) + line('b', b) + line('t', CUSTOM);
  const yaml = `${CONFIG_MAP.yaml}---\n${CONFIG_MAP.yaml.replace('name: a', 'name: b')}---\napiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: t\nsize: 9007199254740993\n`;
  assert.equal((await runWith(input, ['decode'])).text, yaml);
  const lines = (await runWith(input, ['decode', '-w', 'jsonl'], 11)).text.split('\n');
  assert.equal(lines[1], `{"key":"/registry/x/b","value":${CONFIG_MAP.json.replace('"a"', '"b"')}}`);
  assert.equal(lines[2], `{"key":"/registry/x/t","value":${CUSTOM.trim()}}`);
  const json = (await runWith(line('t', CUSTOM), ['decode', '-w', 'json'])).text;
  assert.equal(
    json,
    `${JSON.stringify(JSON.parse(CUSTOM.replace(/"size":\d+/, '"size":1')), null, 4)}\n`.replace(
      '"size": 1',
      '"size": 9007199254740993',
    ),
  );
});

test('what etcdctl prints of many keys is taken apart', async () => {
  const [a, b] = [await storedConfigMap('a'), await storedConfigMap('b')];
  const printed = Buffer.concat([
    ...[
      '/registry/configmaps/x/a\n',
      a,
      '\n/registry/configmaps/x/b\n',
      b,
      '\n/registry/example.com/things/t\n',
      CUSTOM,
      '\n',
    ].map((part) => Buffer.from(part)),
  ]);
  const { text, stderr } = await runWith(printed, ['decode', '-w', 'jsonl']);
  assert.equal(stderr, '');
  const names = text
    .trim()
    .split('\n')
    .map((line) => [JSON.parse(line).key, JSON.parse(line).value.metadata.name]);
  assert.deepEqual(names, [
    ['/registry/configmaps/x/a', 'a'],
    ['/registry/configmaps/x/b', 'b'],
    ['/registry/example.com/things/t', 't'],
  ]);
  const valuesOnly = Buffer.concat([CUSTOM, '\n', a, '\n', b, '\n'].map((part) => Buffer.from(part)));
  assert.equal((await runWith(valuesOnly, ['decode', '-w', 'jsonl'])).text.trim().split('\n').length, 3);
});

test('what cannot be decoded is told with its key, and the others are printed', async () => {
  const value = await storedConfigMap();
  const line = (name: string, bytes: Buffer | string) => `{"key":"/registry/x/${name}","value":"${base64(bytes)}"}\n`;
  const input = `${line('cut', value.subarray(0, 40)) + line('garbage', '\x01\x02') + line('a', value)}{"key":"/registry/x/b","value":}\n${line('b', value)}`;
  const { exit, text, stderr } = await runWith(input, ['decode', '-w', 'jsonl']);
  assert.equal(exit, 1);
  assert.equal(text.trim().split('\n').length, 2);
  assert.match(
    stderr,
    /^Error: \/registry\/x\/cut: .*byte \d+.*\nError: \/registry\/x\/garbage: .*\nError: line 4: invalid JSON: .*\n$/,
  );
});

test('answers without values print nothing', async () => {
  for (const input of ['{"header":{"revision":9}}\n', '{"header":{},"kvs":[],"count":0}', '[]']) {
    assert.deepEqual(await plainRun(input, 100), { exit: 0, text: '', stderr: '' }, input);
  }
});

test('the values of every answer of etcdctl are found, and log lines in front are passed on', async () => {
  const kv = `{"key":"${base64(key)}","create_revision":2,"value":"${base64(await storedConfigMap())}"}`;
  const header = '"header":{"cluster_id":1,"revision":9}';
  const get = `{${header},"kvs":[${kv}],"count":1}\n`;
  const inner = `{"Response":{"ResponseRange":{"header":{"revision":3},"kvs":[${kv}],"count":1}}}`;
  const answers: Record<string, string> = {
    txn: `{${header},"succeeded":true,"responses":[${inner}]}`,
    'txn in a txn': `{${header},"responses":[{"Response":{"ResponseTxn":{"responses":[${inner}]}}}]}`,
    'put --prev-kv': `{${header},"prev_kv":${kv}}`,
    'del --prev-kv': `{${header},"deleted":1,"prev_kvs":[${kv}]}`,
    'txn with a put': `{${header},"responses":[{"Response":{"ResponsePut":{"prev_kv":${kv}}}}]}`,
    watch: `{"Header":{"revision":9},"Events":[{"kv":${kv}}],"CompactRevision":0}`,
    'watch --prev-kv of a deletion': `{"Header":{},"Events":[{"type":1,"kv":{"key":"${base64(key)}"},"prev_kv":${kv}}]}`,
    'the mark of UTF-8': `\ufeff${get}`,
    'CR LF': get.replaceAll('\n', '\r\n'),
  };
  for (const [name, input] of Object.entries(answers)) {
    for (const size of [65_536, 7]) {
      assert.deepEqual(await plainRun(input, size), { exit: 0, text: CONFIG_MAP.yaml, stderr: '' }, name);
    }
  }
  for (const log of [
    '2018-07-19 04:58:49.768085 I | warning: ignoring ServerName for user-provided CA',
    '{"level":"warn","ts":"2026-11-26T23:41:12Z","msg":"unrecognized environment variable"}',
    'Defaulted container "etcd" out of: etcd, init (init)',
  ]) {
    for (const size of [65_536, 7]) {
      const run = await plainRun(`${log}\n${get}`, size);
      assert.deepEqual(run, { exit: 0, text: CONFIG_MAP.yaml, stderr: `${log}\n` });
    }
  }
  const unknown = await runWith(`${CONFIG_MAP.json}\n{"answer":42}\n`, ['decode']);
  assert.deepEqual([unknown.exit, unknown.text], [1, CONFIG_MAP.yaml]);
  assert.match(unknown.stderr, /^Error: line 2: neither an answer of etcd nor an object of Kubernetes\n/);
  const wide = await runWith(Buffer.from(`\ufeff${get}`, 'utf16le'), ['decode']);
  assert.deepEqual([wide.exit, wide.text], [3, '']);
  assert.match(wide.stderr, /^Error: the input is UTF-16 text\nHint: save it as UTF-8/);
});

test('bytes that a terminal has changed are said to be that', async () => {
  const value = Buffer.concat([Buffer.from(`${key}\n`), await storedConfigMap('a\nb'), Buffer.from('\n')]);
  const spoilt = Buffer.from(value.toString('latin1').replaceAll('\n', '\r\n'), 'latin1');
  const { exit, text, stderr } = await runWith(spoilt, ['decode']);
  assert.deepEqual([exit, text], [1, '']);
  assert.match(stderr, /^Error: the bytes were changed on their way.*\nHint: .*without -t/);
});

test('an envelope that does not say what is in it is an error', async () => {
  for (const input of ['azhzAA==', 'azhzAAoAEg8KDQoBeBIAGgJuc2IAegA=', 'azhzAAoEEgJDTRIA']) {
    const { exit, text, stderr } = await runWith(input, ['decode']);
    assert.deepEqual([exit, text], [1, ''], input);
    assert.match(stderr, /^Error: cut short or corrupt at byte \d+ of \d+: the envelope has no apiVersion and kind\n/);
  }
});

test('input that is nothing of this is refused', async () => {
  for (const [input, message] of [
    ['', /the input is empty/],
    [' \n\n', /the input is empty/],
    ['hello', /no stored value/],
    ['{"a":1', /begins on line 1 is cut short/],
    ['{"a":1}\n\n{"b":', /begins on line 3 is cut short/],
    ['{"a":1}}', /unexpected a closing bracket between JSON documents \(line 1\)/],
    ['{"a":1}\nx', /unexpected "x" between JSON documents \(line 2\)/],
  ] as const) {
    const { exit, stderr } = await runWith(input, ['decode']);
    assert.equal(exit, 3, input);
    assert.match(stderr, message);
  }
  assert.match((await runWith('{}', ['decode', '/nonexistent'])).stderr, /^Error: cannot read \/nonexistent: ENOENT/);
  assert.equal((await runWith('{}', ['decode', '-w', 'table'])).exit, 4);
});

test('a file is read, and encrypted values are opened', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ketcdctl-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'value');
  const config = join(folder, 'config.yaml');
  writeFileSync(path, await encrypted(await storedConfigMap()));
  writeFileSync(
    config,
    `kind: EncryptionConfiguration\nresources: [{resources: [secrets], providers: [{aescbc: {keys: [{name: k, secret: ${base64(Buffer.alloc(16, 1))}}]}}]}]\n`,
  );
  const opened = await runWith('', ['decode', '--encryption-config', config, path]);
  assert.deepEqual([opened.stderr, opened.text], ['', CONFIG_MAP.yaml]);
  const closed = await runWith('', ['decode', '--key', '/registry/secrets/x', path]);
  assert.equal(closed.exit, 1);
  assert.match(
    closed.stderr,
    /^Error: \/registry\/secrets\/x: encrypted by aescbc with key "k"\nHint: --encryption-config/,
  );
});

async function encrypted(plain: Buffer): Promise<Buffer> {
  const { createCipheriv } = await import('node:crypto');
  const iv = Buffer.alloc(16, 2);
  const cipher = createCipheriv('aes-128-cbc', Buffer.alloc(16, 1), iv);
  return Buffer.concat([Buffer.from('k8s:enc:aescbc:v1:k:'), iv, cipher.update(plain), cipher.final()]);
}
