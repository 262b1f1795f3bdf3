import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { certificatesIn } from '../../src/node/certificate.js';
import { certificatesInFiles } from '../../src/node/certificate-files.js';
import { runLine } from '../cli/support.js';
import { makeCerts } from '../support/certs.js';
import { skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { flagsFor } from '../support/running.js';

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'ketcdctl-certs-test-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

test('certificates in any text: PEM, its base64, and what is damaged', () => {
  const { server, ca } = makeCerts();
  const pem = readFileSync(server.cert, 'utf8');
  const authority = readFileSync(ca, 'utf8');
  const kubeconfig = `certificate-authority-data: ${Buffer.from(authority).toString('base64')}\nclient-key-data: c2VjcmV0\n`;
  const subjects = (text: string) => certificatesIn(text).map(({ subject }) => subject);
  assert.deepEqual(subjects(`a comment\n${pem}${authority}`), ['CN=server', 'CN=ketcdctl test CA']);
  assert.deepEqual(subjects(kubeconfig), ['CN=ketcdctl test CA']);
  assert.deepEqual(subjects(pem.replace(/[A-Z]{4}/, '!!!!') + authority), ['CN=ketcdctl test CA']);
  assert.deepEqual(subjects('-----BEGIN CERTIFICATE-----'), []);
});

test('files of a node: kubeadm, a kubelet with old certificates, backups, folders that others may write', (t) => {
  const root = folder(t);
  const { server, client, expired, ca } = makeCerts();
  const put = (path: string, source: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), readFileSync(source));
  };
  put('etc/kubernetes/pki/etcd/ca.crt', ca);
  put('etc/kubernetes/pki/etcd/server.crt', server.cert);
  put('etc/kubernetes/pki/etcd/server.key', server.key);
  put('etc/kubernetes/tmp/kubeadm-backup/server.crt', expired.cert);
  put('var/lib/kubelet/pki/kubelet-client-2025-11-01.pem', expired.cert);
  put('var/lib/kubelet/pki/kubelet-client-current.pem', client.cert);
  put('etc/etcd/open/x.pem', client.cert);
  chmodSync(join(root, 'etc/etcd/open'), 0o777);
  const notes: string[] = [];
  const found = certificatesInFiles({ root, notes: { add: (path, problem) => void notes.push(`${path} ${problem}`) } });
  assert.deepEqual(
    found.map(({ path, facts }) => `${path.slice(root.length)} ${facts.subject}`),
    [
      '/etc/kubernetes/pki/etcd/ca.crt CN=ketcdctl test CA',
      '/etc/kubernetes/pki/etcd/server.crt CN=server',
      '/var/lib/kubelet/pki/kubelet-client-current.pem CN=root',
    ],
  );
  assert.deepEqual(notes, [`${root}/etc/etcd/open others may write ${root}/etc/etcd/open`]);
});

test('certs: handshakes, objects and files of a real etcd', { skip: skipWithoutEtcd() }, async (t) => {
  const etcd = await startEtcd(t, { tls: 'mutual' });
  const certs = makeCerts();
  const dir = folder(t);
  writeFileSync(join(dir, 'old.pem'), readFileSync(certs.expired.cert));
  const base64 = (path: string) => readFileSync(path).toString('base64');
  const secret = {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'web', namespace: 'shop' }, type: 'kubernetes.io/tls' },
    data: { 'tls.crt': base64(certs.wrongName.cert), 'tls.key': base64(certs.wrongName.key) },
  };
  const map = {
    ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'kube-root-ca.crt', namespace: 'shop' } },
    data: { 'ca.crt': readFileSync(certs.ca, 'utf8') },
  };
  const request = {
    ...{ apiVersion: 'certificates.k8s.io/v1', kind: 'CertificateSigningRequest', metadata: { name: 'csr-1' } },
    status: { certificate: base64(certs.client.cert) },
  };
  const webhook = {
    ...{ apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration' },
    ...{ metadata: { name: 'hook' }, webhooks: [{ name: 'a.b.c', clientConfig: { caBundle: base64(certs.otherCa) } }] },
  };
  const flags = flagsFor(etcd);
  const run = (...argv: string[]) => runLine('ketcdctl', [...flags, ...argv]);
  const keys = {
    '/registry/secrets/shop/web': secret,
    '/registry/configmaps/shop/kube-root-ca.crt': map,
    '/registry/certificatesigningrequests/csr-1': request,
    '/registry/validatingwebhookconfigurations/hook': webhook,
  };
  for (const [key, object] of Object.entries(keys)) {
    assert.equal((await run('put', key, JSON.stringify(object))).exit, 0);
  }
  const { stdout, exit } = await run('certs', '--no-files', '-o', 'json');
  assert.equal(exit, 1, 'all of them end within 30 days');
  const { certificates } = JSON.parse(stdout) as {
    certificates: { subject: string; places: { in: string; at: string }[] }[];
  };
  const seen = new Map(
    certificates.map(({ subject, places }) => [subject, places.map((place) => `${place.in} ${place.at}`)]),
  );
  assert.deepEqual(seen.get('CN=server'), [`handshake ${etcd.endpoint}`]);
  assert.deepEqual(seen.get('CN=wrong'), ['object secrets shop/web']);
  assert.deepEqual(seen.get('CN=ketcdctl test CA'), ['object configmaps shop/kube-root-ca.crt']);
  assert.deepEqual(seen.get('CN=root'), ['object certificatesigningrequests csr-1']);
  assert.deepEqual(seen.get('CN=another CA'), ['object validatingwebhookconfigurations hook']);
  assert.doesNotMatch(stdout, /PRIVATE/);

  assert.equal((await run('certs', '--no-files', '--days', '7')).exit, 0);
  const old = await run('certs', '--no-objects', '--days', '7', '--folder', dir);
  assert.equal(old.exit, 1);
  // An etcd of another test may run beside this one, with the same certificate among its files.
  assert.match(old.stdout, /^DAYS LEFT +UNTIL +SUBJECT +SEEN IN\n-\d +\S+ +CN=expired +\S+(old\.pem| and \d+ more)\n/);

  await etcd.stop();
  const down = await run('certs', '--days', '7', '--no-files');
  assert.deepEqual([down.exit, down.stdout], [2, '']);
  assert.match(down.stderr, /^No certificate was found\.\nnot looked at: https:.*refused/);
});
