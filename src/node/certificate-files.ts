/** The certificates that lie in files of a node: those of etcd, of the API server and its kin, of the kubelet, in kubeconfigs. */
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type CertificateFacts, certificatesIn } from './certificate.js';
import { findNode } from './find.js';
import { below, listTrusted, type Notes, readTrusted } from './trusted-file.js';

/** A folder, how many levels below it are looked through, and which names are taken. */
interface Place {
  path: string;
  depth: number;
  /** Without it {@link CERTIFICATE_NAME}. */
  names?: RegExp;
}

const CERTIFICATE_NAME = /\.(crt|cer|cert|pem|ca-bundle|conf|kubeconfig)$/;

/** Folders of the usual installers. The kubelet keeps its old certificates: only the current ones count. */
const PLACES: readonly Place[] = [
  { path: '/etc/kubernetes', depth: 3 },
  { path: '/var/lib/kubelet/pki', depth: 0, names: /(-current\.pem|^kubelet\.crt)$/ },
  { path: '/var/lib/rancher/k3s/server/tls', depth: 2 },
  { path: '/var/lib/rancher/k3s/agent', depth: 0 },
  { path: '/var/lib/rancher/rke2/server/tls', depth: 2 },
  { path: '/var/lib/rancher/rke2/agent', depth: 0 },
  { path: '/var/lib/k0s/pki', depth: 1 },
  { path: '/etc/ssl/etcd', depth: 1 },
  { path: '/etc/etcd', depth: 2 },
  { path: '/var/lib/minikube/certs', depth: 1 },
  { path: '/system/secrets', depth: 2 },
];

/** Copies that an installer keeps of what it has replaced: kubeadm's are in `/etc/kubernetes/tmp`. */
const BACKUPS = /^(tmp|old|backup.*|.*[.-](bak|backup|old))$/;

const LARGEST_BYTES = 1 << 20;

export interface FileCertificate {
  path: string;
  facts: CertificateFacts;
}

/**
 * @param options.root the folder that is taken for `/`
 * @param options.more folders to look through as well
 * @param options.notes told of what could not be read
 */
export function certificatesInFiles(options: {
  root?: string;
  more?: readonly string[];
  notes: Notes;
}): FileCertificate[] {
  const { root = '/', more = [], notes } = options;
  const { certificates } = findNode({ root });
  const used = certificates ? [certificates.value.cacert, certificates.value.cert].map(dirname) : [];
  const found = new Map<string, FileCertificate[]>();
  for (const { path, depth, names } of PLACES) lookThrough(below(root, path), depth, names, notes, found);
  for (const path of used) lookThrough(path, 0, undefined, notes, found);
  for (const path of more) lookThrough(path, 3, undefined, notes, found);
  return [...found.values()].flat();
}

function lookThrough(
  folder: string,
  depth: number,
  names: RegExp = CERTIFICATE_NAME,
  notes: Notes,
  found: Map<string, FileCertificate[]>,
): void {
  for (const name of listTrusted(folder, notes)) {
    const path = join(folder, name);
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() && depth > 0 && !BACKUPS.test(name)) lookThrough(path, depth - 1, names, notes, found);
    if (!stat?.isFile() || stat.size > LARGEST_BYTES || !names.test(name) || found.has(path)) continue;
    const text = readTrusted(path, notes);
    found.set(
      path,
      certificatesIn(text ?? '').map((facts) => ({ path, facts })),
    );
  }
}
