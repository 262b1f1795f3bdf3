/** Where a control-plane node says how its etcd is reached: own mode uses it when nothing else is given. */
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Settings of the connection, and the file or folder that they are from. */
export interface Detected {
  source: string;
  endpoints: string[];
  cacert: string;
  cert: string;
  key: string;
}

/** kubeadm's and its kin's static pod. */
const API_SERVER = 'etc/kubernetes/manifests/kube-apiserver.yaml';
/** Folders with a CA, a client certificate and its key, for an etcd on this node. */
const FOLDERS: readonly [string, string, string, string][] = [
  ['etc/kubernetes/pki/etcd', 'ca.crt', 'healthcheck-client.crt', 'healthcheck-client.key'],
  ['var/lib/rancher/rke2/server/tls/etcd', 'server-ca.crt', 'client.crt', 'client.key'],
  ['var/lib/rancher/k3s/server/tls/etcd', 'server-ca.crt', 'client.crt', 'client.key'],
];

/**
 * Looks at this node's files: first what its API server is told, then the folders of the usual installers. What this user may not
 * read does not count, but is told through `warn`.
 * @param root the folder that is taken for `/`
 */
export function detectCluster(warn: (text: string) => void, root = '/'): Detected | undefined {
  const found = [fromApiServer(root), ...FOLDERS.map((folder) => fromFolder(root, ...folder))];
  const usable = found.find((each) => each !== undefined);
  if (usable === undefined || isReadable(usable)) return usable;
  warn(`${usable.source} tells how this node's etcd is reached, but the certificates can't be read: try sudo`);
  return undefined;
}

function fromApiServer(root: string): Detected | undefined {
  const source = join(root, API_SERVER);
  const text = readable(source);
  const flag = (name: string) => new RegExp(`^\\s*- ["']?--${name}=([^"'\\s]+)`, 'm').exec(text)?.[1] ?? '';
  const endpoints = flag('etcd-servers');
  if (endpoints === '') return undefined;
  const file = (name: string) => (flag(name) === '' ? '' : join(root, flag(name)));
  return {
    source,
    endpoints: endpoints.split(','),
    cacert: file('etcd-cafile'),
    cert: file('etcd-certfile'),
    key: file('etcd-keyfile'),
  };
}

function readable(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function fromFolder(root: string, folder: string, ca: string, cert: string, key: string): Detected | undefined {
  const source = join(root, folder);
  if (!existsSync(join(source, ca)) && !existsSync(join(source, key))) return undefined;
  return {
    source,
    endpoints: ['https://127.0.0.1:2379'],
    cacert: join(source, ca),
    cert: join(source, cert),
    key: join(source, key),
  };
}

function isReadable({ cacert, cert, key }: Detected): boolean {
  try {
    for (const path of [cacert, cert, key]) if (path !== '') accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}
