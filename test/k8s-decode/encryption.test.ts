import assert from 'node:assert/strict';
import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerHttp2Session } from 'node:http2';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import fc from 'fast-check';
import { Reader, Writer } from 'protobufjs/minimal.js';
import { Failure } from '../../src/base/errors.js';
import { kmsPlugins } from '../../src/k8s/kms-plugin.js';
import { parseEncryptionConfig } from '../../src/k8s-decode/encryption/config.js';
import {
  Decryptor,
  describeEncrypted,
  findEncryptionConfig,
  isEncrypted,
  openDecryptor,
} from '../../src/k8s-decode/encryption/index.js';
import type { Unwrap } from '../../src/k8s-decode/encryption/kms.js';
import { coversKey } from '../../src/k8s-decode/encryption/resource.js';
import { decodeStored } from '../../src/k8s-decode/index.js';
import { parseJson } from '../../src/k8s-decode/json/json.js';
import { type Fields, field } from '../../src/k8s-decode/value.js';
import { testData } from '../support/root.js';
import { inOrder, jsonLines } from '../support/values.js';

const secret = Buffer.alloc(32, 7);
const secret16 = Buffer.alloc(16, 8);
const plain = Buffer.from('k8s\0 a secret');
const etcdKey = '/registry/secrets/default/a';
const config = `
kind: EncryptionConfiguration
apiVersion: apiserver.config.k8s.io/v1
resources:
- resources: [secrets, '*.apps']
  providers:
  - aescbc: {keys: [{name: "other", secret: ${secret16.toString('base64')}}, {name: "c:1", secret: ${secret.toString('base64')}}]}
  - aesgcm: {keys: [{name: g1, secret: ${secret16.toString('base64')}}, {name: g1, secret: ${secret.toString('base64')}}]}
  - secretbox: {keys: [{name: s1, secret: ${secret.toString('base64')}}]}
  - kms: {name: old, endpoint: "unix:///run/old.sock"}
  - kms: {name: new, apiVersion: v2, endpoint: "unix:///run/new.sock", timeout: 1m3s}
  - identity: {}
- resources: ['*.*']
  providers:
  - aescbc: {keys: [{name: "c:1", secret: ${secret16.toString('base64')}}]}
`;

function sealCbc(key: Buffer): Buffer {
  const iv = Buffer.alloc(16, 1);
  const cipher = createCipheriv(key.length === 16 ? 'aes-128-cbc' : 'aes-256-cbc', key, iv);
  return Buffer.concat([iv, cipher.update(plain), cipher.final()]);
}

function sealGcm(key: Buffer, text: Buffer, aad: string | undefined): Buffer {
  const nonce = Buffer.alloc(12, 2);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  if (aad !== undefined) cipher.setAAD(Buffer.from(aad));
  return Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
}

function sealBox(): Buffer {
  const nonce = Buffer.alloc(24, 3);
  return Buffer.concat([nonce, xsalsa20poly1305(secret, nonce).encrypt(plain)]);
}

const prefixed = (prefix: string, sealed: Buffer) => Buffer.concat([Buffer.from(prefix), sealed]);

function kmsV1(sealed: Buffer): Buffer {
  return prefixed('k8s:enc:kms:v1:old:', Buffer.concat([Buffer.of(0, 7), Buffer.from('wrapped'), sealed]));
}

function kmsV2(sealed: Buffer, type: number): Buffer {
  const message = Writer.create()
    .uint32(10)
    .bytes(sealed)
    .uint32(18)
    .string('id')
    .uint32(26)
    .bytes(Buffer.from('wrapped'));
  message.uint32(34).fork().uint32(10).string('a.b').uint32(18).bytes(Buffer.from('note')).ldelim();
  return prefixed('k8s:enc:kms:v2:new:', Buffer.from(message.uint32(40).int32(type).finish()));
}

function seedValue(): Buffer {
  const info = Buffer.alloc(32, 4);
  const key = createHmac('sha256', secret).update(info).update(Buffer.of(1)).digest();
  return kmsV2(Buffer.concat([info, sealGcm(key, plain, etcdKey)]), 1);
}

/** One value of each kind of provider, all of which hold `plain`. */
const values: Record<string, Buffer> = {
  aescbc: prefixed('k8s:enc:aescbc:v1:c:1:', sealCbc(secret)),
  'aesgcm under the second key of one name': prefixed('k8s:enc:aesgcm:v1:g1:', sealGcm(secret, plain, etcdKey)),
  secretbox: prefixed('k8s:enc:secretbox:v1:s1:', sealBox()),
  'kms v1': kmsV1(sealGcm(secret, plain, etcdKey)),
  'kms v1 before 1.25': kmsV1(sealCbc(secret)),
  'kms v2 with a key': kmsV2(sealGcm(secret, plain, etcdKey), 0),
  'kms v2 with a seed': seedValue(),
  identity: plain,
};

const unwrapped: Unwrap = async (_provider, { ciphertext }) => {
  assert.equal(ciphertext.toString(), 'wrapped');
  return secret;
};

test('each provider opens its values', async () => {
  const decryptor = new Decryptor(parseEncryptionConfig(config), unwrapped);
  for (const [name, value] of Object.entries(values)) {
    assert.deepEqual(await decryptor.decrypt(etcdKey, value), plain, name);
  }
});

test('the rule that covers the key decides', async () => {
  const decryptor = new Decryptor(parseEncryptionConfig(config), unwrapped);
  const value = prefixed('k8s:enc:aescbc:v1:c:1:', sealCbc(secret16));
  assert.deepEqual(await decryptor.decrypt('/registry/pods/default/a', value), plain);
  await assert.rejects(
    decryptor.decrypt(etcdKey, value),
    /encrypted by aescbc with key "c": the key of that name does not/,
  );
});

test('a data key is unwrapped once, and again after a failure', async () => {
  let asked = 0;
  const decryptor = new Decryptor(parseEncryptionConfig(config), async () => {
    asked++;
    if (asked === 1) throw new Failure('the plugin is away');
    return secret;
  });
  const value = values['kms v2 with a seed']!;
  await assert.rejects(decryptor.decrypt(etcdKey, value), /encrypted by kms v2 with key "new": the plugin is away/);
  await decryptor.decrypt(etcdKey, value);
  await decryptor.decrypt(etcdKey, value);
  assert.equal(asked, 2);
});

test('a value under another key, or moved to another etcd key, is refused', async () => {
  const decryptor = new Decryptor(parseEncryptionConfig(config), unwrapped);
  const unknown = prefixed('k8s:enc:aesgcm:v1:g9:', Buffer.alloc(40));
  await assert.rejects(decryptor.decrypt(etcdKey, unknown), {
    message: `${etcdKey}: encrypted by aesgcm with key "g9": the EncryptionConfiguration has no such key`,
  });
  const moved = Object.values(values)[1]!;
  await assert.rejects(decryptor.decrypt('/registry/secrets/default/b', moved), /does not open it/);
});

test('cut and changed values are refused, and no failure tells a key', async () => {
  const decryptor = new Decryptor(parseEncryptionConfig(config), unwrapped);
  const choice = fc.constantFrom(...Object.values(values).filter(isEncrypted));
  const property = fc.asyncProperty(
    choice,
    fc.nat(),
    fc.integer({ min: 1, max: 255 }),
    async (value, place, change) => {
      const changed = Buffer.from(value);
      const at = 12 + (place % (value.length - 12));
      changed[at]! ^= change;
      for (const broken of [changed, value.subarray(0, at)]) {
        try {
          await decryptor.decrypt(etcdKey, broken);
        } catch (error) {
          assert.ok(error instanceof Failure, String(error));
          for (const each of [secret, secret16]) assert.ok(!error.message.includes(each.toString('base64')));
        }
      }
    },
  );
  await fc.assert(property, { numRuns: 200 });
});

test('what a value says of itself', () => {
  assert.deepEqual(describeEncrypted(values.secretbox!), { provider: 'secretbox', version: 'v1', keyName: 's1' });
  assert.deepEqual(describeEncrypted(values['kms v2 with a seed']!), {
    provider: 'kms',
    version: 'v2',
    keyName: 'new',
  });
  assert.equal(describeEncrypted(plain), undefined);
  assert.deepEqual(describeEncrypted(Buffer.from('k8s:enc:')), { provider: '', version: '', keyName: '' });
});

test('names of resources cover the keys that the API server uses', () => {
  const cases: [string, string, string][] = [
    ['secrets', '/registry/secrets/default/a', 'surely'],
    ['secrets', '/registry/configmaps/default/a', 'no'],
    ['secrets', '/kubernetes.io/secrets/default/a', 'surely'],
    ['deployments.apps', '/registry/deployments/default/a', 'surely'],
    ['*.apps', '/registry/deployments/default/a', 'perhaps'],
    ['*.', '/registry/pods/default/a', 'perhaps'],
    ['*.', '/registry/stable.example.com/crontabs/default/a', 'no'],
    ['crontabs.stable.example.com', '/registry/stable.example.com/crontabs/default/a', 'surely'],
    ['crontabs.other.example.com', '/registry/stable.example.com/crontabs/default/a', 'no'],
    ['*.*', '/registry/anything', 'surely'],
    ['nodes', '/registry/minions/a', 'surely'],
    ['services', '/registry/services/specs/default/a', 'surely'],
    ['endpoints', '/registry/services/endpoints/default/a', 'surely'],
  ];
  for (const [pattern, key, covers] of cases) assert.equal(coversKey(pattern, key), covers, `${pattern} ${key}`);
});

test('a wrong configuration is told without its keys', () => {
  const wrong = (providers: string) =>
    `kind: EncryptionConfiguration\nresources:\n- resources: [a]\n  providers: ${providers}\n`;
  const cases: [string, RegExp][] = [
    ['kind: Pod\n', /no kind EncryptionConfiguration/],
    ['a: [hunter2\n', /not valid YAML \(line \d\)$/],
    ['a: !!int hunter2\n', /not valid YAML \(line 1\)$/],
    ['kind: EncryptionConfig\n', /resources is no list/],
    [wrong('x'), /providers is no list/],
    [wrong('[{rot13: {}}]'), /unknown provider "rot13"/],
    [
      wrong('[{aescbc: {keys: [{name: k, secret: aHVudGVyMg==}]}}]'),
      /secret of aescbc key "k" is not 16, 24, 32 bytes/,
    ],
    [wrong('[{secretbox: {keys: [{name: k, secret: "hunter2!"}]}}]'), /secret of secretbox key "k" is not 32 bytes/],
    [wrong('[{aesgcm: {keys: [{secret: hunter2}]}}]'), /a key of aesgcm has no name/],
    [wrong('[{kms: {name: k}}]'), /needs a name and an endpoint/],
    [wrong('[{kms: {name: k, endpoint: unix:///x, apiVersion: v9}}]'), /unknown apiVersion/],
  ];
  for (const [text, message] of cases) {
    assert.throws(
      () => parseEncryptionConfig(text),
      (error: Error) => message.test(error.message) && !/hunter2|aHVudGVy/.test(error.message),
      text,
    );
  }
});

test('the configuration is found on a control-plane node', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'ketcdctl-'));
  t.after(() => rmSync(root, { recursive: true }));
  assert.equal(findEncryptionConfig(root), undefined);
  write(
    root,
    '/etc/kubernetes/manifests/kube-apiserver.yaml',
    'command: [kube-apiserver, "--encryption-provider-config=/etc/e.yaml"]\n',
  );
  assert.equal(findEncryptionConfig(root), undefined);
  write(root, '/etc/e.yaml', '');
  assert.equal(findEncryptionConfig(root), `${root}/etc/e.yaml`);
});

function write(root: string, path: string, text: string): void {
  mkdirSync(dirname(root + path), { recursive: true });
  writeFileSync(root + path, text);
}

test('values of a real API server are opened', async () => {
  for (const name of ['aescbc', 'aesgcm', 'secretbox', 'kmsv2']) {
    const text = readFileSync(testData(`k8s-real/encryption/${name}-1.36.yaml`), 'utf8');
    const decryptor = new Decryptor(parseEncryptionConfig(text), async (_, { ciphertext }) => openMock(ciphertext));
    const lines = jsonLines<{ key: string; value: string; json: string }>(
      testData(`k8s-real/encryption/${name}-1.36.ndjson.gz`),
    );
    for (const { key, value, json } of lines) {
      const { object } = await decodeStored(await decryptor.decrypt(key, Buffer.from(value, 'base64')), { key });
      const expected = parseJson(json) as Fields;
      (field(expected, 'metadata') as Fields).delete('resourceVersion');
      assert.deepEqual(inOrder(object), inOrder(expected));
    }
  }
});

/** What the plugin of the recorded cluster did: AES-256-GCM under a fixed key, nothing authenticated beside. */
function openMock(sealed: Buffer): Buffer {
  const key = createHash('sha256').update('kms-mock-kek').digest();
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
}

test('KMS plugins are asked through their sockets, in both versions', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ketcdctl-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const asked = await servePlugin(t, join(folder, 'kms.sock'));
  const path = join(folder, 'config.yaml');
  writeFileSync(path, config.replaceAll(/\/run\/\w+\.sock/g, join(folder, 'kms.sock')));
  const decryptor = await openDecryptor(path, kmsPlugins().unwrap);
  assert.deepEqual(await decryptor.decrypt(etcdKey, values['kms v1']!), plain);
  assert.deepEqual(await decryptor.decrypt(etcdKey, values['kms v2 with a seed']!), plain);
  assert.deepEqual(asked, [
    { path: '/v1beta1.KeyManagementService/Decrypt', 1: 'v1beta1', 2: 'wrapped' },
    { path: '/v2.KeyManagementService/Decrypt', 1: 'wrapped', 2: 'ketcdctl', 3: 'id', 4: '\n\x03a.b\x12\x04note' },
  ]);
});

test('a plugin that is away is told by its name and socket', async () => {
  const rules = parseEncryptionConfig(config.replaceAll('/run/', '/nonexistent/'));
  const decryptor = new Decryptor(rules, kmsPlugins().unwrap);
  await assert.rejects(
    decryptor.decrypt(etcdKey, values['kms v1']!),
    /kms v1 with key "old": KMS plugin old at unix:\/\/\/nonexistent\/old\.sock: /,
  );
});

/** A plugin whose key is `secret`. @returns what it was asked, the fields of each request as text */
async function servePlugin(t: TestContext, path: string): Promise<Record<string, string>[]> {
  const asked: Record<string, string>[] = [];
  const server = createServer();
  const sessions: ServerHttp2Session[] = [];
  server.on('session', (session) => sessions.push(session));
  server.on('stream', (stream, headers) => {
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const request: Record<string, string> = { path: String(headers[':path']) };
      const reader = Reader.create(Buffer.concat(chunks).subarray(5));
      while (reader.pos < reader.len) request[reader.uint32() >> 3] = Buffer.from(reader.bytes()).toString();
      asked.push(request);
      const answer = Buffer.from(Writer.create().uint32(10).bytes(secret).finish());
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      const size = Buffer.alloc(5);
      size.writeUInt32BE(answer.length, 1);
      stream.end(Buffer.concat([size, answer]));
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.after(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  return asked;
}
