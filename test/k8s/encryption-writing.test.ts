import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { kmsPlugins } from '../../src/k8s/kms-plugin.js';
import { StoredValues } from '../../src/k8s/values.js';
import { describeEncrypted } from '../../src/k8s-decode/encryption/describe.js';
import { openDecryptor } from '../../src/k8s-decode/encryption/index.js';
import { decodeStored } from '../../src/k8s-decode/index.js';
import { stringField } from '../../src/k8s-decode/value.js';
import { skipWithoutEtcd } from '../support/etcd.js';
import { kmsPlugin } from '../support/kms-plugin.js';
import { type LiveSample, liveSample } from './live-sample.js';

const skip = skipWithoutEtcd();
const SECRETS = '/registry/secrets/';

/** Providers by name, each with a key of this run. */
function providers(socket: string): Record<string, string> {
  const key = (bytes = 32) => randomBytes(bytes).toString('base64');
  return {
    aescbc: `aescbc: {keys: [{name: "c:1", secret: ${key()}}]}`,
    aesgcm: `aesgcm: {keys: [{name: g1, secret: ${key(16)}}]}`,
    secretbox: `secretbox: {keys: [{name: s1, secret: ${key()}}]}`,
    'kms v1': `kms: {name: old, endpoint: "unix://${socket}"}`,
    'kms v2': `kms: {name: new, apiVersion: v2, endpoint: "unix://${socket}"}`,
    identity: 'identity: {}',
  };
}

/** Writes a configuration of one rule; the first provider is what is written with. */
function config(sample: LiveSample, ...list: string[]): string {
  const path = join(sample.dir, `config-${randomBytes(4).toString('hex')}.yaml`);
  const lines = list.map((provider) => `  - ${provider}\n`).join('');
  writeFileSync(
    path,
    `kind: EncryptionConfiguration\napiVersion: apiserver.config.k8s.io/v1\nresources:\n- resources: [secrets, coupons.shop.example.com]\n  providers:\n${lines}`,
  );
  return path;
}

const run = (sample: LiveSample, path: string, argv: string[], env?: NodeJS.ProcessEnv) =>
  sample.run(['--encryption-config', path, ...argv], env);

async function secretsOf({ client }: LiveSample) {
  const { kvs } = await client.kv.range({ key: Buffer.from(SECRETS), range_end: Buffer.from('/registry/secrets0') });
  return kvs;
}

/** The value in a Secret, opened by a reader of its own with this configuration alone. */
async function opened(sample: LiveSample, path: string, key: string): Promise<ReturnType<typeof decodeStored>> {
  const decryptor = await openDecryptor(path, kmsPlugins().unwrap);
  const { value } = (await sample.read(key))!;
  return decodeStored(await decryptor.decrypt(key, value), { key });
}

const NEW = 'apiVersion: v1\nkind: Secret\nmetadata: {name: neu, namespace: shop}\nstringData: {pw: hunter2}\n';

test('every provider: apply, edit, put, rewrite and restore write with it', { skip }, async (t) => {
  const sample = await liveSample(t);
  const socket = join(sample.dir, 'kms.sock');
  await kmsPlugin(t, socket);
  const all = providers(socket);
  const manifest = join(sample.dir, 'neu.yaml');
  writeFileSync(manifest, NEW);
  const key = `${SECRETS}shop/neu`;
  for (const [name, provider] of Object.entries(all)) {
    const path = config(sample, provider, ...Object.values(all).filter((each) => each !== provider));
    const own = config(sample, provider);
    const expected = name === 'identity' ? undefined : name.split(' ')[0];
    const providerNow = async () => describeEncrypted((await sample.read(key))!.value)?.provider;

    const applied = await run(sample, path, ['k8s', 'apply', '-f', manifest, '--backup-dir', sample.dir]);
    assert.equal(applied.exit, 0, `${name}: ${applied.stderr}`);
    assert.equal(await providerNow(), expected, name);
    assert.equal(stringField((await opened(sample, own, key)).object, 'data', 'pw'), 'aHVudGVyMg==');

    const argv = ['k8s', 'edit', 'secret/neu', '-n', 'shop', '--yes', '--backup-dir', sample.dir];
    const edited = await run(sample, path, argv, { EDITOR: 'sed -i s/aHVudGVyMg==/aHVudGVyMw==/' });
    assert.equal(edited.exit, 0, `${name}: ${edited.stderr}`);
    assert.equal(await providerNow(), expected, name);
    assert.equal(stringField((await opened(sample, own, key)).object, 'data', 'pw'), 'aHVudGVyMw==');
    const untouched = await run(sample, path, argv, { EDITOR: 'true' });
    assert.match(untouched.stderr, /no changes made/);

    const text = (await run(sample, path, ['k8s', 'get', 'secret/neu', '-n', 'shop', '-o', 'yaml'])).stdout;
    const put = await run(sample, path, ['put', '--as-kubernetes', key, text]);
    assert.equal(put.exit, 0, put.stderr);
    assert.equal(await providerNow(), expected, name);

    const rewritten = await run(sample, path, ['k8s', 'encryption', 'rewrite', '--yes', '--rate', '0']);
    assert.equal(rewritten.exit, 0, `${name}: ${rewritten.stderr}`);
    for (const kv of await secretsOf(sample)) {
      assert.equal(describeEncrypted(kv.value)?.provider, expected, name);
      await opened(sample, own, kv.key.toString());
    }
    const shown = await run(sample, own, ['k8s', 'encryption', '-o', 'jsonl']);
    const states = shown.stdout.split('\n').filter((line) => line.includes('"secrets"'));
    assert.equal(states.length, 1);
    assert.equal(JSON.parse(states[0]!).state, 'current');

    const gone = (await sample.read(key))!;
    await sample.client.kv.deleteRange({ key: Buffer.from(key) });
    const before = String(BigInt(gone.mod_revision));
    const back = await run(sample, path, ['k8s', 'restore', 'secret/neu', '-n', 'shop', '--rev', before, '--yes']);
    assert.equal(back.exit, 0, back.stderr);
    assert.equal(await providerNow(), expected, name);
    await sample.client.kv.deleteRange({ key: Buffer.from(key) });
  }
});

test('rewrite does nothing without --yes, goes on where it was broken off, and keeps what changes', {
  skip,
}, async (t) => {
  const sample = await liveSample(t);
  const all = providers('/nonexistent');
  const path = config(sample, all.secretbox!, all.identity!);
  const before = await secretsOf(sample);
  const dry = await run(sample, path, ['k8s', 'encryption', 'rewrite', 'secrets']);
  assert.equal(dry.exit, 0);
  assert.match(dry.stderr, /values would be written anew; nothing was written \(--yes writes it\)/);
  assert.deepEqual(await secretsOf(sample), before);
  // One is done already: as if a run had been broken off.
  const [first] = before;
  const text = (await run(sample, path, ['k8s', 'get', 'secret', '-A', '-o', 'name'])).stdout;
  assert.ok(text.length > 0);
  const one = first!.key.toString().split('/');
  const edit = await run(
    sample,
    path,
    ['k8s', 'edit', `secret/${one[4]}`, '-n', one[3]!, '--yes', '--backup-dir', sample.dir],
    { EDITOR: 'sed -i \'s/^  name: /  labels: {done: "1"}\\n  name: /\'' },
  );
  assert.equal(edit.exit, 0, edit.stderr);
  const done = (await sample.read(first!.key.toString()))!;
  assert.equal(describeEncrypted(done.value)?.provider, 'secretbox');
  const end = await run(sample, path, ['k8s', 'encryption', 'rewrite', '--yes', '--rate', '500']);
  assert.equal(end.exit, 0, end.stderr);
  assert.equal((await sample.read(first!.key.toString()))!.mod_revision, done.mod_revision);
  const again = await run(sample, path, ['k8s', 'encryption', 'rewrite', '--yes']);
  assert.equal(again.exit, 0);
  assert.match(again.stdout, /secrets +secretbox +s1 +\d+ +0 +0/);
});

test('wrong keys leave everything as it was', { skip }, async (t) => {
  const sample = await liveSample(t);
  const all = providers(join(sample.dir, 'kms.sock'));
  const right = config(sample, all.aesgcm!, all.identity!);
  assert.equal((await run(sample, right, ['k8s', 'encryption', 'rewrite', '--yes'])).exit, 0);
  const before = await secretsOf(sample);
  const manifest = join(sample.dir, 'neu.yaml');
  writeFileSync(manifest, NEW);
  // Of the same name, and another key; no key at all; another provider.
  const others = providers(join(sample.dir, 'kms.sock'));
  const wrong = [
    config(sample, others.aesgcm!, others.identity!),
    config(sample, others.identity!),
    config(sample, others.secretbox!, others.identity!),
  ];
  const secret = `secret/${before[0]!.key.toString().split('/')[4]}`;
  const namespace = before[0]!.key.toString().split('/')[3]!;
  for (const path of wrong) {
    for (const argv of [
      ['k8s', 'encryption', 'rewrite', '--yes'],
      ['k8s', 'apply', '-f', manifest, '--yes'],
      ['k8s', 'edit', secret, '-n', namespace, '--yes'],
      ['put', '--as-kubernetes', `${SECRETS}shop/neu`, NEW],
    ]) {
      const { exit, stderr } = await run(sample, path, argv, { EDITOR: 'sed -i s/a/b/' });
      assert.notEqual(exit, 0, argv.join(' '));
      assert.match(stderr, /does not open|no such key/, argv.join(' '));
      for (const provider of Object.values({ ...all, ...others })) {
        const key = /secret: ([^}]+)}/.exec(provider)?.[1];
        assert.ok(!key || !stderr.includes(key), 'a key was told');
      }
    }
  }
  const without = await sample.run(['k8s', 'apply', '-f', manifest, '--yes']);
  assert.match(without.stderr, /encrypted by aesgcm with key "g1"/);
  assert.deepEqual(await secretsOf(sample), before);
});

test('a configuration that could not read what is there is not that of the cluster', { skip }, async (t) => {
  const sample = await liveSample(t);
  const all = providers('/nonexistent');
  const before = await secretsOf(sample);
  const manifest = join(sample.dir, 'neu.yaml');
  writeFileSync(manifest, NEW);
  const { exit, stderr } = await run(sample, config(sample, all.aesgcm!), ['k8s', 'apply', '-f', manifest, '--yes']);
  assert.equal(exit, 1);
  assert.match(stderr, /is not encrypted, and the EncryptionConfiguration has no identity for secrets/);
  assert.deepEqual(await secretsOf(sample), before);
});

test('a KMS plugin that does not give back its key, or is away, is not written with; a new key ID makes values outdated', {
  skip,
}, async (t) => {
  const sample = await liveSample(t);
  const socket = join(sample.dir, 'kms.sock');
  const plugin = await kmsPlugin(t, socket);
  const all = providers(socket);
  for (const name of ['kms v1', 'kms v2']) {
    const before = await secretsOf(sample);
    const path = config(sample, all[name]!, all.identity!);
    plugin.forgets = true;
    const forgot = await run(sample, path, ['k8s', 'encryption', 'rewrite', '--yes']);
    assert.equal(forgot.exit, 1);
    assert.match(forgot.stderr, /does not give back a key that it has wrapped/);
    plugin.forgets = false;
    const away = config(sample, all[name]!.replace('kms.sock', 'away.sock'), all.identity!);
    const unreached = await run(sample, away, ['k8s', 'encryption', 'rewrite', '--yes']);
    assert.equal(unreached.exit, 1);
    assert.match(unreached.stderr, /KMS plugin .* at unix:/);
    assert.deepEqual(await secretsOf(sample), before);
  }
  const path = config(sample, all['kms v2']!, all.identity!);
  assert.equal((await run(sample, path, ['k8s', 'encryption', 'rewrite', '--yes', '--rate', '0'])).exit, 0);
  plugin.keyId = 'key-2';
  const rotated = await run(sample, path, ['k8s', 'encryption', 'rewrite', '--yes', '--rate', '0']);
  assert.match(rotated.stderr, /[1-9]\d* values were written anew/);
  const key = (await secretsOf(sample))[0]!.key.toString();
  await opened(sample, path, key);
  // A data key serves for all values of a run: two Encrypts for two runs.
  assert.ok(plugin.calls.filter((call) => call === '/v2.KeyManagementService/Encrypt').length <= 6);
});

test("this node's configuration is that of its own etcd, and of another only beside what it opens", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-test-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'config.yaml');
  const secret = randomBytes(32).toString('base64');
  writeFileSync(
    path,
    `kind: EncryptionConfiguration\nresources:\n- resources: [secrets]\n  providers:\n  - aesgcm: {keys: [{name: k, secret: ${secret}}]}\n  - identity: {}\n`,
  );
  const key = Buffer.from('/registry/secrets/a/b');
  const plain = Buffer.from('k8s\0plain');
  const named = new StoredValues({ encryptionConfig: path, isOwnNode: async () => false });
  const sealed = await named.seal(key, plain, 'secrets', undefined);
  assert.equal(describeEncrypted(sealed)?.keyName, 'k');
  // What finds a node's configuration looks below /etc: here it is handed in by the keys that were opened already.
  for (const [isOwn, resembles, isSealed] of [
    [true, undefined, true],
    [false, undefined, false],
    [false, { key, value: plain }, false],
    [false, { key, value: sealed }, true],
  ] as const) {
    const values = new StoredValues({ isOwnNode: async () => isOwn });
    Object.assign(values, { keys: (named as unknown as { keys: unknown }).keys });
    const written = await values.seal(key, plain, 'secrets', resembles);
    assert.equal(!written.equals(plain), isSealed);
  }
});
