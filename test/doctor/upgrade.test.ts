import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkDataDir, checkLiveUpgrade } from '../../src/doctor/check-upgrade.js';
import type { ClusterFacts } from '../../src/doctor/facts.js';
import { type DataDirFacts, readDataDir } from '../../src/doctor/upgrade-facts.js';
import { etcdOptions } from '../../src/node/options.js';
import { runAs, runLine } from '../cli/support.js';
import { etcdVersion, httpCall, skipWithoutEtcd, startEtcd } from '../support/etcd.js';

function facts(changes: Partial<DataDirFacts>): DataDirFacts {
  return {
    path: '/d',
    members: [{ id: 'a', name: 'm1', isLearner: false }],
    removed: [],
    v2: {
      members: new Map([['a', { isLearner: false }]]),
      removed: new Set(),
      keys: { some: [], inSnapshot: 0, inLog: 0 },
    },
    storageVersion: '',
    clusterVersion: '3.5.0',
    dbBytes: 1000,
    freeBytes: 1e9,
    ...changes,
  };
}

const ids = (found: { severity: string; id: string }[]) => found.map(({ severity, id }) => `${severity} ${id}`);

test('what a data directory has that 3.6 stumbles over', () => {
  assert.deepEqual(checkDataDir(facts({}), '3.6'), []);
  const ghost = { id: 'b', name: 'old', isLearner: false };
  const [found] = checkDataDir(facts({ members: [...facts({}).members, ghost] }), '3.6');
  assert.equal(found!.id, 'upgrade-removed-members');
  assert.match(found!.evidence, /old b in the bucket members/);
  const demoted = facts({ members: [{ id: 'a', name: 'm1', isLearner: true }] });
  assert.deepEqual(ids(checkDataDir(demoted, '3.6')), ['error upgrade-lost-promotion']);
  const learner = facts({ members: [{ id: 'a', name: 'm1', isLearner: true }] });
  learner.v2!.members.set('a', { isLearner: true });
  assert.deepEqual(ids(checkDataDir(learner, '3.6')), ['warning upgrade-learners']);
  const old = facts({});
  old.v2!.keys = { some: ['/foo'], inSnapshot: 1, inLog: 0 };
  assert.deepEqual(ids(checkDataDir(old, '3.6')), ['error upgrade-v2-content']);
  assert.deepEqual(ids(checkDataDir(facts({ clusterVersion: '3.4.0' }), '3.6')), ['error upgrade-step']);
  assert.deepEqual(ids(checkDataDir(facts({ clusterVersion: '3.5.0' }), '3.7')), ['error upgrade-step']);
  assert.deepEqual(ids(checkDataDir(facts({ freeBytes: 10 }), '3.6')), ['warning upgrade-space']);
  const { v2: _, ...closed } = facts({ v2Problem: 'no log' });
  assert.deepEqual(ids(checkDataDir(closed, '3.6')), ['note not-looked-at']);
});

test('versions and options of what runs', () => {
  const member = (version: string, storageVersion = '') => ({
    endpoint: `http://${version}`,
    steps: [],
    status: {
      id: version,
      version,
      storageVersion,
      dbSize: 1,
      dbSizeInUse: 1,
      quota: 0,
      leader: 'a',
      isLearner: false,
      raftTerm: 1n,
      raftIndex: 1n,
      raftAppliedIndex: 1n,
      revision: 1n,
      errors: [],
    },
  });
  const cluster = (...members: ReturnType<typeof member>[]): ClusterFacts => {
    return { now: new Date(), isFile: false, members, watchedSeconds: 0 };
  };
  assert.deepEqual(checkLiveUpgrade(cluster(member('3.5.26')), '3.6', []), []);
  assert.deepEqual(ids(checkLiveUpgrade(cluster(member('3.5.21'), member('3.5.3')), '3.6', [])), [
    'warning upgrade-patch-release',
    'error upgrade-patch-release',
  ]);
  assert.deepEqual(ids(checkLiveUpgrade(cluster(member('3.4.23')), '3.6', [])), ['error upgrade-step']);
  assert.deepEqual(ids(checkLiveUpgrade(cluster(member('3.6.14', '3.5.0')), '3.7', [])), [
    'error upgrade-storage-version',
  ]);
  const options = [
    { name: 'enable-v2', source: '/etc/kubernetes/manifests/etcd.yaml' },
    { name: 'experimental-initial-corrupt-check', source: 'process 7' },
  ];
  const found = checkLiveUpgrade(cluster(member('3.5.30')), '3.6', options);
  assert.equal(found[0]!.evidence, '--enable-v2 (/etc/kubernetes/manifests/etcd.yaml)');
  assert.match(
    checkLiveUpgrade(cluster(member('3.6.9', '3.6.0')), '3.7', options)[0]!.evidence,
    /enable-v2.*, --experimental/,
  );
});

test('the options of a static pod', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'ketcdctl-options-'));
  t.after(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'etc/kubernetes/manifests'), { recursive: true });
  const path = join(root, 'etc/kubernetes/manifests/etcd.yaml');
  writeFileSync(path, '    - etcd\n    - --enable-v2=true\n    - --data-dir=/var/lib/etcd\n');
  assert.deepEqual(etcdOptions(root), [
    { name: 'enable-v2', source: path },
    { name: 'data-dir', source: path },
  ]);
});

const skip = skipWithoutEtcd() || (/^3\.[45]\./.test(etcdVersion()) ? false : 'an etcd that has API v2 is needed');

for (const [place, args] of [
  ['log', []],
  ['snap file', ['--snapshot-count', '5']],
] as const) {
  test(`keys of API v2 in the ${place} of a real data directory`, { skip }, async (t) => {
    const etcd = await startEtcd(t, { enableV2: true, extraArgs: [...args] });
    const check = (): Promise<{ exit: number; stdout: string; stderr: string }> =>
      runAs('etcdutl', '3.5', ['check', 'v2store', '--data-dir', etcd.dataDir]);
    await etcd.stop();
    assert.deepEqual(await check(), {
      exit: 0,
      stdout: 'No custom content found in both v2store and WAL records.\n',
      stderr: '',
    });
    await etcd.restart();
    // API v2 answers with 201, which the helper takes for a failure.
    await assert.rejects(httpCall(etcd, 'PUT', '/v2/keys/foo?value=bar'), /"action":"set"/);
    for (let count = 0; count < 12; count++) await httpCall(etcd, 'POST', '/v3/kv/put', { key: 'YQ==' });
    await etcd.stop();
    const refused = await check();
    const where = args.length > 0 ? 'content in v2store' : 'v2 content in WAL records';
    assert.equal(refused.stderr, `Error: detected custom ${where}\n`);
    const { v2, members } = readDataDir(etcd.dataDir);
    assert.deepEqual(v2!.keys.some, ['/foo']);
    assert.deepEqual(
      [...v2!.members.keys()],
      members.map(({ id }) => id),
    );
    const { exit, stdout } = await runLine('ketcdctl', ['upgrade', 'check', '--to', '3.6', '--data-dir', etcd.dataDir]);
    assert.equal(exit, 2);
    assert.match(stdout, /ERROR +there are keys of API v2/);
  });
}
