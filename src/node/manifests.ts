/** Static pods: the manifests of etcd and of the API server that the kubelet of this node starts. */
import { join } from 'node:path';
import { type EtcdSettings, optionsOfText, settingsOf } from './etcd-settings.js';
import { below, listTrusted, type Notes, readTrusted } from './trusted-file.js';

/** kubeadm's and its kin's, and RKE2's. */
const MANIFEST_FOLDERS = ['/etc/kubernetes/manifests', '/var/lib/rancher/rke2/agent/pod-manifests'];

/** What an API server is told of its etcd. */
export interface ApiServerSettings {
  servers: string[];
  caFile?: string;
  certFile?: string;
  keyFile?: string;
  /** Where its keys stand in etcd. */
  prefix?: string;
  encryptionConfig?: string;
}

export interface Manifests {
  etcd?: { source: string; settings: EtcdSettings };
  apiServer?: { source: string; settings: ApiServerSettings };
}

export function readManifests(root: string, notes: Notes): Manifests {
  const found: Manifests = {};
  for (const folder of MANIFEST_FOLDERS.map((each) => below(root, each))) {
    for (const name of listTrusted(folder, notes).filter((each) => /\.(ya?ml|json|manifest)$/.test(each))) {
      const source = join(folder, name);
      const options = optionsOfText(readTrusted(source, notes) ?? '');
      if (options.has('etcd-servers')) found.apiServer ??= { source, settings: apiServerSettings(options) };
      else if (options.has('listen-client-urls') || options.has('advertise-client-urls')) {
        found.etcd ??= { source, settings: settingsOf(options) };
      } else if (/^etcd/.test(name) && options.has('config-file')) {
        found.etcd ??= { source, settings: settingsOf(options) };
      }
    }
  }
  return found;
}

function apiServerSettings(options: ReadonlyMap<string, string>): ApiServerSettings {
  const texts = {
    caFile: options.get('etcd-cafile'),
    certFile: options.get('etcd-certfile'),
    keyFile: options.get('etcd-keyfile'),
    prefix: options.get('etcd-prefix'),
    encryptionConfig:
      options.get('encryption-provider-config') ?? options.get('experimental-encryption-provider-config'),
  };
  const given = Object.entries(texts).filter(([, value]) => value);
  return { servers: (options.get('etcd-servers') ?? '').split(',').filter(Boolean), ...Object.fromEntries(given) };
}
