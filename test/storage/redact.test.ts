import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { decodeStored, type Encoding, encodeStored } from '../../src/k8s-decode/index.js';
import { parseJson } from '../../src/k8s-decode/json/json.js';
import { NameMap, Redactor } from '../../src/k8s-decode/redact/index.js';
import { type Fields, field, stringField, type Value } from '../../src/k8s-decode/value.js';
import { parseYaml } from '../../src/k8s-decode/yaml/read.js';
import { EtcdFile } from '../../src/storage/mvcc/etcd-file.js';
import { keysBelow as keysWithPrefix } from '../../src/storage/mvcc/revision.js';
import { runCli } from '../support/cli.js';
import { etcdBinary, freePorts, skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { corpus, NO_CORPUS, testData } from '../support/root.js';
import { jsonLines } from '../support/values.js';
import { clientOf, random, save, tempDir } from './support.js';

const skip = skipWithoutEtcd();

/** Secrets of one run, each only in the places that its name says. */
const SECRET = {
  data: 'hunter2-Th3-d4ta!',
  old: 'first-passw0rd-of-1999',
  deleted: 'gone-but-n0t-f0rgotten',
  env: 'env-v4lue-Zq81',
  initEnv: 'init-env-Yx72',
  cronEnv: 'cron-env-Ww63',
  applied: 'applied-5ecret-Vv54',
  appliedEnv: 'applied-env-Uu45',
  annotation: 'annot4tion-Tt36',
  argument: 'argum3nt-Ss27',
  behindFlag: 'behind-fl4g-Rr18',
  url: 'url-p4ss-Qq09',
  custom: 'custom-Pp10-p4ss',
  customApplied: 'custom-applied-Nn21',
  cbor: 'cbor-t0ken-Mm32',
  yaml: 'yaml-p4ss-Ll43',
  helm: 'h3lm-release-Kk54',
  header: 'h3ader-Jj65',
  broken: 'broken-v4lue-Ii76',
  revisionEnv: 'revision-env-Hh87',
  openShift: 'webh00k-Gg98',
  user: 'us3r-of-etcd-Ff09',
  token: 'oAuth-t0ken-in-its-n4me',
  parameter: 'templ4te-parameter-Dd21',
  listEnv: 'custom-env-Cc32',
  mapEnv: 'map-env-Bb43',
  pair: 'p4ir-of-name-and-value',
};
const CONFIG = 'config-map-v4lue-Ee10';
const TOKEN =
  'eyJhbGciOiJSUzI1NiIsImtpZCI6IkFCQyJ9.eyJzdWIiOiJzeXN0ZW06c2VydmljZWFjY291bnQ6c2hvcDp3ZWIifQ.c2lnbmF0dXJlLW9m-dGhl_dG9rZW4';
const KEY_BODY = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj';
const PRIVATE_KEY = `-----BEGIN PRIVATE KEY-----\n${KEY_BODY}\n-----END PRIVATE KEY-----\n`;

const base64 = (text: string) => Buffer.from(text).toString('base64');

const META = (kind: string, name: string, more = '') =>
  `kind: ${kind}\nmetadata: {name: ${name}, namespace: shop, uid: 0a-${name.length}${more}}\n`;

const CONTAINER = (env: string) =>
  `{name: main, image: "shop/web:1", env: [{name: PLAIN, value: ${env}}, {name: REF, valueFrom: {secretKeyRef: {name: db, key: password}}}]}`;

const TEMPLATE = `{metadata: {labels: {app: web}}, spec: {containers: [${CONTAINER(SECRET.env)}], initContainers: [${CONTAINER(SECRET.initEnv)}]}}`;

/** What is put, as YAML and how it is stored. */
const OBJECTS: [key: string, yaml: string, encoding?: Encoding][] = [
  ['secrets/shop/db', `apiVersion: v1\n${META('Secret', 'db')}data: {password: ${base64(SECRET.old)}}`],
  [
    'secrets/shop/db',
    `apiVersion: v1\n${META(
      'Secret',
      'db',
      `, annotations: {kubectl.kubernetes.io/last-applied-configuration: '${JSON.stringify({ apiVersion: 'v1', data: { password: base64(SECRET.applied) }, kind: 'Secret', stringData: { other: SECRET.applied }, metadata: { name: 'db' } })}'}`,
    )}data: {password: ${base64(SECRET.data)}, tls.key: ${base64(PRIVATE_KEY)}}`,
  ],
  ['secrets/shop/gone', `apiVersion: v1\n${META('Secret', 'gone')}data: {password: ${base64(SECRET.deleted)}}`],
  [
    'configmaps/shop/settings',
    `apiVersion: v1\n${META('ConfigMap', 'settings')}data: {mode: ${CONFIG}, token.txt: ${TOKEN}}\nbinaryData: {key: ${base64(PRIVATE_KEY)}}`,
  ],
  [
    'deployments/shop/web',
    `apiVersion: apps/v1\n${META('Deployment', 'web', `, annotations: {example.com/api-token: ${SECRET.annotation}, example.com/db: 'postgres://web:${SECRET.url}@db:5432/shop', kubectl.kubernetes.io/last-applied-configuration: '${JSON.stringify({ apiVersion: 'apps/v1', kind: 'Deployment', spec: { template: { spec: { containers: [{ name: 'main', env: [{ name: 'A', value: SECRET.appliedEnv }] }] } } } })}'}`)}spec: {template: ${TEMPLATE}}`,
  ],
  [
    'pods/shop/web-5d4f9-abcde',
    `apiVersion: v1\n${META('Pod', 'web-5d4f9-abcde', ', generateName: web-5d4f9-, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-5d4f9, uid: 0a}]')}spec: {serviceAccountName: shop-runner, containers: [{name: main, args: ["--password=${SECRET.argument}", "--api-key", "${SECRET.behindFlag}", "--verbose"], livenessProbe: {httpGet: {port: 80, httpHeaders: [{name: Authorization, value: ${SECRET.header}}]}}}]}`,
  ],
  [
    'cronjobs/shop/report',
    `apiVersion: batch/v1\n${META('CronJob', 'report')}spec: {jobTemplate: {spec: {template: {spec: {containers: [${CONTAINER(SECRET.cronEnv)}]}}}}}`,
  ],
  [
    'controllerrevisions/shop/db-1',
    `apiVersion: apps/v1\n${META('ControllerRevision', 'db-1')}revision: 1\ndata: {spec: {template: {spec: {containers: [${CONTAINER(SECRET.revisionEnv)}]}}}}`,
  ],
  [
    'example.com/databases/shop/main',
    `apiVersion: example.com/v1\n${META('Database', 'main', `, annotations: {example.com/last-applied: '${JSON.stringify({ spec: { password: SECRET.customApplied } })}'}`)}spec: {user: admin, adminPassword: "${SECRET.custom}", passwordRef: {name: db, key: password}, size: 3}`,
  ],
  [
    'example.com/databases/shop/cbor',
    `apiVersion: example.com/v1\n${META('Database', 'cbor')}spec: {authToken: ${SECRET.cbor}, size: 3}`,
    'cbor',
  ],
  ['secrets/shop/yaml', `apiVersion: v1\n${META('Secret', 'yaml')}data: {password: ${base64(SECRET.yaml)}}`, 'yaml'],
  [
    'secrets/shop/sh.helm.release.v1.web.v1',
    `apiVersion: v1\n${META('Secret', 'sh.helm.release.v1.web.v1')}data: {release: ${base64(base64(SECRET.helm))}}`,
  ],
  [
    'buildconfigs/shop/build',
    `apiVersion: build.openshift.io/v1\n${META('BuildConfig', 'build')}spec: {triggers: [{type: GitHub, github: {secret: ${SECRET.openShift}}}]}`,
  ],
  [
    `oauth/accesstokens/${SECRET.token}`,
    `apiVersion: oauth.openshift.io/v1\nkind: OAuthAccessToken\nmetadata: {name: ${SECRET.token}, uid: 0a-9}\nclientName: c\nuserName: u`,
  ],
  [
    'templates/shop/template',
    `apiVersion: template.openshift.io/v1\n${META('Template', 'template')}parameters: [{name: DB_PASSWORD, value: ${SECRET.parameter}}]`,
  ],
  [
    'example.com/databases/shop/env',
    `apiVersion: example.com/v1\n${META('Database', 'env')}spec: {extraEnv: [{name: A, value: ${SECRET.listEnv}}], environment: {B: ${SECRET.mapEnv}}, options: [{name: dbPassword, value: ${SECRET.pair}}]}`,
  ],
  ['namespaces/shop', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, uid: 0a-4}\n'],
  ['serviceaccounts/shop/shop-runner', `apiVersion: v1\n${META('ServiceAccount', 'shop-runner')}`],
];

/** The forms in which a text may still be found. */
function formsOf(secret: string): [string, Buffer][] {
  const packed = [0, 1, 2].map((shift) => {
    const text = Buffer.from(`${'\0'.repeat(shift)}${secret}`).toString('base64');
    // Without the letters that hold bits of what stands before and behind.
    return text.slice(Math.ceil((shift * 4) / 3), text.length - 4);
  });
  return [
    ['plain', Buffer.from(secret)],
    ...packed.map((text): [string, Buffer] => [`base64`, Buffer.from(text)]),
    ['twice base64', Buffer.from(base64(base64(secret)).slice(0, -8))],
    ['base64 of a url', Buffer.from(Buffer.from(secret).toString('base64url').slice(0, -2))],
    ['hex', Buffer.from(Buffer.from(secret).toString('hex'))],
    ['utf-16', Buffer.from(secret, 'utf16le')],
    ['json', Buffer.from(JSON.stringify(secret).slice(1, -1).replaceAll('\\', '\\\\'))],
  ];
}

function assertGone(file: Buffer, secret: string): void {
  for (const [form, bytes] of formsOf(secret)) assert.equal(file.indexOf(bytes), -1, `${secret} is there, ${form}`);
}

/** A snapshot of a real etcd with secrets in all places, old revisions of them, and deleted ones. */
async function secretSnapshot(t: Parameters<typeof startEtcd>[0], dir: string): Promise<string> {
  const server = await startEtcd(t, { rootPassword: SECRET.user });
  const client = clientOf(t, server, { user: 'root', password: SECRET.user });
  for (const [path, yaml, encoding] of OBJECTS) {
    const root = /^(?:buildconfigs|oauth|templates)\//.test(path) ? '/openshift.io/' : '/registry/';
    const value = await encodeStored(parseYaml(yaml)[0] as Fields, encoding && { encoding });
    await client.kv.put({ key: Buffer.from(root + path), value });
  }
  await client.kv.deleteRange({ key: Buffer.from('/registry/secrets/shop/gone') });
  const broken = Buffer.concat([Buffer.from('k8s\0\n\f\n\x02v1\x12\x06Secret\x12\x7f'), Buffer.from(SECRET.broken)]);
  await client.kv.put({ key: Buffer.from('/registry/secrets/shop/broken'), value: broken });
  await client.kv.put({ key: Buffer.from('compact_rev_key'), value: Buffer.from('4') });
  await client.kv.put({ key: Buffer.from('vault/core'), value: Buffer.from('not of Kubernetes, all of it') });
  await client.kv.put({
    key: Buffer.from('/registry/secrets/shop/sealed'),
    value: Buffer.from('k8s:enc:aescbc:v1:key1:sealed-bytes-of-a-secret'),
  });
  return save(client, dir);
}

test('no original byte of a secret is in what `snapshot redact` writes, in any revision', { skip }, async (t) => {
  const dir = tempDir(t);
  const snapshot = await secretSnapshot(t, dir);
  // What a page that is free still holds is not in the tree, and not in the copy.
  const original = readFileSync(snapshot);
  for (const secret of Object.values(SECRET)) {
    if (secret === SECRET.user) continue;
    assert.ok(
      formsOf(secret).some(([, bytes]) => original.includes(bytes)),
      `${secret} was there`,
    );
  }
  const target = join(dir, 'redacted.db');
  const { exit, stdout, stderr } = await runCli(['snapshot', 'redact', snapshot, target, '-w', 'json']);
  assert.equal(exit, 0, stderr);
  const file = readFileSync(target);
  for (const secret of Object.values(SECRET)) assertGone(file, secret);
  assertGone(file, TOKEN);
  assertGone(file, KEY_BODY);
  assert.ok(!file.includes('sealed-bytes'));
  assert.ok(file.includes(CONFIG), 'ConfigMaps stay unless asked for');
  assert.ok(file.includes('not of Kubernetes'));
  const report = JSON.parse(stdout);
  assert.equal(report.kept, 1);
  assert.match(stderr, /1 values are not Kubernetes' and were left, "vault\/core" the first/);
  const ofSecrets = report.touched.find(
    ({ what, resource }: { what: string; resource: string }) => what === 'secret data' && resource === 'secrets',
  );
  assert.deepEqual([ofSecrets.values, ofSecrets.places], [5, 8]);

  const more = join(dir, 'more.db');
  const all = await runCli(['snapshot', 'redact', snapshot, more, '--configmaps', '--other', '--names']);
  assert.equal(all.exit, 0, all.stderr);
  const hashed = readFileSync(more);
  for (const text of [CONFIG, 'not of Kubernetes', 'shop-runner', 'web-5d4f9', '/shop/', 'settings']) {
    assertGone(hashed, text);
  }
  const pods = keysBelow(more, '/registry/pods/');
  const [pod] = pods;
  assert.match(pod!.key, /^\/registry\/pods\/[a-z]{4}\/[a-z]{3}-\d[a-z]\d[a-z]\d-[a-z]{5}$/);
  const { object } = await decodeStored(pod!.value);
  const name = pod!.key.split('/')[4]!;
  const set = name.slice(0, 9);
  assert.equal(stringField(object, 'metadata', 'name'), name);
  assert.equal(stringField(object, 'metadata', 'namespace'), pod!.key.split('/')[3]);
  assert.equal(stringField(object, 'metadata', 'generateName'), `${set}-`);
  const [owner] = field(object, 'metadata', 'ownerReferences') as Value[];
  assert.equal(stringField(owner, 'name'), set);
  const [account] = keysBelow(more, '/registry/serviceaccounts/');
  assert.equal(stringField(object, 'spec', 'serviceAccountName'), account!.key.split('/')[4]);
});

test('what was redacted decodes, in the same lengths, and is what it was but for its secrets', { skip }, async (t) => {
  const dir = tempDir(t);
  const snapshot = await secretSnapshot(t, dir);
  const target = join(dir, 'redacted.db');
  assert.equal((await runCli(['snapshot', 'redact', snapshot, target])).exit, 0);
  const before = keysBelow(snapshot, '/');
  const after = keysBelow(target, '/');
  const hidden = after
    .find(({ key }) => key.includes('/accesstokens/'))!
    .key.split('/')
    .at(-1)!;
  assert.deepEqual(
    after.map(({ key, value, revision }) => [key, value.length, revision]),
    before.map(({ key, value, revision }) => [key.replace(SECRET.token, hidden), value.length, revision]),
  );
  for (const { key, value } of after) {
    if (/broken|sealed/.test(key)) continue;
    const { object } = await decodeStored(value);
    const stored = key.split('/');
    assert.equal(stringField(object, 'metadata', 'name'), stored.at(-1), key);
  }
  const db = after.find(({ key }) => key === '/registry/secrets/shop/db')!;
  const { object } = await decodeStored(db.value);
  assert.equal(stringField(object, 'data', 'password'), base64('x'.repeat(SECRET.data.length)));
  const applied = JSON.parse(
    stringField(object, 'metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration')!,
  );
  assert.equal(applied.kind, 'Secret');
  assert.equal(applied.data.password, base64('x'.repeat(SECRET.applied.length)));
  const database = await decodeStored(after.find(({ key }) => key.endsWith('/databases/shop/main'))!.value);
  assert.equal(stringField(database.object, 'spec', 'passwordRef', 'name'), 'db');
  assert.equal(field(database.object, 'spec', 'size'), 3);
  assert.equal(stringField(database.object, 'spec', 'adminPassword'), 'x'.repeat(SECRET.custom.length));
  const deployment = await decodeStored(after.find(({ key }) => key === '/registry/deployments/shop/web')!.value);
  assert.equal(
    stringField(deployment.object, 'metadata', 'annotations', 'example.com/db'),
    `postgres://web:${'x'.repeat(SECRET.url.length)}@db:5432/shop`,
  );
});

test('a redacted snapshot has a true hash, is restored, and a real etcd starts on it', { skip }, async (t) => {
  const dir = tempDir(t);
  const snapshot = await secretSnapshot(t, dir);
  const target = join(dir, 'redacted.db');
  assert.equal((await runCli(['snapshot', 'redact', snapshot, target])).exit, 0);
  const verified = await runCli(['snapshot', 'verify', target]);
  assert.equal(verified.exit, 0, verified.stdout + verified.stderr);
  const data = join(dir, 'data');
  const restored = await runCli(['snapshot', 'restore', target, '--data-dir', data]);
  assert.equal(restored.exit, 0, restored.stderr);
  const [port, peer] = await freePorts(2);
  const url = `http://127.0.0.1:${port}`;
  const peerUrl = `http://127.0.0.1:${peer}`;
  const args = ['--data-dir', data, '--listen-client-urls', url, '--advertise-client-urls', url];
  const etcd = spawn(etcdBinary()!, [...args, '--listen-peer-urls', peerUrl], { stdio: 'ignore' });
  const ended = new Promise((resolve) => etcd.once('exit', resolve));
  try {
    const get = ['--endpoints', url, '--user', 'root:redacted', 'get', '--prefix', '/registry/pods/', '--keys-only'];
    let answer = await runCli(get);
    for (let tries = 0; answer.exit !== 0 && tries < 60; tries++) answer = await runCli(get);
    assert.match(answer.stdout, /web-5d4f9-abcde/, answer.stderr);
  } finally {
    etcd.kill();
    await ended;
  }
});

test('a file that is there is left, a damaged one refused, and one that is encrypted kept where asked', {
  skip,
}, async (t) => {
  const dir = tempDir(t);
  const snapshot = await secretSnapshot(t, dir);
  const target = join(dir, 'redacted.db');
  writeFileSync(target, 'mine');
  const there = await runCli(['snapshot', 'redact', snapshot, target]);
  assert.equal(there.exit, 1);
  assert.match(there.stderr, /exists/);
  assert.equal(readFileSync(target, 'utf8'), 'mine');
  const damaged = join(dir, 'damaged.db');
  const bytes = readFileSync(snapshot);
  bytes[bytes.length - 40]! ^= 1;
  writeFileSync(damaged, bytes);
  const other = join(dir, 'other.db');
  assert.equal((await runCli(['snapshot', 'redact', damaged, other])).exit, 1);
  const kept = await runCli(['snapshot', 'redact', snapshot, other, '--keep-encrypted']);
  assert.match(kept.stderr, /1 values are encrypted and were left/);
  assert.ok(readFileSync(other).includes('sealed-bytes'));
});

test('whatever bytes a value has, its length stays, and hostile ones take no time', async () => {
  const tally = { nextValue() {}, take() {}, keep() {}, keepEncrypted() {} };
  const names = new NameMap();
  for (const name of ['web', 'web-1', 'shop']) names.addKey(`/registry/configmaps/${name}/${name}`);
  const redactor = new Redactor({ configMaps: true, keepEncrypted: false, other: true, names, tally });
  const next = random(7);
  const lines = jsonLines<{ key: string; value: string }>(testData('k8s-real/objects-1.36.ndjson.gz'));
  for (const { key, value } of lines) {
    for (let round = 0; round < 4; round++) {
      const bytes = Buffer.from(value, 'base64');
      for (let change = 0; change < round; change++) bytes[next(bytes.length)] = next(256);
      const cut = round === 3 ? bytes.subarray(0, next(bytes.length)) : bytes;
      const before = cut.length;
      await redactor.value(key, cut);
      assert.equal(cut.length, before);
    }
  }
  const size = 1 << 20;
  const repeated = (text: string) => Buffer.alloc(size, text);
  const hostile = [
    'eyJhbGciOi',
    'eyJ-',
    'VATE KEY-----',
    'PRIVATE KEY-----',
    'LS0tLS1CRUdJTi',
    '://a:',
    'token ',
    'token=',
    'bearer ',
    'a.',
    'a-',
    '[',
    '{"a":',
    '"\\',
    'password="',
    '\n',
    'web-',
  ].map(repeated);
  for (const bytes of hostile) {
    await redactor.value('/registry/configmaps/a/b', Buffer.from(bytes));
    await redactor.value('elsewhere', Buffer.from(bytes));
    const object = parseJson(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'a', annotations: { a: bytes.toString('latin1', 0, 200_000) } },
      }),
    ) as Fields;
    await redactor.value('/registry/pods/a/b', await encodeStored(object));
  }
});

const real = corpus('k8s-real');

test('of a real cluster nothing stays that its Secrets had', { skip: real ? false : NO_CORPUS }, async (t) => {
  const dir = tempDir(t);
  const snapshot = join(dir, 'real.db');
  writeFileSync(snapshot, gunzipSync(readFileSync(join(real!, 'cluster-1.36.db.gz'))));
  const target = join(dir, 'redacted.db');
  const { exit, stderr } = await runCli(['snapshot', 'redact', snapshot, target, '--names']);
  assert.equal(exit, 0, stderr);
  const file = readFileSync(target);
  let searched = 0;
  for (const { key, value } of keysBelow(snapshot, '/registry/')) {
    const { object, kind } = await decodeStored(value).catch(() => ({ object: undefined, kind: '' }));
    if (kind !== 'Secret') continue;
    for (const [name, packed] of object?.get('data') instanceof Map ? (object.get('data') as Fields) : []) {
      // A certificate of an authority is public: ConfigMaps have it, too.
      if (name === 'ca.crt') continue;
      const plain = Buffer.from(packed as string, 'base64');
      if (plain.length < 12) continue;
      assert.equal(file.indexOf(plain), -1, key);
      assert.equal(file.indexOf(packed as string), -1, key);
      searched++;
    }
  }
  assert.ok(searched > 0);
  assert.equal(keysBelow(target, '/').length, keysBelow(snapshot, '/').length);
  assert.equal((await runCli(['snapshot', 'verify', target])).exit, 0);
});

interface Found {
  key: string;
  value: Buffer;
  revision: string;
}

/** The keys that exist at the newest revision of a file. */
function keysBelow(path: string, prefix: string): Found[] {
  const file = new EtcdFile(path);
  try {
    const index = file.indexOf(keysWithPrefix(Buffer.from(prefix)), file.revision);
    const found: Found[] = [];
    for (let at = 0; at < index.size; at++) {
      const { key, value, mod_revision } = file.record(index, at);
      found.push({ key: key.toString(), value: Buffer.from(value), revision: mod_revision });
    }
    return found;
  } finally {
    file.close();
  }
}
