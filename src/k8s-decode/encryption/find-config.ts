import { existsSync, readFileSync } from 'node:fs';

const manifest = '/etc/kubernetes/manifests/kube-apiserver.yaml';

/** Where distributions without such a manifest keep theirs. */
const wellKnown = [
  '/var/lib/rancher/k3s/server/cred/encryption-config.json',
  '/var/lib/rancher/rke2/server/cred/encryption-config.json',
];

/**
 * The path of the EncryptionConfiguration that this machine's API server uses, on a control-plane node; undefined where
 * there is none.
 *
 * @param root what the paths are below; for tests
 */
export function findEncryptionConfig(root = ''): string | undefined {
  const named = configInManifest(readable(root + manifest));
  return [named, ...wellKnown].flatMap((path) => (path === undefined ? [] : [root + path])).find(existsSync);
}

/** The value of the flag that names the file, wherever it stands in the manifest of a kube-apiserver pod. */
export function configInManifest(text: string): string | undefined {
  return /--(?:experimental-)?encryption-provider-config[=\s]["']?([^\s"',\]]+)/.exec(text)?.[1];
}

/** The text of a file; '' where it is not there, or not for this user. */
function readable(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
