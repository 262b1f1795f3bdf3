import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { BackupFile, readBackup } from '../../src/k8s/backup-file.js';
import { withoutManager } from '../../src/k8s/managed-entry.js';
import { decodeStored } from '../../src/k8s-decode/index.js';
import { field, stringField } from '../../src/k8s-decode/value.js';
import { skipWithoutEtcd } from '../support/etcd.js';
import { type LiveSample, liveSample, SAMPLE } from './live-sample.js';

const skip = skipWithoutEtcd();

/** Runs `k8s apply` on manifests, from a file. */
async function apply(sample: LiveSample, text: string, ...argv: string[]) {
  const path = join(sample.dir, 'manifest.yaml');
  writeFileSync(path, text);
  return sample.run(['k8s', 'apply', '-f', path, '--backup-dir', sample.dir, ...argv]);
}

async function object(sample: LiveSample, key: string) {
  return (await decodeStored((await sample.read(key))!.value)).object;
}

const NEW = `apiVersion: v1
kind: ConfigMap
metadata: {name: neu, namespace: shop, labels: {a: b}, creationTimestamp: null}
data: {x: "1"}
---
apiVersion: v1
kind: Secret
metadata: {name: sec}
stringData: {pw: hunter2}
---
apiVersion: shop.example.com/v1
kind: Coupon
metadata: {name: winter, namespace: shop}
spec: {percent: 5, code: W}
---
apiVersion: v1
kind: Namespace
metadata: {name: fresh}
`;

test('apply creates objects as the cluster stores them', { skip }, async (t) => {
  const sample = await liveSample(t);
  const dry = await apply(sample, NEW, '--dry-run');
  const created =
    'configmap/neu created\nsecret/sec created\ncoupon.shop.example.com/winter created\nnamespace/fresh created\n';
  assert.equal(dry.stdout, created.replaceAll('\n', ' (dry run)\n'));
  assert.equal(await sample.read('/registry/configmaps/shop/neu'), undefined);
  const { stdout, stderr, exit } = await apply(sample, NEW);
  assert.deepEqual([exit, stdout], [0, created]);
  assert.match(stderr, /past the API server/);
  const map = await object(sample, '/registry/configmaps/shop/neu');
  assert.match(stringField(map, 'metadata', 'uid')!, /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
  assert.match(stringField(map, 'metadata', 'creationTimestamp')!, /^20\d\d-.*Z$/);
  const secret = await object(sample, '/registry/secrets/default/sec');
  assert.equal(stringField(secret, 'data', 'pw'), 'aHVudGVyMg==');
  const coupon = (await sample.read('/registry/shop.example.com/coupons/shop/winter'))!.value.toString();
  assert.match(
    coupon,
    /^\{"apiVersion":"shop\.example\.com\/v1","kind":"Coupon","metadata":\{"creationTimestamp":"[^"]+","generation":1,"managedFields":\[[^\]]+"manager":"ketcdctl"[^\]]+\],"name":"winter","namespace":"shop","uid":"[^"]+"\},"spec":\{"code":"W","percent":5\}\}\n$/,
  );
  const namespace = await object(sample, '/registry/namespaces/fresh');
  assert.deepEqual(
    [field(namespace, 'spec', 'finalizers'), field(namespace, 'status', 'phase')],
    [['kubernetes'], 'Active'],
  );
  const again = await apply(sample, NEW);
  assert.equal(again.stdout, created.replaceAll('created', 'unchanged'));
  assert.deepEqual(sample.backups(), []);
});

test('apply replaces spec and data, and keeps what the cluster gave', { skip }, async (t) => {
  const sample = await liveSample(t);
  const key = '/registry/services/specs/shop/web';
  const before = await object(sample, key);
  const service = `apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop, labels: {more: "1"}}
spec: {type: ClusterIP, selector: {app: other}, ports: [{port: 80, protocol: TCP, targetPort: 8080}]}
`;
  const { stdout } = await apply(sample, service);
  assert.equal(stdout, 'service/web configured\n');
  const after = await object(sample, key);
  for (const path of [
    ['metadata', 'uid'],
    ['metadata', 'creationTimestamp'],
    ['spec', 'clusterIP'],
    ['metadata', 'labels', 'app'],
  ]) {
    assert.deepEqual(field(after, ...path), field(before, ...path), path.join('.'));
  }
  assert.equal(field(after, 'metadata', 'labels', 'more'), '1');
  assert.equal(field(after, 'spec', 'selector', 'app'), 'other');
  assert.equal((await apply(sample, service)).stdout, 'service/web unchanged\n');
  const [backup] = sample.backups();
  assert.equal(statSync(backup!).mode & 0o777, 0o600);
  assert.match(
    readFileSync(backup!, 'utf8'),
    /^\{"key":"\/registry\/services\/specs\/shop\/web","mod_revision":"\d+","lease":"0","value":"[^"]+"\}\n$/,
  );
});

test('what get -o yaml shows can be applied again', { skip }, async (t) => {
  const sample = await liveSample(t);
  const shown = (await sample.run(['k8s', 'get', 'deploy/web', '-n', 'shop', '-o', 'yaml'])).stdout;
  assert.equal((await apply(sample, shown)).stdout, 'deployment.apps/web unchanged\n');
  const changed = shown.replace('replicas: 3', 'replicas: 4');
  assert.equal((await apply(sample, changed)).stdout, 'deployment.apps/web configured\n');
  const conflict = await apply(sample, changed.replace('replicas: 4', 'replicas: 5'));
  assert.equal(conflict.exit, 1);
  assert.match(conflict.stderr, /is at revision \d+, and the manifest is made from \d+\n/);
});

test('apply refuses what it cannot store', { skip }, async (t) => {
  const sample = await liveSample(t);
  const refusal = async (text: string, ...argv: string[]) => {
    const { exit, stdout, stderr } = await apply(sample, text, ...argv);
    assert.notEqual(exit, 0, stdout);
    return stderr.split('\n')[0];
  };
  const hpa = 'apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: {name: web, namespace: shop}\n';
  assert.match(
    (await refusal(hpa))!,
    /horizontalpodautoscalers are stored here as autoscaling\/v2, and the manifest is autoscaling\/v1$/,
  );
  assert.match(
    (await refusal('kind: Foo\napiVersion: x.io/v1\nmetadata: {name: a}\n'))!,
    /no matches for kind "Foo" in version "x.io\/v1"$/,
  );
  assert.match(
    (await refusal('kind: Pod\napiVersion: v1\nmetadata: {generateName: a}\n'))!,
    /the object has no metadata\.name$/,
  );
  assert.match(
    (await refusal(NEW, '-n', 'other'))!,
    /namespace from the provided object "shop" does not match the namespace "other"/,
  );
  assert.match((await refusal('kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata: {a: 1}\n'))!, /data/);
  assert.match((await refusal('a: [\n'))!, /manifest\.yaml: invalid YAML/);
  await sample.client.kv.put({ key: Buffer.from('/registry/secrets/a/e'), value: Buffer.from('k8s:enc:aescbc:v1:k:') });
  assert.match(
    (await refusal('kind: Secret\napiVersion: v1\nmetadata: {name: sec}\n'))!,
    /\/registry\/secrets\/a\/e: encrypted by aescbc with key "k"/,
  );
});

test('apply reads folders', { skip }, async (t) => {
  const sample = await liveSample(t);
  const folder = join(sample.dir, 'manifests');
  mkdirSync(folder);
  const map = (name: string) => `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}"}}`;
  writeFileSync(join(folder, 'b.json'), `{"apiVersion":"v1","kind":"List","items":[${map('b')},${map('c')}]}`);
  writeFileSync(join(folder, 'a.yml'), map('a'));
  writeFileSync(join(folder, 'README.md'), 'no manifest');
  const { stdout } = await sample.run(['k8s', 'apply', '-f', folder]);
  assert.equal(stdout, 'configmap/a created\nconfigmap/b created\nconfigmap/c created\n');
});

test('delete, and bring back', { skip }, async (t) => {
  const sample = await liveSample(t);
  const { run, dir } = sample;
  const pods = ['44a1f', '659a7', '146d3'].map((id) => `/registry/pods/shop/web-6d4f8b5c9-${id}`).sort();
  const before = await Promise.all(pods.map((key) => sample.read(key)));
  const dry = await run(['k8s', 'delete', 'pods', '-l', 'app=web', '-n', 'shop', '--dry-run']);
  assert.equal(dry.stdout, '');
  assert.match(dry.stderr, /(\/registry\/pods\/shop\/web.* {2}\(revision \d+\)\n.*){3}3 objects would be deleted\n$/s);
  const deleted = await run(['k8s', 'delete', 'pods', '-l', 'app=web', '-n', 'shop', '--yes', '--backup-dir', dir]);
  assert.equal(deleted.stdout, pods.map((key) => `pod/${key.split('/').at(-1)} deleted\n`).join(''));
  assert.deepEqual(await Promise.all(pods.map((key) => sample.read(key))), [undefined, undefined, undefined]);
  const [backup] = sample.backups();
  const back = await run(['k8s', 'restore', '--from', backup!, '--yes'], { XDG_STATE_HOME: dir });
  assert.equal(back.stdout, pods.map((key) => `${key} restored\n`).join(''));
  for (const [index, key] of pods.entries()) {
    assert.deepEqual(withoutManager(await object(sample, key)), (await decodeStored(before[index]!.value)).object);
  }
  // Decoded, it can be read.
  assert.match((await run(['decode', backup!])).stdout, /^apiVersion: v1\nkind: Pod\n/);
});

test('delete warns, and refuses to guess', { skip }, async (t) => {
  const { run } = await liveSample(t);
  const pvc = await run(['k8s', 'delete', 'pvc/data-db-0', '-n', 'shop', '--dry-run']);
  assert.match(pvc.stderr, /its finalizers will not run: kubernetes\.io\/pvc-protection\n/);
  assert.match((await run(['k8s', 'delete', 'ns/shop', '--dry-run'])).stderr, /the objects in the namespace stay/);
  assert.equal((await run(['k8s', 'delete', 'pods'])).exit, 128);
  assert.equal((await run(['k8s', 'delete', 'pods', 'a', '--all'])).exit, 128);
  assert.match((await run(['k8s', 'delete', 'pod/nosuch'])).stderr, /^Error: pods "nosuch" not found: there is no key/);
});

test('restore out of a snapshot', { skip }, async (t) => {
  const sample = await liveSample(t);
  const { run, client, dir } = sample;
  const web = '/registry/deployments/shop/web';
  const restore = (...argv: string[]) =>
    run(['k8s', 'restore', '--from', SAMPLE, '--backup-dir', dir, '--yes', ...argv], { XDG_STATE_HOME: dir });
  const same = await restore('deploy/web', '-n', 'shop');
  assert.deepEqual(same, { exit: 0, stdout: '', stderr: `= ${web}  (the same already)\n` });
  const before = await object(sample, web);
  await client.kv.deleteRange({ key: Buffer.from(web) });
  assert.equal((await restore('deploy/web', '-n', 'shop')).stdout, `${web} restored\n`);
  const after = await object(sample, web);
  assert.notDeepEqual(after, before);
  assert.deepEqual(withoutManager(after), before);
  // As it was at an older revision: it differs.
  const older = await restore('deploy/web', '-n', 'shop', '--rev', '60');
  assert.equal(older.exit, 1);
  assert.match(
    older.stderr,
    /^! \/registry.* {2}\(left alone\)\n {4}it is at revision \d+, and was at 19\n {4}metadata\.generation: 2 -> 1\n/,
  );
  assert.match(older.stderr, / {4}spec\.replicas: 3 -> 2\n/);
  const overwritten = await restore('deploy/web', '-n', 'shop', '--rev', '60', '--overwrite');
  assert.equal(overwritten.stdout, `${web} overwritten\n`);
  assert.equal(sample.backups().length, 1);
  // A namespace: all but the events.
  await client.kv.deleteRange({ key: Buffer.from('/registry/'), range_end: Buffer.from('/registry0') });
  const all = await restore('-n', 'shop');
  const keys = all.stdout
    .trim()
    .split('\n')
    .map((line) => line.replace(/ restored$/, ''));
  assert.equal(keys[0], '/registry/namespaces/shop');
  assert.ok(keys.includes('/registry/shop.example.com/coupons/shop/spring'));
  assert.ok(
    keys.slice(1).every((key) => key.includes('/shop/')),
    keys.join(),
  );
  assert.ok(!keys.some((key) => key.startsWith('/registry/events/')));
  assert.equal((await restore()).exit, 128);
  assert.match((await restore('deploy/nosuch')).stderr, /deployments\.apps "nosuch" is not in /);
});

test('a backup keeps what was changed, and no more', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-test-'));
  const value = (key: string) => ({ key, mod_revision: '7', lease: '0', value: Buffer.from([0, 255]) });
  try {
    const backup = BackupFile.in(dir, new Date('2026-03-02T08:15:00.123Z'));
    backup.keep(value('/a'));
    backup.keep(value('/refused'));
    backup.takeBack();
    backup.keep(value('/b'));
    backup.close();
    assert.equal(backup.path, join(dir, 'ketcdctl-backup-20260302T081500Z.jsonl'));
    assert.deepEqual(readBackup(backup.path), [value('/a'), value('/b')]);
    const empty = BackupFile.in(dir, new Date('2026-03-02T08:15:00.123Z'));
    empty.keep(value('/a'));
    assert.equal(empty.path, join(dir, 'ketcdctl-backup-20260302T081500Z-2.jsonl'));
    empty.takeBack();
    empty.discard();
    assert.deepEqual(readdirSync(dir), ['ketcdctl-backup-20260302T081500Z.jsonl']);
    writeFileSync(join(dir, 'broken'), '{"key":"/a"}\n');
    assert.throws(() => readBackup(join(dir, 'broken')), /broken, line 1: expected \{"key":…,"value":"BASE64"\}/);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
