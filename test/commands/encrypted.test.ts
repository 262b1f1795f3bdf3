/** Encryption at rest through the command line. */
import assert from 'node:assert/strict';
import { createCipheriv } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { corpus, NO_CORPUS } from '../support/root.js';
import { CONFIG_MAP, runWith, storedConfigMap } from './decode-support.js';

const SECRET = Buffer.from('0123456789abcdef0123456789abcdef');
const KEY = '/registry/configmaps/default/a';

function config(secret = SECRET.toString('base64')): string {
  return `kind: EncryptionConfiguration
apiVersion: apiserver.config.k8s.io/v1
resources:
- resources: [configmaps]
  providers:
  - aesgcm:
      keys:
      - name: key1
        secret: ${secret}
  - identity: {}
`;
}

async function sealed(keyName = 'key1'): Promise<Buffer> {
  const nonce = Buffer.alloc(12, 5);
  const cipher = createCipheriv('aes-256-gcm', SECRET, nonce);
  cipher.setAAD(Buffer.from(KEY));
  const body = Buffer.concat([cipher.update(await storedConfigMap()), cipher.final()]);
  return Buffer.concat([Buffer.from(`k8s:enc:aesgcm:v1:${keyName}:`), nonce, body, cipher.getAuthTag()]);
}

function line(key: string, value: Buffer): string {
  return `${JSON.stringify({ key, value: value.toString('base64') })}\n`;
}

function configFile(t: TestContext, text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-config-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  writeFileSync(join(dir, 'config.yaml'), text);
  return join(dir, 'config.yaml');
}

test('decode opens a value with the key of its file', async (t) => {
  const path = configFile(t, config());
  const run = await runWith(line(KEY, await sealed()), ['--encryption-config', path, 'decode']);
  assert.deepEqual([run.exit, run.text, run.stderr], [0, CONFIG_MAP.yaml, '']);
  const one = await runWith(await sealed(), ['--encryption-config', path, 'decode', '--key', KEY]);
  assert.equal(one.text, CONFIG_MAP.yaml);
});

test('a value without its key is named, and the others are shown', async (t) => {
  const input = line(KEY, await sealed('key9')) + line('/registry/configmaps/default/b', await storedConfigMap('b'));
  const path = configFile(t, config());
  const run = await runWith(input, ['--encryption-config', path, 'decode']);
  assert.equal(run.exit, 1);
  assert.match(run.text, /^# <encrypted: provider aesgcm, key key9>\n---\napiVersion: v1\n/);
  assert.match(run.text, /\n {2}name: b\n$/);
  assert.equal(
    run.stderr,
    `Error: ${KEY}: encrypted by aesgcm with key "key9": the EncryptionConfiguration has no such key\n`,
  );
  const lines = await runWith(input, ['--encryption-config', path, 'decode', '-w', 'jsonl']);
  const [first] = lines.text.split('\n');
  assert.deepEqual(JSON.parse(first!), { key: KEY, value: '<encrypted: provider aesgcm, key key9>' });
  const back = await runWith(lines.text, ['encode', '-w', 'jsonl']);
  assert.equal(back.exit, 1);
  assert.equal(back.stderr, `Error: ${KEY}: the value was encrypted, and what it held is not here\n`);
  assert.equal(back.text.split('\n').length, 2);
});

test('no output and no error tells a key, however the configuration is wrong', async (t) => {
  const base64 = SECRET.toString('base64');
  const hints = [base64, base64.slice(0, 12), base64.slice(8, 24), SECRET.toString(), SECRET.toString('hex')];
  const broken = [
    config(),
    config(`${base64}==x`),
    config(`"${base64}`),
    config(`{${base64}: 1}`),
    config(`[${base64}]`),
    config(`|\n${base64}`),
    config(base64.slice(0, 20)),
    config().replace('secret:', `${base64}:`),
    config().replace('key1', base64),
    config('key1').replace('name: key1', `name: ${base64}`),
    config().replace('aesgcm:', `${base64}:`),
    config().replace('EncryptionConfiguration', base64),
    `${base64}: [`,
    `!!${base64} x`,
    `*${base64}`,
  ];
  const input = line(KEY, await sealed()) + line(KEY, await sealed('key9'));
  for (const text of broken) {
    const path = configFile(t, text);
    for (const argv of [['decode'], ['decode', '-w', 'jsonl'], ['decode', '--debug']]) {
      const run = await runWith(input, ['--encryption-config', path, ...argv]);
      for (const hint of hints) assert.ok(!(run.text + run.stderr).includes(hint), `${text}\n${run.stderr}`);
    }
  }
});

test('get shows who encrypted a value, and a configuration that cannot be used is told', async (t) => {
  const source = join(corpus('auger') ?? '', 'inputs', 'small.db.gz');
  if (!existsSync(source)) return t.skip(NO_CORPUS);
  const file = configFile(t, '').replace('config.yaml', 'small.db');
  writeFileSync(file, gunzipSync(readFileSync(source)));
  const get = (...argv: string[]) => runWith('', ['--endpoints', `file:${file}`, 'get', '--prefix', ...argv]);
  const key = '/registry/configmaps/kube-system/encrypted';
  const run = await get(key);
  assert.deepEqual([run.exit, run.text], [0, `${key}\n<encrypted: provider aescbc, key key1>\n`]);
  assert.match(run.stderr, /^warning: .*encrypted by aescbc with key "key1"\nHint: --encryption-config FILE/);
  const lines = await get('/registry/configmaps/', '-w', 'jsonl');
  assert.match(lines.text, /"value":"\\u003cencrypted: provider aescbc, key key1\\u003e"/);
  assert.equal(lines.text.trim().split('\n').length, 5);
  const raw = await get(key, '--decode', 'none', '--print-value-only');
  assert.equal(raw.stdout.toString('latin1', 0, 22), 'k8s:enc:aescbc:v1:key1');
  const wrong = await get(key, '--encryption-config', configFile(t, 'kind: Pod\n'));
  assert.equal(wrong.exit, 1);
  assert.match(wrong.stderr, /^Error: invalid EncryptionConfiguration: it has no kind/);
  const missing = await get(key, '--encryption-config', '/nosuch/config.yaml');
  assert.equal(missing.exit, 6);
});
