import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runLine } from '../cli/support.js';
import { skipWithoutEtcd } from '../support/etcd.js';
import { liveSample, SAMPLE } from './live-sample.js';

const skip = skipWithoutEtcd();

const fromFile = (...argv: string[]) => runLine('ketcdctl', ['--endpoints', `file:${SAMPLE}`, ...argv]);

const DIFF = `revision 73  changed  version 2  somebody not in managedFields
@@ -2,9 +2,9 @@ metadata.annotations
 kind: Deployment
 metadata:
   annotations:
-    deployment.kubernetes.io/revision: "1"
+    deployment.kubernetes.io/revision: "2"
   creationTimestamp: "2026-03-02T08:05:00Z"
-  generation: 1
+  generation: 2
   labels:
     app: web
     tier: front
@@ -13,7 +13,7 @@ spec
   uid: 199dc9aa-eaa0-43f5-a41e-7fc1931915cb
 spec:
   progressDeadlineSeconds: 600
-  replicas: 2
+  replicas: 3
   revisionHistoryLimit: 10
   selector:
     matchLabels:
@@ -39,7 +39,7 @@ spec.template.spec.containers
             fieldRef:
               apiVersion: v1
               fieldPath: spec.nodeName
-        image: registry.example.com/shop/web:1.4.1
+        image: registry.example.com/shop/web:1.4.2
         imagePullPolicy: IfNotPresent
         name: web
         ports:
@@ -80,7 +80,7 @@ status
           name: web-config
         name: config
 status:
-  availableReplicas: 2
+  availableReplicas: 3
   conditions:
   - lastTransitionTime: "2026-03-02T08:06:00Z"
     lastUpdateTime: "2026-03-02T08:06:00Z"
@@ -88,7 +88,7 @@ status
     reason: MinimumReplicasAvailable
     status: "True"
     type: Available
-  observedGeneration: 1
-  readyReplicas: 2
-  replicas: 2
-  updatedReplicas: 2
+  observedGeneration: 2
+  readyReplicas: 3
+  replicas: 3
+  updatedReplicas: 3
`;

test('the history of a deployment in a file', async () => {
  const newest = await fromFile('history', '--limit', '1', '/registry/deployments/shop/web');
  assert.equal(newest.stdout, DIFF);
  const named = await fromFile('k8s', 'history', 'deploy/web', '-n', 'shop', '--limit', '1');
  assert.deepEqual(named, newest);
  const watched = await fromFile('watch', '--diff', '--rev', '73', '/registry/deployments/shop/web');
  assert.equal(watched.stdout, `/registry/deployments/shop/web  ${DIFF}`);
  const summary = await fromFile('history', '--summary', '/registry/pods/shop/web-6d4f8b5c9-146d3');
  assert.equal(
    summary.stdout,
    'revision 77  changed  version 2  2026-03-02T08:08:00Z  kubelet (Update of status)\n' +
      'revision 47  created  version 1  2026-03-02T08:06:00Z\n',
  );
});

test('history for scripts', async () => {
  const { stdout } = await fromFile('history', '-w', 'jsonl', '--limit', '1', '/registry/deployments/shop/web');
  assert.equal(
    stdout,
    '{"key":"/registry/deployments/shop/web","revision":73,"change":"changed","version":2,"changes":[' +
      '{"path":"metadata.generation","old":1,"new":2},' +
      '{"path":"metadata.annotations[\\"deployment.kubernetes.io/revision\\"]","old":"1","new":"2"},' +
      '{"path":"spec.replicas","old":2,"new":3},' +
      '{"path":"spec.template.spec.containers[name=web].image","old":"registry.example.com/shop/web:1.4.1","new":"registry.example.com/shop/web:1.4.2"},' +
      '{"path":"status.observedGeneration","old":1,"new":2},{"path":"status.replicas","old":2,"new":3},' +
      '{"path":"status.updatedReplicas","old":2,"new":3},{"path":"status.readyReplicas","old":2,"new":3},' +
      '{"path":"status.availableReplicas","old":2,"new":3}]}\n',
  );
  const yaml = await fromFile('history', '-w', 'yaml', '--summary', '--reverse', '/registry/deployments/shop/web');
  assert.match(yaml.stdout, /^key: .*\nrevision: 19\nchange: created\nversion: 1\n(.*\n)+---\nkey: .*\nrevision: 73\n/);
  const json = await fromFile('history', '-w', 'json', '/registry/deployments/shop/web');
  assert.deepEqual(
    JSON.parse(json.stdout).map(({ revision }: { revision: number }) => revision),
    [73, 19],
  );
});

test('history refuses what it cannot show', async () => {
  assert.match(
    (await fromFile('history', '/nosuch')).stderr,
    /^Error: there is no key \/nosuch, and no revision of it/,
  );
  assert.equal((await fromFile('history', '/nosuch')).exit, 1);
  assert.equal((await fromFile('history')).exit, 128);
  assert.equal((await fromFile('history', '-w', 'table', '/x')).exit, 4);
});

test('the history of keys that come and go, live', { skip }, async (t) => {
  const { run, client } = await liveSample(t);
  const key = Buffer.from('/plain/key');
  const put = (value: string) => client.kv.put({ key, value: Buffer.from(value) });
  const first = Number((await put('one\ntwo\n')).header.revision);
  await put('one\nthree\n');
  await client.kv.deleteRange({ key });
  await put('new');
  await put('new');
  const changes = async (...argv: string[]) => {
    const { stdout, stderr } = await run(['history', ...argv, '/plain/key']);
    return stderr + stdout.replace(/revision (\d+)/g, (_, revision) => `revision +${Number(revision) - first}`);
  };
  assert.equal(
    await changes(),
    'revision +4  changed  version 2\n(the same value, written again)\n\n' +
      'revision +3  created  version 1\n@@ -1,0 +1,1 @@\n+new\n\n' +
      'revision +2  deleted\n@@ -1,2 +1,0 @@\n-one\n-three\n\n' +
      'revision +1  changed  version 2\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n\n' +
      'revision +0  created  version 1\n@@ -1,0 +1,2 @@\n+one\n+two\n',
  );
  assert.equal(
    await changes('--summary', '--reverse', '--limit', '2'),
    'revision +3  created  version 1\nrevision +4  changed  version 2\n',
  );

  await client.kv.compact({ revision: String(first + 1), physical: true });
  assert.equal(
    await changes('--summary'),
    'revision +4  changed  version 2\nrevision +3  created  version 1\nrevision +2  deleted\n' +
      'revision +1  kept (what was before is compacted)  version 2\n',
  );
  await client.kv.deleteRange({ key });
  assert.match(await changes('--summary', '--limit', '1'), /^revision \+5 {2}deleted\n$/);
  // Nothing is left, or never was.
  const head = await client.kv.put({ key: Buffer.from('/other'), value: Buffer.from('x') });
  await client.kv.compact({ revision: head.header.revision, physical: true });
  assert.match(await changes(), /^Error: there is no key \/plain\/key/);
});

test('values that are no text, and objects under --decode none', { skip }, async (t) => {
  const { run, client } = await liveSample(t);
  await client.kv.put({ key: Buffer.from('/bytes'), value: Buffer.from([0xff, 0]) });
  await client.kv.put({ key: Buffer.from('/bytes'), value: Buffer.from([0xff, 1]) });
  const { stdout } = await run(['history', '--limit', '1', '/bytes']);
  assert.match(stdout, /\n-\(binary: 2 bytes, SHA-256 \w{16}…\)\n\+\(binary: 2 bytes, SHA-256 \w{16}…\)\n$/);
  const raw = await run(['history', '--decode', 'none', '/registry/deployments/shop/web']);
  assert.match(raw.stdout, /\+\(binary: \d+ bytes/);
});

test('k8s watch, live', { skip }, async (t) => {
  const { run, client, dir, address } = await liveSample(t);
  const { revision } = (await client.kv.put({ key: Buffer.from('/mark'), value: Buffer.alloc(0) })).header;
  const manifest = join(dir, 'cm.yaml');
  const write = async (text: string) => {
    writeFileSync(
      manifest,
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: w, namespace: shop}\ndata: {a: "${text}"}\n`,
    );
    assert.equal((await run(['k8s', 'apply', '-f', manifest, '--backup-dir', dir])).exit, 0);
  };
  await write('x');
  await write('y');
  assert.equal((await run(['k8s', 'delete', 'cm/w', '-n', 'shop', '--yes', '--backup-dir', dir])).exit, 0);
  const saved = join(dir, 'saved.db');
  assert.equal((await run(['snapshot', 'save', saved])).exit, 0);
  const since = String(BigInt(revision) + 1n);
  const watch = (...argv: string[]) =>
    runLine('ketcdctl', ['--endpoints', `file:${saved}`, 'k8s', 'watch', '--rev', since, ...argv]);
  const simple = await watch('cm', '-n', 'shop');
  assert.deepEqual(
    simple.stdout.split('\n').map((line) => line.replace(/revision \d+/, 'revision')),
    [
      'ADDED     configmap/w  -n shop  revision',
      'MODIFIED  configmap/w  -n shop  revision',
      'DELETED   configmap/w  -n shop  revision',
      '',
    ],
  );
  const events = (await watch('cm/w', '-n', 'shop', '-o', 'jsonl')).stdout.trim().split('\n');
  assert.deepEqual(
    events.map((line) => JSON.parse(line)).map(({ type, object }) => [type, object.data.a, object.metadata.name]),
    [
      ['ADDED', 'x', 'w'],
      ['MODIFIED', 'y', 'w'],
      ['DELETED', 'y', 'w'],
    ],
  );
  const diff = await watch('cm', '-A', '--diff');
  assert.match(diff.stdout, /\n- {2}a: x\n\+ {2}a: "y"\n/);
  assert.equal((await watch('cm', '-A', '-l', 'app=nosuch')).stdout, '');
  assert.equal((await watch('cm', '-A', '-o', 'table')).exit, 4);
  assert.ok(address);
});

test('an object that is older than what happened before it was put back', { skip }, async (t) => {
  const { run, client } = await liveSample(t);
  const map = (name: string, time: string, data = '1') => ({
    key: Buffer.from(`/registry/configmaps/shop/${name}`),
    value: Buffer.from(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'shop', uid: `uid-${name}`, creationTimestamp: time },
        data: { data },
      }),
    ),
  });
  const old = map('old', '2027-01-01T10:00:00Z');
  await client.kv.put(old);
  for (let second = 10; second < 60; second++) await client.kv.put(map(`new-${second}`, `2027-01-01T10:00:${second}Z`));
  await client.kv.deleteRange({ key: old.key });
  await client.kv.put(old);
  await client.kv.put(map('old', '2027-01-01T10:00:00Z', '2'));
  const changes = async (name: string, ...argv: string[]) => {
    const { stdout } = await run(['k8s', 'history', `cm/${name}`, '-n', 'shop', '--summary', ...argv]);
    return stdout
      .replace(/revision \d+ {2}/g, '')
      .trimEnd()
      .split('\n');
  };
  const wanted = ['changed  version 2', 'put back  version 1', 'deleted', 'created  version 1  2027-01-01T10:00:00Z'];
  assert.deepEqual(await changes('old'), wanted);
  assert.deepEqual(await changes('old', '--reverse'), wanted.toReversed());
  assert.deepEqual(await changes('new-59'), ['created  version 1  2027-01-01T10:00:59Z']);
});
