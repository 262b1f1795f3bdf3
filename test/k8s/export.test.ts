import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { EtcdClient } from '../../src/etcd/client.js';
import { cleanManifest } from '../../src/k8s/clean.js';
import { replacement } from '../../src/k8s/manifest.js';
import { parseJson, toJson } from '../../src/k8s-decode/json/json.js';
import type { Fields } from '../../src/k8s-decode/value.js';
import { parseYaml } from '../../src/k8s-decode/yaml/read.js';
import { runLine } from '../cli/support.js';
import { skipWithoutEtcd } from '../support/etcd.js';
import { liveSample, SAMPLE } from './live-sample.js';

const skip = skipWithoutEtcd();

const fromFile = (...argv: string[]) =>
  runLine('ketcdctl', ['--endpoints', `file:${SAMPLE}`, 'k8s', 'export', ...argv]);

test('a service without what the cluster gave it', async () => {
  const { stdout, stderr } = await fromFile('svc/web', '-n', 'shop');
  assert.equal(
    stdout,
    `apiVersion: v1
kind: Service
metadata:
  labels:
    app: web
    tier: front
  name: web
  namespace: shop
spec:
  externalTrafficPolicy: Cluster
  internalTrafficPolicy: Cluster
  ipFamilies:
  - IPv4
  ipFamilyPolicy: SingleStack
  ports:
  - name: http
    nodePort: 30080
    port: 80
    protocol: TCP
    targetPort: http
  selector:
    app: web
    tier: front
  sessionAffinity: None
  type: NodePort
`,
  );
  assert.equal(stderr, '1 object\n');
});

test('a namespace, in the order in which it can be applied', async () => {
  const { stdout, stderr } = await fromFile('-n', 'shop', '-o', 'json');
  const { kind, items } = JSON.parse(stdout) as { kind: string; items: { kind: string; metadata: { name: string } }[] };
  assert.equal(kind, 'List');
  assert.deepEqual(
    items.map((item) => `${item.kind}/${item.metadata.name}`),
    [
      'Namespace/shop',
      'Role/deployer',
      'RoleBinding/deployer',
      'Secret/db-credentials',
      'ConfigMap/api-config',
      'ConfigMap/web-config',
      'PersistentVolumeClaim/data-db-0',
      'Service/api',
      'Service/web',
      'Deployment/api',
      'Deployment/web',
      'HorizontalPodAutoscaler/web',
      'CronJob/report',
      'Ingress/web',
      'NetworkPolicy/deny-all',
      'PodDisruptionBudget/web',
      'Coupon/loyal-customers',
      'Coupon/spring',
    ],
  );
  assert.match(
    stderr,
    /^18 objects, \d+ left out that a controller makes \(--include-owned\), \d+ left out that are there by themselves\n$/,
  );
  for (const word of ['uid', 'resourceVersion', 'creationTimestamp', 'managedFields', 'status', 'ownerReferences']) {
    assert.ok(!stdout.includes(`"${word}"`), word);
  }
  const owned = await fromFile('pods', '-n', 'shop', '--include-owned', '-l', 'app=web');
  assert.equal(owned.stdout.match(/^kind: Pod$/gm)?.length, 3);
  assert.doesNotMatch(owned.stdout, /nodeName: worker|ownerReferences/);
});

test('what others make is exported when it is named; what is not there is told', async () => {
  assert.match((await fromFile('events', '-n', 'shop')).stdout, /^kind: Event$/m);
  const missing = await fromFile('deploy/nosuch', '-n', 'shop');
  assert.deepEqual([missing.exit, missing.stdout], [1, '']);
  assert.match(missing.stderr, /^Error: deployments\.apps "nosuch" not found/);
  assert.equal((await fromFile('-o', 'table')).exit, 4);
});

test('a definition of custom resources comes as v1', async () => {
  const { stdout } = await fromFile('crd');
  const [definition] = parseYaml(stdout) as Fields[];
  assert.equal(definition!.get('apiVersion'), 'apiextensions.k8s.io/v1');
  const stored = parseJson(`{"apiVersion":"apiextensions.k8s.io/v1beta1","kind":"CustomResourceDefinition",
    "metadata":{"name":"a.b","creationTimestamp":null},"spec":{"group":"b","version":"v1","scope":"Namespaced",
    "names":{"plural":"a","kind":"A"},"validation":{"openAPIV3Schema":{"properties":{}}},"preserveUnknownFields":true,
    "additionalPrinterColumns":[{"name":"X","type":"string","JSONPath":".x"}],"subresources":{"status":{}},
    "conversion":{"strategy":"Webhook","webhookClientConfig":{"url":"https://x"},"conversionReviewVersions":["v1beta1"]}}}`);
  assert.equal(
    toJson(cleanManifest(stored as Fields)),
    '{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"a.b"},"spec":{"group":"b",' +
      '"names":{"plural":"a","kind":"A"},"scope":"Namespaced","conversion":{"strategy":"Webhook","webhook":{' +
      '"conversionReviewVersions":["v1beta1"],"clientConfig":{"url":"https://x"}}},"versions":[{"name":"v1","served":true,' +
      '"storage":true,"schema":{"openAPIV3Schema":{"properties":{},"x-kubernetes-preserve-unknown-fields":true,"type":"object"}},' +
      '"subresources":{"status":{}},"additionalPrinterColumns":[{"name":"X","type":"string","jsonPath":".x"}]}]}}',
  );
});

test('a kind that is called as something of Object.prototype is a kind as any other', async () => {
  for (const kind of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    const object = parseJson(
      `{"apiVersion":"g.io/v1","kind":"${kind}","metadata":{"name":"a","uid":"u"},"spec":{"__proto__":1}}`,
    );
    const clean = `{"apiVersion":"g.io/v1","kind":"${kind}","metadata":{"name":"a"},"spec":{"__proto__":1}}`;
    assert.equal(toJson(cleanManifest(object as Fields)), clean);
    assert.equal(replacement(object as Fields, object as Fields).get('kind'), kind);
  }
});

test('a file for each object', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-export-'));
  try {
    assert.equal((await fromFile('-A', '--output-dir', dir)).exit, 0);
    assert.deepEqual(readdirSync(join(dir, 'shop', 'deployments.apps')), ['api.yaml', 'web.yaml']);
    assert.deepEqual(readdirSync(join(dir, '_cluster', 'namespaces')), ['shop.yaml']);
    const text = readFileSync(join(dir, 'shop', 'deployments.apps', 'web.yaml'), 'utf8');
    assert.match(text, /^apiVersion: apps\/v1\nkind: Deployment\nmetadata:\n {2}labels:\n/);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

const put = (client: EtcdClient, key: string, object: unknown) =>
  client.kv.put({ key: Buffer.from(key), value: Buffer.from(JSON.stringify(object)) });

const configMap = (name: string, namespace = 'shop') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace },
  data: { name },
});

test('no name out of etcd leads out of the folder, and none takes the file of another', { skip }, async (t) => {
  const { run, client, dir } = await liveSample(t);
  const out = join(dir, 'deep', 'out');
  const hostile = [
    'a/b',
    'a_b',
    'a\\b',
    'A_B',
    'a__b',
    '..',
    '.',
    '.hidden',
    'a..b',
    'x'.repeat(300),
    `${'x'.repeat(300)}y`,
    '../../../e',
  ];
  for (const name of hostile) await put(client, `/registry/configmaps/shop/${name}`, configMap(name));
  await put(client, '/registry/configmaps/../up', configMap('up', '..'));
  await put(client, '/registry/configmaps/_cluster/n', configMap('n', '_cluster'));
  const { exit, stderr } = await run(['k8s', 'export', '-A', '--output-dir', out]);
  assert.equal(exit, 0, stderr);
  assert.deepEqual(
    readdirSync(dir).filter((name) => !/^(deep|.*db.*|.*etcd.*)$/.test(name)),
    [],
  );
  assert.deepEqual(readdirSync(join(dir, 'deep')), ['out']);
  const files = readdirSync(join(out, 'shop', 'configmaps'));
  assert.ok(
    files.every((name) => Buffer.byteLength(name) < 256 && !name.startsWith('.')),
    files.join('\n'),
  );
  assert.equal(new Set(files.map((name) => name.toLowerCase())).size, files.length);
  const texts = files.map((name) => readFileSync(join(out, 'shop', 'configmaps', name), 'utf8'));
  for (const name of hostile)
    assert.equal(
      texts.filter(
        (text) => text.includes(`\n  name: ${JSON.stringify(name)}\n`) || text.includes(`\n  name: ${name}\n`),
      ).length,
      1,
      name,
    );
  assert.deepEqual(readdirSync(join(out, '_cluster')).includes('configmaps'), false);
  assert.equal(readdirSync(out).filter((name) => name.startsWith('_cluster')).length, 2);
});

test('a definition whose names are no DNS names is refused and told', { skip }, async (t) => {
  const { run, client, dir } = await liveSample(t);
  const plural = `../../..${dir}/escaped`;
  await put(client, '/registry/apiextensions.k8s.io/customresourcedefinitions/x.g', {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'x.g' },
    spec: {
      group: 'g',
      names: { plural, kind: 'Evil' },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true }],
    },
  });
  await put(client, `/registry/g/${plural}/shop/evil`, { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'evil' } });
  const { exit, stderr } = await run(['k8s', 'export', '-A', '--output-dir', join(dir, 'out')]);
  assert.equal(exit, 1);
  assert.match(stderr, /customresourcedefinitions\/x\.g: its group "g" and its plural ".*" are not both DNS names\n/);
  assert.equal(existsSync(join(dir, 'escaped')), false);
});

test('a symbolic link in the folder is not followed, and one that cannot be written does not end the export', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-export-'));
  try {
    const [out, other] = [join(dir, 'out'), join(dir, 'other')];
    mkdirSync(out);
    mkdirSync(other);
    symlinkSync(other, join(out, 'shop'));
    const { exit, stderr } = await fromFile('-A', '--output-dir', out);
    assert.equal(exit, 1);
    assert.deepEqual(readdirSync(other), []);
    assert.match(stderr, /^Error: \/registry\/secrets\/shop\/db-credentials: cannot open the folder .*\/out\/shop: /m);
    assert.match(stderr, /\nError: \d+ objects? (?:was|were) not written\n/);
    assert.deepEqual(readdirSync(join(out, '_cluster', 'namespaces')), ['shop.yaml']);
    // A link in place of a file is replaced, and what it led to stays.
    rmSync(join(out, 'shop'));
    writeFileSync(join(other, 'kept'), 'kept');
    mkdirSync(join(out, 'shop', 'secrets'), { recursive: true });
    symlinkSync(join(other, 'kept'), join(out, 'shop', 'secrets', 'db-credentials.yaml'));
    assert.equal((await fromFile('-A', '--output-dir', out)).exit, 0);
    assert.equal(readFileSync(join(other, 'kept'), 'utf8'), 'kept');
    assert.match(readFileSync(join(out, 'shop', 'secrets', 'db-credentials.yaml'), 'utf8'), /^kind: Secret$/m);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('what is exported can be applied: a namespace moves', { skip }, async (t) => {
  const { run, client, dir } = await liveSample(t);
  const { stdout } = await fromFile('-n', 'shop');
  await client.kv.deleteRange({
    key: Buffer.from('/registry/deployments/'),
    range_end: Buffer.from('/registry/deployments0'),
  });
  const path = join(dir, 'shop.yaml');
  writeFileSync(path, stdout);
  const applied = await run(['k8s', 'apply', '-f', path, '--backup-dir', dir]);
  assert.equal(applied.exit, 0, applied.stderr);
  assert.match(applied.stdout, /deployment\.apps\/api created\ndeployment\.apps\/web created\n/);
  assert.match(applied.stdout, /^namespace\/shop unchanged$/m);
});
