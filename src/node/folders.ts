/** Where the usual installers put an etcd's certificates and data. */
import { join } from 'node:path';
import { below, listTrusted, type Notes } from './trusted-file.js';

/** The files that a client needs for TLS. */
export interface CertificateFiles {
  cacert: string;
  cert: string;
  key: string;
}

interface Distribution {
  name: string;
  /** Sets of files, the best for a client first; `*` stands for the name of the node. */
  certificates: readonly CertificateFiles[];
  dataDir: string;
}

/** A folder with a CA and pairs of a certificate and its key. */
function inFolder(folder: string, ca: string, ...pairs: [cert: string, key: string][]): CertificateFiles[] {
  return pairs.map(([cert, key]) => ({ cacert: join(folder, ca), cert: join(folder, cert), key: join(folder, key) }));
}

const KUBEADM = '/etc/kubernetes/pki/etcd';
const MINIKUBE = '/var/lib/minikube/certs/etcd';
const K0S = '/var/lib/k0s/pki';

export const DISTRIBUTIONS: readonly Distribution[] = [
  {
    name: 'kubeadm',
    certificates: inFolder(
      KUBEADM,
      'ca.crt',
      ['healthcheck-client.crt', 'healthcheck-client.key'],
      ['../apiserver-etcd-client.crt', '../apiserver-etcd-client.key'],
      ['server.crt', 'server.key'],
    ),
    dataDir: '/var/lib/etcd',
  },
  {
    name: 'rke2',
    certificates: inFolder('/var/lib/rancher/rke2/server/tls/etcd', 'server-ca.crt', ['client.crt', 'client.key']),
    dataDir: '/var/lib/rancher/rke2/server/db/etcd',
  },
  {
    name: 'k3s',
    certificates: inFolder('/var/lib/rancher/k3s/server/tls/etcd', 'server-ca.crt', ['client.crt', 'client.key']),
    dataDir: '/var/lib/rancher/k3s/server/db/etcd',
  },
  {
    name: 'k0s',
    certificates: inFolder(
      `${K0S}/etcd`,
      'ca.crt',
      ['../apiserver-etcd-client.crt', '../apiserver-etcd-client.key'],
      ['server.crt', 'server.key'],
    ),
    dataDir: '/var/lib/k0s/etcd',
  },
  {
    name: 'kubespray',
    certificates: inFolder(
      '/etc/ssl/etcd/ssl',
      'ca.pem',
      ['admin-*.pem', 'admin-*-key.pem'],
      ['node-*.pem', 'node-*-key.pem'],
      ['member-*.pem', 'member-*-key.pem'],
    ),
    dataDir: '/var/lib/etcd',
  },
  {
    name: 'etcdadm',
    certificates: inFolder(
      '/etc/etcd/pki',
      'ca.crt',
      ['etcdctl-etcd-client.crt', 'etcdctl-etcd-client.key'],
      ['apiserver-etcd-client.crt', 'apiserver-etcd-client.key'],
      ['server.crt', 'server.key'],
    ),
    dataDir: '/var/lib/etcd',
  },
  {
    name: 'minikube',
    certificates: inFolder(
      MINIKUBE,
      'ca.crt',
      ['healthcheck-client.crt', 'healthcheck-client.key'],
      ['../apiserver-etcd-client.crt', '../apiserver-etcd-client.key'],
      ['server.crt', 'server.key'],
    ),
    dataDir: '/var/lib/minikube/etcd',
  },
  {
    name: 'Talos',
    certificates: inFolder('/system/secrets/etcd', 'ca.crt', ['admin.crt', 'admin.key'], ['server.crt', 'server.key']),
    dataDir: '/var/lib/etcd',
  },
  {
    name: 'a plain unit',
    certificates: [
      ...inFolder('/etc/etcd/ssl', 'ca.pem', ['client.pem', 'client-key.pem'], ['etcd.pem', 'etcd-key.pem']),
      ...inFolder(
        '/etc/kubernetes/ssl',
        'ca.pem',
        ['etcd.pem', 'etcd-key.pem'],
        ['kubernetes.pem', 'kubernetes-key.pem'],
      ),
      ...inFolder('/etc/etcd', 'ca.pem', ['kubernetes.pem', 'kubernetes-key.pem'], ['etcd.pem', 'etcd-key.pem']),
      ...inFolder('/etc/etcd', 'ca.crt', ['client.crt', 'client.key'], ['etcd-server.crt', 'etcd-server.key']),
    ],
    dataDir: '/var/lib/etcd',
  },
];

/** The paths of a set below another root folder; where the node's name is part of them, the first that is there. */
export function filesBelow(root: string, files: CertificateFiles, notes: Notes): CertificateFiles {
  const at = (path: string) => below(root, path);
  if (!files.cert.includes('*')) return { cacert: at(files.cacert), cert: at(files.cert), key: at(files.key) };
  const folder = at(join(files.cert, '..'));
  const [before = '', after = ''] = files.cert.slice(files.cert.lastIndexOf('/') + 1).split('*');
  const names = listTrusted(folder, notes).filter(
    (name) => name.startsWith(before) && name.endsWith(after) && !name.endsWith('-key.pem'),
  );
  const node = (names[0] ?? '').slice(before.length, names[0] === undefined ? undefined : -after.length);
  return { cacert: at(files.cacert), cert: at(files.cert.replace('*', node)), key: at(files.key.replace('*', node)) };
}
