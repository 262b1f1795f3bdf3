import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { findNode } from '../../src/node/find.js';
import { runLine } from '../cli/support.js';
import { makeCerts } from '../support/certs.js';

/** A root folder with these files. Where a text is `cert`, `ca` or `key`, it is one that a client can use. */
function node(t: TestContext, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'ketcdctl-node-'));
  t.after(() => rmSync(root, { recursive: true }));
  const certs = makeCerts();
  const pem: Record<string, string> = { ca: certs.ca, cert: certs.client.cert, key: certs.client.key };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    const source = pem[text];
    writeFileSync(join(root, path), source === undefined ? text : readFileSync(source));
  }
  return root;
}

/** What is found, with the paths as they would be on that node. */
function foundIn(root: string) {
  const text = JSON.stringify(findNode({ root }), (_, value) => value ?? undefined);
  return JSON.parse(text.replaceAll(root, '')) as ReturnType<typeof findNode>;
}

const API_SERVER = `apiVersion: v1
kind: Pod
spec:
  containers:
  - command:
    - kube-apiserver
    - --etcd-cafile=/etc/kubernetes/pki/etcd/ca.crt
    - --etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt
    - "--etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key"
    - --etcd-servers=https://10.0.0.1:2379,https://10.0.0.2:2379
    - --encryption-provider-config=/etc/kubernetes/enc/enc.yaml
`;
const ETCD = `apiVersion: v1
kind: Pod
spec:
  containers:
  - command:
    - etcd
    - --cert-file=/etc/kubernetes/pki/etcd/server.crt
    - --client-cert-auth=true
    - --data-dir=/var/lib/etcd
    - --key-file=/etc/kubernetes/pki/etcd/server.key
    - --listen-client-urls=https://127.0.0.1:2379,https://10.0.0.1:2379
    - --listen-metrics-urls=http://127.0.0.1:2381
    - --trusted-ca-file=/etc/kubernetes/pki/etcd/ca.crt
`;
const KUBEADM = {
  'etc/kubernetes/pki/etcd/ca.crt': 'ca',
  'etc/kubernetes/pki/apiserver-etcd-client.crt': 'cert',
  'etc/kubernetes/pki/apiserver-etcd-client.key': 'key',
};

test('kubeadm: the manifests of etcd and of the API server', (t) => {
  const root = node(t, {
    ...KUBEADM,
    'etc/kubernetes/manifests/etcd.yaml': ETCD,
    'etc/kubernetes/manifests/kube-apiserver.yaml': API_SERVER,
  });
  const found = foundIn(root);
  assert.equal(found.distribution, 'kubeadm');
  assert.deepEqual(found.endpoints, {
    value: ['https://127.0.0.1:2379'],
    source: '/etc/kubernetes/manifests/etcd.yaml',
  });
  assert.equal(found.certificates?.value.cert, '/etc/kubernetes/pki/apiserver-etcd-client.crt');
  assert.deepEqual(found.dataDir, { value: '/var/lib/etcd', source: '/etc/kubernetes/manifests/etcd.yaml' });
  assert.deepEqual(found.metricsUrls?.value, ['http://127.0.0.1:2381']);
  assert.equal(found.encryptionConfig?.value, '/etc/kubernetes/enc/enc.yaml');
});

test('an etcd elsewhere: the API server knows where', (t) => {
  const root = node(t, { ...KUBEADM, 'etc/kubernetes/manifests/kube-apiserver.yaml': API_SERVER });
  assert.deepEqual(foundIn(root).endpoints?.value, ['https://10.0.0.1:2379', 'https://10.0.0.2:2379']);
});

test('k3s, RKE2, k0s, kubespray, etcdadm, minikube and Talos by their folders', (t) => {
  const k3s = 'var/lib/rancher/k3s/server/tls/etcd';
  const rke2 = 'var/lib/rancher/rke2/server/tls/etcd';
  const layouts: [string, string, string, string][] = [
    ['k3s', `${k3s}/server-ca.crt`, `${k3s}/client.crt`, `${k3s}/client.key`],
    ['rke2', `${rke2}/server-ca.crt`, `${rke2}/client.crt`, `${rke2}/client.key`],
    [
      'k0s',
      'var/lib/k0s/pki/etcd/ca.crt',
      'var/lib/k0s/pki/apiserver-etcd-client.crt',
      'var/lib/k0s/pki/apiserver-etcd-client.key',
    ],
    [
      'kubespray',
      'etc/ssl/etcd/ssl/ca.pem',
      'etc/ssl/etcd/ssl/admin-node1.pem',
      'etc/ssl/etcd/ssl/admin-node1-key.pem',
    ],
    ['etcdadm', 'etc/etcd/pki/ca.crt', 'etc/etcd/pki/etcdctl-etcd-client.crt', 'etc/etcd/pki/etcdctl-etcd-client.key'],
    [
      'minikube',
      'var/lib/minikube/certs/etcd/ca.crt',
      'var/lib/minikube/certs/etcd/healthcheck-client.crt',
      'var/lib/minikube/certs/etcd/healthcheck-client.key',
    ],
    ['Talos', 'system/secrets/etcd/ca.crt', 'system/secrets/etcd/admin.crt', 'system/secrets/etcd/admin.key'],
    ['a plain unit', 'etc/kubernetes/ssl/ca.pem', 'etc/kubernetes/ssl/etcd.pem', 'etc/kubernetes/ssl/etcd-key.pem'],
  ];
  for (const [name, ca, cert, key] of layouts) {
    const found = foundIn(node(t, { [ca]: 'ca', [cert]: 'cert', [key]: 'key' }));
    assert.equal(found.distribution, name);
    assert.deepEqual(found.certificates?.value, { cacert: `/${ca}`, cert: `/${cert}`, key: `/${key}` }, name);
    assert.deepEqual(found.endpoints?.value, ['https://127.0.0.1:2379'], name);
  }
});

test("a unit with its variables, and kubespray's file of variables", (t) => {
  const unit = `[Service]
Environment="ETCD_NAME=one" "PORT=2399"
EnvironmentFile=-/etc/etcd/extra.env
ExecStart=/usr/local/bin/etcd \\
  --listen-client-urls=https://0.0.0.0:\${PORT} \\
  --cert-file /etc/etcd/kubernetes.pem
`;
  const files = {
    'etc/systemd/system/etcd.service': unit,
    'etc/etcd/extra.env': 'ETCD_DATA_DIR="/data/etcd"\nETCD_KEY_FILE=/etc/etcd/kubernetes-key.pem\n# ETCD_NAME=two\n',
    'etc/etcd/ca.pem': 'ca',
    'etc/etcd/kubernetes.pem': 'cert',
    'etc/etcd/kubernetes-key.pem': 'key',
  };
  const found = foundIn(node(t, files));
  assert.deepEqual(found.endpoints, { value: ['https://127.0.0.1:2399'], source: '/etc/systemd/system/etcd.service' });
  assert.equal(found.dataDir?.value, '/data/etcd');
  const env = 'ETCD_LISTEN_CLIENT_URLS=https://10.1.1.1:2379,https://127.0.0.1:2379\nETCD_DATA_DIR=/var/lib/etcd\n';
  assert.deepEqual(foundIn(node(t, { 'etc/etcd.env': env })).endpoints?.value, ['https://127.0.0.1:2379']);
});

test("an etcd with --config-file, as RKE2's static pod has it", (t) => {
  const config = `advertise-client-urls: https://10.0.0.1:2379
client-transport-security:
  cert-file: /var/lib/rancher/rke2/server/tls/etcd/server-client.crt
  client-cert-auth: true
  key-file: /var/lib/rancher/rke2/server/tls/etcd/server-client.key
  trusted-ca-file: /var/lib/rancher/rke2/server/tls/etcd/server-ca.crt
data-dir: /var/lib/rancher/rke2/server/db/etcd
listen-client-urls: https://127.0.0.1:2379,https://10.0.0.1:2379
peer-transport-security:
  cert-file: /wrong.crt
`;
  const manifest =
    '  - args:\n    - --config-file=/var/lib/rancher/rke2/server/db/etcd/config\n    command:\n    - etcd\n';
  const root = node(t, {
    'var/lib/rancher/rke2/agent/pod-manifests/etcd.yaml': manifest,
    'var/lib/rancher/rke2/server/db/etcd/config': config,
    'var/lib/rancher/rke2/server/tls/etcd/server-ca.crt': 'ca',
    'var/lib/rancher/rke2/server/tls/etcd/server-client.crt': 'cert',
    'var/lib/rancher/rke2/server/tls/etcd/server-client.key': 'key',
  });
  const found = foundIn(root);
  assert.deepEqual(found.endpoints, {
    value: ['https://127.0.0.1:2379'],
    source: '/var/lib/rancher/rke2/server/db/etcd/config',
  });
  assert.equal(found.dataDir?.value, '/var/lib/rancher/rke2/server/db/etcd');
  assert.equal(found.certificates?.value.cert, '/var/lib/rancher/rke2/server/tls/etcd/server-client.crt');
});

test("the running etcd's own words come first", (t) => {
  const words = ['/usr/bin/etcd', '--listen-client-urls', 'https://127.0.0.1:12379', '--data-dir=/d', '-name', 'x'];
  const root = node(t, {
    'etc/kubernetes/manifests/etcd.yaml': ETCD,
    'proc/700/cmdline': ['sshd', ''].join('\0'),
    'proc/812/cmdline': [...words, ''].join('\0'),
    'proc/812/environ': 'ETCD_LISTEN_METRICS_URLS=http://127.0.0.1:9\0',
  });
  const found = foundIn(root);
  assert.deepEqual(found.endpoints, { value: ['https://127.0.0.1:12379'], source: 'process 812' });
  assert.deepEqual([found.pid, found.dataDir?.value, found.metricsUrls?.value], [812, '/d', ['http://127.0.0.1:9']]);
});

test('any other machine has nothing to tell', (t) => {
  const found = foundIn(node(t, { 'etc/kubernetes/manifests/kube-apiserver.yaml': 'kind: Pod\n' }));
  assert.deepEqual(found, { notes: [] });
});

test('what others may write is passed over, and said', (t) => {
  const root = node(t, { 'etc/kubernetes/manifests/etcd.yaml': ETCD });
  chmodSync(join(root, 'etc/kubernetes/manifests/etcd.yaml'), 0o666);
  const { endpoints, notes } = foundIn(root);
  assert.equal(endpoints, undefined);
  assert.match(notes[0]!.problem, /^others may write/);
  const linked = node(t, {});
  mkdirSync(join(linked, 'etc/kubernetes'), { recursive: true });
  symlinkSync(join(root, 'etc/kubernetes/manifests'), join(linked, 'etc/kubernetes/manifests'));
  assert.equal(foundIn(linked).endpoints, undefined);
});

test('half of the files is none', (t) => {
  const root = node(t, {
    'etc/kubernetes/pki/etcd/ca.crt': 'ca',
    'etc/kubernetes/pki/etcd/healthcheck-client.crt': 'cert',
  });
  const { certificates, notes } = foundIn(root);
  assert.equal(certificates, undefined);
  assert.deepEqual(notes[0], {
    path: '/etc/kubernetes/pki/etcd/healthcheck-client.key',
    problem: 'not there',
    needsRoot: false,
  });
});

test('contexts are kept, chosen and removed', async (t) => {
  const config = mkdtempSync(join(tmpdir(), 'ketcdctl-config-'));
  t.after(() => rmSync(config, { recursive: true }));
  const env = { XDG_CONFIG_HOME: config };
  const run = (...argv: string[]) => runLine('ketcdctl', argv, env);
  assert.match((await run('context', 'add', 'a')).stderr, /needs endpoints/);
  const added = await run(
    '--endpoints',
    'https://10.0.0.1:2379',
    '--cacert',
    '/ca.crt',
    '--user',
    'root:secret',
    'context',
    'add',
    'prod',
  );
  assert.equal(added.stdout, 'Context prod added: it is the current one\n', added.stderr);
  const path = join(config, 'ketcdctl/contexts.json');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.doesNotMatch(readFileSync(path, 'utf8'), /secret/);
  await run('--endpoints', 'file:backup.db', 'context', 'add', 'backup');
  assert.match(
    (await run('context', 'list')).stdout,
    /^CURRENT +NAME .*\n +backup +file:\/.*backup\.db .*\n\* +prod +https:\/\/10/,
  );
  assert.match((await run('where')).stdout, /will be asked +https:\/\/10\.0\.0\.1:2379 +context prod/);
  assert.match(
    (await run('--context', 'backup', 'where')).stdout,
    /will be asked +file:\/.*backup\.db +context backup/,
  );
  const elsewhere = await run('--endpoints', 'x:1', 'where');
  assert.match(elsewhere.stdout, /will be asked +x:1 +the command line/);
  assert.match((await run('--context', 'nope', 'where')).stderr, /there is no context "nope"\nHint: there are: /);
  await run('context', 'use', 'backup');
  assert.match((await run('context', 'show')).stdout, /^name: backup\nendpoints:\n- file:.*\n/);
  await run('context', 'remove', 'backup');
  assert.match((await run('context', 'show')).stderr, /no context is the current one/);
  chmodSync(path, 0o666);
  assert.match((await run('where')).stderr, /contexts\.json is not used: others may write/);
  writeFileSync(path, '{"contexts": {"a": {"endpoints": "no list"}}}');
  chmodSync(path, 0o600);
  assert.match((await run('where')).stderr, /is damaged/);
});

test('of several data directories the first that is there', (t) => {
  const left = {
    'etc/default/etcd': 'ETCD_DATA_DIR=/var/lib/etcd/default\nETCD_LISTEN_CLIENT_URLS=http://127.0.0.1:2379\n',
  };
  const k3s = {
    'var/lib/rancher/k3s/server/tls/etcd/server-ca.crt': 'ca',
    'var/lib/rancher/k3s/server/tls/etcd/client.crt': 'cert',
    'var/lib/rancher/k3s/server/tls/etcd/client.key': 'key',
  };
  const data = { 'var/lib/rancher/k3s/server/db/etcd/member/snap/db': '' };
  assert.equal(foundIn(node(t, left)).dataDir?.value, '/var/lib/etcd/default');
  assert.equal(foundIn(node(t, { ...left, ...k3s, ...data })).dataDir?.value, '/var/lib/rancher/k3s/server/db/etcd');
  const usual = { 'var/lib/etcd/member/snap/db': '' };
  assert.equal(foundIn(node(t, { ...left, ...usual })).dataDir?.value, '/var/lib/etcd');
});
