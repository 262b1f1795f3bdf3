import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FlagTable } from '../../src/base/flags/normalize.js';
import { parseWords } from '../../src/base/flags/parse.js';
import { ALL_GLOBAL_FLAGS, type GlobalFlags, globalFlags } from '../../src/cli/global-flags.js';
import { resolveOptions } from '../../src/cli/options.js';
import { detectCluster } from '../../src/node/detect.js';
import { Captured, io, OWN } from './support.js';

const MANIFEST = `apiVersion: v1
kind: Pod
spec:
  containers:
  - command:
    - kube-apiserver
    - --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt
    - --etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt
    - "--etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key"
    - --etcd-servers=https://10.0.0.1:2379,https://10.0.0.2:2379
`;
const PKI = [
  'etc/kubernetes/pki/etcd/ca.crt',
  'etc/kubernetes/pki/apiserver-etcd-client.crt',
  'etc/kubernetes/pki/apiserver-etcd-client.key',
];

/** A root folder with these files. */
function node(t: TestContext, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'ketcdctl-'));
  t.after(() => rmSync(root, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

function unwarned(root: string) {
  return detectCluster((text) => assert.fail(text), root);
}

test("the API server's manifest says where etcd is", (t) => {
  const root = node(t, {
    'etc/kubernetes/manifests/kube-apiserver.yaml': MANIFEST,
    ...Object.fromEntries(PKI.map((path) => [path, ''])),
  });
  assert.deepEqual(unwarned(root), {
    source: join(root, 'etc/kubernetes/manifests/kube-apiserver.yaml'),
    endpoints: ['https://10.0.0.1:2379', 'https://10.0.0.2:2379'],
    cacert: join(root, PKI[0]!),
    cert: join(root, PKI[1]!),
    key: join(root, PKI[2]!),
  });
});

test('without a manifest, the certificates of kubeadm, RKE2 and k3s do', (t) => {
  const folder = 'var/lib/rancher/k3s/server/tls/etcd';
  const root = node(t, { [`${folder}/server-ca.crt`]: '', [`${folder}/client.crt`]: '', [`${folder}/client.key`]: '' });
  assert.deepEqual(unwarned(root), {
    source: join(root, folder),
    endpoints: ['https://127.0.0.1:2379'],
    cacert: join(root, folder, 'server-ca.crt'),
    cert: join(root, folder, 'client.crt'),
    key: join(root, folder, 'client.key'),
  });
});

test('any other machine has nothing to tell', (t) => {
  assert.equal(unwarned(node(t, { 'etc/kubernetes/manifests/kube-apiserver.yaml': 'kind: Pod\n' })), undefined);
});

test('files that may not be read are told, and not used', (t) => {
  if (process.getuid?.() === 0) return t.skip('root may read everything');
  const folder = 'etc/kubernetes/pki/etcd';
  const root = node(t, {
    [`${folder}/ca.crt`]: '',
    [`${folder}/healthcheck-client.crt`]: '',
    [`${folder}/healthcheck-client.key`]: '',
  });
  chmodSync(join(root, folder, 'healthcheck-client.key'), 0);
  const warnings: string[] = [];
  assert.equal(
    detectCluster((text) => warnings.push(text), root),
    undefined,
  );
  assert.match(warnings.join(), /try sudo/);
});

test('missing files count as unreadable', (t) => {
  const root = node(t, { 'etc/kubernetes/manifests/kube-apiserver.yaml': MANIFEST });
  const warnings: string[] = [];
  assert.equal(
    detectCluster((text) => warnings.push(text), root),
    undefined,
  );
  assert.equal(warnings.length, 1);
});

test('what the command line or the environment says wins, and drop-in mode never looks', (t) => {
  const root = node(t, {
    'etc/kubernetes/manifests/kube-apiserver.yaml': MANIFEST,
    ...Object.fromEntries(PKI.map((path) => [path, ''])),
  });
  const endpoints = (
    mode: typeof OWN | { tool: 'etcdctl'; version: '3.7' },
    words: string[],
    env: NodeJS.ProcessEnv,
  ) => {
    const inherited = globalFlags(mode);
    const { flags } = parseWords<GlobalFlags>(words, new FlagTable(inherited).declare(ALL_GLOBAL_FLAGS));
    const around = { mode, env, io: io(new Captured(), new Captured()), root };
    return resolveOptions(inherited, flags, { noTimeout: undefined, variables: [] }, around).endpoints;
  };
  assert.deepEqual(endpoints(OWN, [], {}), ['https://10.0.0.1:2379', 'https://10.0.0.2:2379']);
  assert.deepEqual(endpoints(OWN, ['--endpoints=x'], {}), ['x']);
  assert.deepEqual(endpoints(OWN, [], { ETCDCTL_ENDPOINTS: 'y' }), ['y']);
  assert.deepEqual(endpoints(OWN, [], { ETCDCTL_CACERT: 'ca' }), ['127.0.0.1:2379']);
  assert.deepEqual(endpoints({ tool: 'etcdctl', version: '3.7' }, [], {}), ['127.0.0.1:2379']);
});
