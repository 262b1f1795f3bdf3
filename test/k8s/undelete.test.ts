import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { withoutManager } from '../../src/k8s/managed-entry.js';
import { decodeStored } from '../../src/k8s-decode/index.js';
import { field, stringField, type Value } from '../../src/k8s-decode/value.js';
import { skipWithoutEtcd } from '../support/etcd.js';
import { type LiveSample, liveSample, SAMPLE } from './live-sample.js';

const skip = skipWithoutEtcd();

interface Live extends LiveSample {
  /** Stores an object as JSON under its key. */
  put(key: string, object: object): Promise<void>;
  remove(...keys: string[]): Promise<void>;
  /** The newest revision. */
  head(): Promise<string>;
  restore(...argv: string[]): ReturnType<LiveSample['run']>;
  object(key: string): Promise<Value | undefined>;
}

async function live(owner: Parameters<typeof liveSample>[0]): Promise<Live> {
  const sample = await liveSample(owner);
  const { client, dir } = sample;
  return {
    ...sample,
    async put(key, object) {
      await client.kv.put({ key: Buffer.from(key), value: Buffer.from(JSON.stringify(object)) });
    },
    async remove(...keys) {
      for (const key of keys) await client.kv.deleteRange({ key: Buffer.from(key) });
    },
    head: async () => (await client.kv.range({ key: Buffer.from('/') })).header.revision,
    restore: (...argv) =>
      sample.run(['k8s', 'restore', '--backup-dir', dir, ...argv], { XDG_STATE_HOME: join(dir, 'state') }),
    async object(key) {
      const kv = await sample.read(key);
      return kv && (await decodeStored(kv.value)).object;
    },
  };
}

/** All keys with their values. */
async function everything({ client }: LiveSample): Promise<Map<string, Buffer>> {
  const { kvs } = await client.kv.range({ key: Buffer.from('/'), range_end: Buffer.from('0') });
  return new Map(kvs.map(({ key, value }) => [key.toString(), value]));
}

async function shown(value: Buffer): Promise<Value> {
  return withoutManager((await decodeStored(value)).object);
}

const lines = (text: string) => text.trimEnd().split('\n');

test('a namespace that was deleted comes back from history, with what it needs', { skip }, async (t) => {
  const sample = await live(t);
  const { client, remove, restore } = sample;
  const before = await everything(sample);
  const head = await sample.head();
  const inside = [...before.keys()].filter((key) => /\/shop\/|\/namespaces\/shop$/.test(key));
  const definition = '/registry/apiextensions.k8s.io/customresourcedefinitions/coupons.shop.example.com';
  await remove(...inside, definition);
  const dry = await restore('-n', 'shop', '--rev', head, '--with-dependents');
  assert.deepEqual([dry.exit, dry.stdout], [0, '']);
  assert.match(dry.stderr, /^\+ \/registry\/namespaces\/shop {2}\(not there\)\n/);
  // A tree: a deployment, what it owns, and what that owns.
  assert.match(
    dry.stderr,
    /\n\+ {3}\/registry\/deployments\/shop\/web {2}\(not there\)\n\+ {5}\/registry\/replicasets\/shop\/web-6d4f8b5c9 .*\n\+ {7}\/registry\/pods\/shop\/web-6d4f8b5c9-146d3 /,
  );
  assert.match(dry.stderr, /nothing was written \(--yes writes it\)\n$/);
  assert.equal(await sample.read('/registry/namespaces/shop'), undefined);

  const { exit, stdout, stderr } = await restore('-n', 'shop', '--rev', head, '--with-dependents', '--yes');
  assert.deepEqual([exit, stderr.includes('changed meanwhile')], [0, false], stderr);
  const after = await everything(sample);
  const events = [...before.keys()].filter((key) => key.startsWith('/registry/events/shop/'));
  assert.deepEqual([...after.keys(), ...events].sort(), [...before.keys()].sort());
  for (const [key, value] of after) {
    if (!value.equals(before.get(key)!)) assert.deepEqual(await shown(value), await shown(before.get(key)!), key);
  }
  // What others need stands before them.
  const order = lines(stdout).map((line) => line.replace(/ restored$/, ''));
  const at = (key: string) => order.findIndex((each) => each.includes(key));
  assert.equal(order[0], '/registry/namespaces/shop');
  assert.ok(at('customresourcedefinitions/coupons') < at('coupons/shop/spring'));
  assert.ok(at('/deployments/shop/web') < at('/replicasets/shop/web'));
  assert.ok(at('/replicasets/shop/web') < at('/pods/shop/web'));
  // No two objects of a resource have one revision: a watch goes on behind it.
  const { kvs } = await client.kv.range({
    key: Buffer.from('/registry/pods/shop/'),
    range_end: Buffer.from('/registry/pods/shop0'),
  });
  assert.equal(new Set(kvs.map(({ mod_revision }) => mod_revision)).size, kvs.length);
  // Nothing is left of the plan, and again there is nothing to do.
  assert.deepEqual(readdirSync(join(sample.dir, 'state', 'ketcdctl')), []);
  const again = await restore('-n', 'shop', '--rev', head, '--with-dependents', '--yes');
  assert.equal(again.exit, 0);
  assert.match(again.stderr, /^= \d+ objects are the same already\n/);
  // History tells who.
  const history = await sample.run(['k8s', 'history', 'deploy/web', '-n', 'shop', '--summary']);
  assert.match(
    history.stdout,
    /^revision \d+ {2}put back {2}version 1 {2}20\S+Z {2}ketcdctl \(Update\)\nrevision \d+ {2}deleted\n/,
  );
});

test('what an object goes with: owners, what they own, and what they name', { skip }, async (t) => {
  const sample = await live(t);
  const { remove, restore } = sample;
  const gone = ['deployments/shop/web', 'replicasets/shop/web-6d4f8b5c9', 'configmaps/shop/web-config'];
  const pods = ['146d3', '44a1f', '659a7'].map((id) => `pods/shop/web-6d4f8b5c9-${id}`);
  await remove(...[...gone, ...pods].map((key) => `/registry/${key}`));
  // Without what owns it, a pod is told to be short-lived.
  const alone = await restore('pod/web-6d4f8b5c9-146d3', '-n', 'shop', '--from', SAMPLE);
  assert.match(alone.stderr, /its owner, ReplicaSet web-6d4f8b5c9, is not there: the garbage collector will delete it/);
  const { exit, stdout } = await restore(
    'pod/web-6d4f8b5c9-146d3',
    '-n',
    'shop',
    '--from',
    SAMPLE,
    '--with-dependents',
    '--yes',
  );
  assert.equal(exit, 0);
  assert.deepEqual(lines(stdout).sort(), [...gone, ...pods].map((key) => `/registry/${key} restored`).sort());
});

test('a definition with its objects; a list; what a selector finds', { skip }, async (t) => {
  const sample = await live(t);
  const { remove, restore } = sample;
  const definition = '/registry/apiextensions.k8s.io/customresourcedefinitions/coupons.shop.example.com';
  const coupons = ['loyal-customers', 'spring'].map((name) => `/registry/shop.example.com/coupons/shop/${name}`);
  await remove(definition, ...coupons);
  const crd = await restore('crd/coupons.shop.example.com', '--with-objects', '--from', SAMPLE, '--yes');
  assert.equal(crd.stdout, [definition, ...coupons].map((key) => `${key} restored\n`).join(''));
  assert.match(crd.stderr, /^\+ \S+coupons\.shop\.example\.com {2}.*\n\+ {3}\S+loyal-customers .*\n\+ {3}\S+spring /);
  await remove('/registry/configmaps/shop/web-config', '/registry/secrets/shop/db-credentials');
  const list = await restore('secret/db-credentials', 'cm/web-config', '-n', 'shop', '--from', SAMPLE, '--yes');
  assert.deepEqual(lines(list.stdout).sort(), [
    '/registry/configmaps/shop/web-config restored',
    '/registry/secrets/shop/db-credentials restored',
  ]);
  await remove('/registry/pods/shop/web-6d4f8b5c9-146d3', '/registry/pods/shop/api-7c9f6d8b4-ce892');
  const selected = await restore('pods', '-l', 'app=web', '-A', '--from', SAMPLE, '--yes');
  assert.equal(selected.stdout, '/registry/pods/shop/web-6d4f8b5c9-146d3 restored\n');
  const byField = ['--field-selector', 'metadata.name=api-7c9f6d8b4-ce892'];
  const field = await restore('pods', ...byField, '-n', 'shop', '--from', SAMPLE, '--yes');
  assert.equal(field.stdout, '/registry/pods/shop/api-7c9f6d8b4-ce892 restored\n');
});

test('a deletion that had begun is taken back', { skip }, async (t) => {
  const sample = await live(t);
  const metadata = {
    name: 'going',
    namespace: 'shop',
    uid: 'u-1',
    creationTimestamp: '2026-03-02T08:00:00Z',
    deletionTimestamp: '2026-03-02T09:00:00Z',
    deletionGracePeriodSeconds: 0,
    finalizers: ['foregroundDeletion', 'example.com/keep'],
  };
  const key = '/registry/configmaps/shop/going';
  await sample.put(key, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  const space = { name: 'ending', uid: 'u-2', deletionTimestamp: '2026-03-02T09:00:00Z' };
  const status = { phase: 'Terminating', conditions: [{ type: 'NamespaceDeletionContentFailure', status: 'False' }] };
  await sample.put('/registry/namespaces/ending', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: space,
    spec: {},
    status,
  });
  const head = await sample.head();
  await sample.remove(key, '/registry/namespaces/ending');
  const { stderr, exit } = await sample.restore('cm/going', 'ns/ending', '-n', 'shop', '--rev', head, '--yes');
  assert.equal(exit, 0, stderr);
  assert.match(stderr, /it was being deleted since 2026-03-02T09:00:00Z: that is taken back/);
  const back = await sample.object(key);
  assert.equal(field(back, 'metadata', 'deletionTimestamp'), undefined);
  assert.equal(field(back, 'metadata', 'deletionGracePeriodSeconds'), undefined);
  assert.deepEqual(field(back, 'metadata', 'finalizers'), ['example.com/keep']);
  assert.equal(field(back, 'metadata', 'uid'), 'u-1');
  const namespace = await sample.object('/registry/namespaces/ending');
  assert.deepEqual(field(namespace, 'spec', 'finalizers'), ['kubernetes']);
  assert.equal(stringField(namespace, 'status', 'phase'), 'Active');
  assert.equal(field(namespace, 'status', 'conditions'), undefined);
});

test('nothing is written into a namespace that is being deleted', { skip }, async (t) => {
  const sample = await live(t);
  const metadata = { name: 'shop', uid: 'u', deletionTimestamp: '2026-03-02T09:00:00Z' };
  await sample.remove('/registry/configmaps/shop/web-config');
  await sample.put('/registry/namespaces/shop', { apiVersion: 'v1', kind: 'Namespace', metadata });
  const { exit, stdout, stderr } = await sample.restore('cm/web-config', '-n', 'shop', '--from', SAMPLE, '--yes');
  assert.deepEqual([exit, stdout], [1, '']);
  assert.match(stderr, /\(not possible\)\n {4}its namespace is being deleted since 2026-03-02T09:00:00Z/);
});

test('service addresses and node ports that others have now are not taken from them', { skip }, async (t) => {
  const sample = await live(t);
  const service = (name: string, clusterIP: string, nodePort: number) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'shop', uid: `uid-${name}` },
    spec: { type: 'NodePort', clusterIP, clusterIPs: [clusterIP], ports: [{ port: 80, nodePort }] },
  });
  const key = (name: string) => `/registry/services/specs/shop/${name}`;
  await sample.put(key('a'), service('a', '10.96.7.1', 30111));
  await sample.put(key('b'), service('b', '10.96.7.2', 30112));
  await sample.put(key('c'), service('c', '172.20.0.1', 40000));
  const head = await sample.head();
  await sample.remove(key('a'), key('b'), key('c'));
  await sample.put(key('d'), service('d', '10.96.7.1', 30113));
  await sample.put(key('e'), service('e', '10.96.7.3', 30112));
  const { exit, stdout, stderr } = await sample.restore('svc', '-n', 'shop', '--rev', head, '--yes');
  assert.deepEqual([exit, stdout], [1, `${key('c')} restored\n`]);
  assert.match(
    stderr,
    /specs\/shop\/a {2}\(not possible\)\n {4}its cluster IP 10\.96\.7\.1 is that of the service shop\/d now\n/,
  );
  assert.match(
    stderr,
    /specs\/shop\/b {2}\(not possible\)\n {4}its node port 30112 is that of the service shop\/e now\n/,
  );
  assert.match(
    stderr,
    /its cluster IP 172\.20\.0\.1 is in no range of this cluster\n {4}its node port 40000 is not in 30000-32767\n/,
  );
  // An address that is taken by an object of its own.
  await sample.remove(key('d'));
  const parentRef = { resource: 'services', namespace: 'shop', name: 'gone' };
  const address = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name: '10.96.7.1' },
    spec: { parentRef },
  };
  await sample.put('/registry/ipaddresses/10.96.7.1', address);
  const taken = await sample.restore('svc/a', '-n', 'shop', '--rev', head, '--yes');
  assert.match(taken.stderr, /its cluster IP 10\.96\.7\.1 is that of the service shop\/gone now/);
});

test('a volume comes back with its claim, and not without it where its data would be lost', { skip }, async (t) => {
  const sample = await live(t);
  const [pv, pvc] = ['/registry/persistentvolumes/v1', '/registry/persistentvolumeclaims/shop/c1'];
  await sample.put(pv, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: 'v1', uid: 'uid-v' },
    spec: { persistentVolumeReclaimPolicy: 'Delete', claimRef: { namespace: 'shop', name: 'c1', uid: 'uid-c' } },
  });
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'c1', namespace: 'shop', uid: 'uid-c' },
  };
  await sample.put(pvc, { ...claim, spec: { volumeName: 'v1' } });
  const head = await sample.head();
  await sample.remove(pv, pvc);
  const alone = await sample.restore('pv/v1', '--rev', head, '--yes');
  assert.deepEqual([alone.exit, alone.stdout], [1, '']);
  assert.match(alone.stderr, /its claim shop\/c1 is not there, and its policy is Delete: the data would be lost/);
  for (const named of ['pv/v1', 'pvc/c1']) {
    const both = await sample.restore(named, '-n', 'shop', '--rev', head, '--with-dependents', '--yes');
    assert.deepEqual([both.exit, lines(both.stdout).sort()], [0, [`${pvc} restored`, `${pv} restored`]]);
    // At once.
    assert.equal((await sample.read(pv))!.mod_revision, (await sample.read(pvc))!.mod_revision);
    await sample.remove(pv, pvc);
  }
});

test('a run that broke off goes on from its journal', { skip }, async (t) => {
  const sample = await live(t);
  const keys = ['api-config', 'web-config', 'kube-root-ca.crt']
    .map((name) => `/registry/configmaps/shop/${name}`)
    .sort();
  await sample.remove(...keys);
  const journal = join(sample.dir, 'plan.jsonl');
  const head = await sample.head();
  // What a run that was ended after its first write leaves behind.
  const done = await sample.restore('cm', '-n', 'shop', '--from', SAMPLE, '--yes');
  assert.equal(lines(done.stdout).length, 3);
  const { header } = await sample.client.kv.range({ key: Buffer.from('/') });
  const entries: object[] = [];
  for (const [round, key] of keys.entries()) {
    const value = (await sample.read(key))!.value.toString('base64');
    entries.push({ key, round, waits: false, transaction: 0, isMade: false, was: '0', lease: '0', value });
  }
  const text = (cluster: string) =>
    [{ journal: 'ketcdctl restore', cluster, keys: 3 }, ...entries, { done: keys[0] }]
      .map((line) => JSON.stringify(line))
      .join('\n');
  // The last line is cut off.
  writeFileSync(journal, `${text(header.cluster_id)}\n{"do`, { mode: 0o600 });
  await sample.remove(keys[2]!);
  const dry = await sample.restore('--journal', journal);
  assert.deepEqual([dry.exit, dry.stdout], [0, '']);
  assert.match(dry.stderr, /^1 are written, 2 are left:\n\+ .*\n\+ .*\n/);
  const { exit, stdout } = await sample.restore('--journal', journal, '--yes');
  assert.deepEqual([exit, stdout], [0, `${keys[1]} is written already\n${keys[2]} restored\n`]);
  assert.throws(() => statSync(journal));
  // What was changed meanwhile stays, and the journal is of no use any more.
  writeFileSync(journal, `${text(header.cluster_id)}\n`);
  await sample.put(keys[2]!, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } });
  const changed = await sample.restore('--journal', journal, '--yes');
  assert.equal(changed.exit, 1);
  assert.match(changed.stderr, new RegExp(`Error: ${keys[2]} was changed meanwhile`));
  writeFileSync(journal, `${text('12345')}\n`);
  assert.match((await sample.restore('--journal', journal, '--yes')).stderr, /is of another etcd cluster, 12345/);
  writeFileSync(journal, text(header.cluster_id).split('\n').slice(0, 2).join('\n'));
  assert.match((await sample.restore('--journal', journal, '--yes')).stderr, /is not whole: nothing of it was written/);
  assert.equal((await sample.restore('--journal', journal, 'cm', '--rev', head)).exit, 128);
});

test('the journal of a run is private, and stays when it breaks off', { skip }, async (t) => {
  const sample = await live(t);
  const key = '/registry/configmaps/shop/web-config';
  await sample.remove(key);
  const journal = join(sample.dir, 'plan.jsonl');
  // A role that may read, and not write.
  const { client } = sample;
  await client.auth.roleAdd({ name: 'reader' });
  await client.auth.roleGrantPermission({
    name: 'reader',
    // READ
    perm: { permType: 0, key: Buffer.from('/'), range_end: Buffer.from('0') } as never,
  });
  for (const [name, role] of [
    ['root', 'root'],
    ['reader', 'reader'],
  ] as const) {
    if (name === 'root') await client.auth.roleAdd({ name: 'root' });
    await client.auth.userAdd({ name, password: 'pw' });
    await client.auth.userGrantRole({ user: name, role });
  }
  await client.auth.authEnable();
  const refused = await sample.restore(
    '--user',
    'reader:pw',
    'cm/web-config',
    '-n',
    'shop',
    '--from',
    SAMPLE,
    '--journal',
    journal,
    '--yes',
  );
  assert.equal(refused.exit, 1, refused.stderr);
  assert.match(refused.stderr, new RegExp(`go on with: ketcdctl k8s restore --journal ${journal}\n`));
  assert.equal(statSync(journal).mode & 0o777, 0o600);
  assert.match(readFileSync(journal, 'utf8'), /^\{"journal":"ketcdctl restore","cluster":"\d+","keys":1\}\n\{"key":/);
  const resumed = await sample.restore('--user', 'root:pw', '--journal', journal, '--yes');
  assert.deepEqual([resumed.exit, resumed.stdout], [0, `${key} restored\n`]);
});

test('what changes while it is written stays', { skip }, async (t) => {
  const sample = await live(t);
  const key = '/registry/configmaps/shop/web-config';
  const old = await sample.object(key);
  await sample.put(key, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web-config', namespace: 'shop' } });
  const left = await sample.restore('cm/web-config', '-n', 'shop', '--from', SAMPLE, '--yes');
  assert.deepEqual([left.exit, left.stdout], [1, '']);
  assert.match(left.stderr, /1 left alone, as they differ: --overwrite replaces them\n$/);
  const over = await sample.restore('cm/web-config', '-n', 'shop', '--from', SAMPLE, '--overwrite', '--yes');
  assert.equal(over.stdout, `${key} overwritten\n`);
  assert.equal(sample.backups().length, 1);
  assert.deepEqual(withoutManager((await sample.object(key)) as never), old);
});

test('manifests for another cluster', { skip }, async (t) => {
  const sample = await live(t);
  const fromFile = await sample.restore('-n', 'shop', '--from', SAMPLE, '--with-dependents', '-o', 'yaml');
  assert.equal(fromFile.exit, 0, fromFile.stderr);
  const documents = fromFile.stdout.split('---\n');
  assert.match(documents[0]!, /^apiVersion: v1\nkind: Namespace\n/);
  assert.doesNotMatch(fromFile.stdout, /\n {2}(uid|resourceVersion|creationTimestamp|managedFields):/);
  assert.doesNotMatch(fromFile.stdout, /kind: (Pod|ReplicaSet)\n/);
  assert.match(fromFile.stderr, /\d+ left out that their owners make/);
  // An owner that the other cluster has is named by its uid there.
  const coupon = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'owned',
      namespace: 'shop',
      uid: 'u-o',
      ownerReferences: [
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'web-config', uid: 'other' },
        { apiVersion: 'v1', kind: 'ConfigMap', name: 'nowhere', uid: 'none' },
      ],
    },
  };
  const path = join(sample.dir, 'kept.jsonl');
  const value = Buffer.from(JSON.stringify(coupon)).toString('base64');
  writeFileSync(
    path,
    `${JSON.stringify({ key: '/registry/configmaps/shop/owned', mod_revision: '1', lease: '0', value })}\n`,
  );
  const uid = stringField(await sample.object('/registry/configmaps/shop/web-config'), 'metadata', 'uid');
  const mapped = await sample.restore('--from', path, '-o', 'json');
  assert.match(mapped.stdout, new RegExp(`"name":"web-config","uid":"${uid}"`));
  assert.doesNotMatch(mapped.stdout, /nowhere/);
  assert.match(mapped.stderr, /its owner ConfigMap nowhere is left out: it is not in the other cluster yet\n/);
  assert.equal(await sample.read('/registry/configmaps/shop/owned'), undefined);
});

test('revert takes the last change back, or all since', { skip }, async (t) => {
  const sample = await live(t);
  const key = '/registry/configmaps/shop/r';
  const map = (x: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'r', namespace: 'shop', uid: 'u' },
    data: { x },
  });
  await sample.put(key, map('1'));
  const first = await sample.head();
  assert.match(
    (await sample.run(['k8s', 'revert', 'cm/r', '-n', 'shop'])).stderr,
    /was not there before its last change/,
  );
  await sample.put(key, map('2'));
  await sample.put(key, map('3'));
  const revert = (...argv: string[]) =>
    sample.run(['k8s', 'revert', 'cm/r', '-n', 'shop', '--backup-dir', sample.dir, ...argv], {
      XDG_STATE_HOME: sample.dir,
    });
  const value = async () => field(await sample.object(key), 'data', 'x');
  const dry = await revert();
  assert.equal(dry.exit, 0);
  assert.match(dry.stderr, /^~ \S+ {2}\(to be replaced\)\n.*\n {4}data\.x: "?3"? -> "?2"?\n/);
  assert.equal(await value(), '3');
  assert.equal((await revert('--yes')).stdout, `${key} overwritten\n`);
  assert.equal(await value(), '2');
  await revert('--rev', first, '--yes');
  assert.equal(await value(), '1');
  await sample.remove(key);
  assert.equal((await revert('--yes')).stdout, `${key} restored\n`);
  assert.equal(await value(), '1');
});

test('restore says what it needs', { skip }, async (t) => {
  const { restore } = await live(t);
  assert.match((await restore('-n', 'shop')).stderr, /^Error: from where\? --from FILE, or etcd as it was/);
  assert.equal((await restore('-n', 'shop', '--rev', '5', '--before', '1h')).exit, 128);
  assert.match((await restore('cm/nosuch', '-n', 'shop', '--from', SAMPLE)).stderr, /configmaps "nosuch" is not in /);
  assert.match((await restore('-n', 'shop', '--before', 'soon')).stderr, /--before soon is no time/);
});

test('a time names a revision, in an etcd in which nothing happens', { skip }, async (t) => {
  const sample = await live(t);
  const map = (name: string, creationTimestamp: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'shop', uid: name, creationTimestamp },
  });
  const key = '/registry/configmaps/shop/early';
  await sample.put(key, map('early', '2027-01-01T00:00:00Z'));
  const head = await sample.head();
  await sample.remove(key);
  await sample.put('/registry/configmaps/shop/late', map('late', '2027-01-01T02:00:00Z'));
  const found = await sample.restore('cm/early', '-n', 'shop', '--before', '2027-01-01T01:00:00Z');
  // The deletion has no time: it may have been before.
  assert.match(
    found.stderr,
    new RegExp(`the revision was ${Number(head) + 1}: .* \\(revision ${head}\\), the next that is later`),
  );
  const then = await sample.restore('cm/early', '-n', 'shop', '--rev', head, '--yes');
  assert.equal(then.stdout, `${key} restored\n`);
});
