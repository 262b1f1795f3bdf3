/** The global options and their environment variables, put together as etcdctl does it. */

import { type GoUrl, goUrlText, parseGoUrl } from '../base/go/url.js';
import type { TlsSettings } from '../connection/tls-options.js';
import type { FlagValues } from './flags.js';
import { lookupError } from './go-errors.js';

export const DEFAULT_ENDPOINTS = 'http://127.0.0.1:2379,http://127.0.0.1:4001';

/** Where the endpoints may be written: the first that is not empty wins, so that the environment's ENDPOINTS beats --endpoint. */
const ENDPOINT_SOURCES = [
  ['endpoints', 'ETCDCTL_ENDPOINTS'],
  ['endpoint', 'ETCDCTL_ENDPOINT'],
  ['peers', 'ETCDCTL_PEERS'],
] as const;

export interface Settings {
  debug: boolean;
  noSync: boolean;
  /** Milliseconds for the headers of one answer; 0: no limit. */
  timeout: number;
  /** Milliseconds for a command's requests together. */
  totalTimeout: number;
  output: string;
  /** `name` or `name:password`. */
  user: string;
  caFile: string;
  certFile: string;
  keyFile: string;
  /** '' if endpoints are not looked up in the DNS. */
  discoveryDomain: string;
  insecureDiscovery: boolean;
  /** Suffix of the SRV services; there is no option for it. */
  discoveryName: string;
  endpointList: string;
}

export function readSettings(flags: FlagValues, env: NodeJS.ProcessEnv): Settings {
  const either = (flag: string, variable: string) => flags.string(flag) || env[variable] || '';
  return {
    debug: flags.bool('debug'),
    noSync: flags.bool('no-sync'),
    timeout: flags.duration('timeout'),
    totalTimeout: flags.duration('total-timeout'),
    output: flags.string('output'),
    user: either('username', 'ETCDCTL_USERNAME'),
    caFile: either('ca-file', 'ETCDCTL_CA_FILE'),
    certFile: either('cert-file', 'ETCDCTL_CERT_FILE'),
    keyFile: either('key-file', 'ETCDCTL_KEY_FILE'),
    discoveryDomain: either('discovery-srv', 'ETCDCTL_DISCOVERY_SRV'),
    insecureDiscovery: flags.bool('insecure-discovery') || Boolean(env.ETCDCTL_INSECURE_DISCOVERY),
    discoveryName: env.ETCDCTL_DISCOVERY_SRV_NAME ?? '',
    endpointList: ENDPOINT_SOURCES.map(([flag, variable]) => either(flag, variable)).find(Boolean) ?? DEFAULT_ENDPOINTS,
  };
}

/**
 * The endpoints: those of the DNS if a domain is given and has any, else the list. An endpoint without a scheme is http.
 * @param warn is told which discovered endpoints are passed over
 * @throws Error with Go's words when one is no URL or the DNS has no answer
 */
export async function findEndpoints(settings: Settings, warn: (line: string) => void): Promise<GoUrl[]> {
  const discovered = settings.discoveryDomain ? await discover(settings, warn) : [];
  const texts = discovered.length > 0 ? discovered : settings.endpointList.split(',');
  return texts.map((text) => {
    const url = parseGoUrl(text);
    return parseGoUrl(goUrlText({ ...url, scheme: url.scheme || 'http' }));
  });
}

async function discover(settings: Settings, warn: (line: string) => void): Promise<string[]> {
  const { discoveryDomain, discoveryName, insecureDiscovery } = settings;
  const suffix = discoveryName && `-${discoveryName}`;
  const secure = await lookup(`_etcd-client-ssl${suffix}._tcp.${discoveryDomain}`, 'https');
  const plain = await lookup(`_etcd-client${suffix}._tcp.${discoveryDomain}`, 'http');
  if (!Array.isArray(secure) && !Array.isArray(plain)) {
    throw new Error(`dns lookup errors: ${secure.message} and ${plain.message}`);
  }
  const found = [secure, plain].flatMap((answer) => (Array.isArray(answer) ? answer : []));
  if (insecureDiscovery) return found;
  return found.filter((endpoint) => {
    if (!endpoint.startsWith('http://')) return true;
    warn(`ignoring discovered insecure endpoint "${endpoint}"`);
    return false;
  });
}

async function lookup(name: string, scheme: string): Promise<string[] | Error> {
  const { resolveSrv } = await import('node:dns/promises');
  try {
    const records = await resolveSrv(name);
    records.sort((a, b) => a.priority - b.priority);
    return records.map((record) => `${scheme}://${record.name.replace(/\.?$/, '.')}:${record.port}`);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    return new Error(lookupError({ hostname: name, code } as Parameters<typeof lookupError>[0]));
  }
}

/** The TLS files as the connection layer reads them, and the name that a server found by secure discovery must have. */
export async function tlsFiles(settings: Settings): Promise<{ settings: TlsSettings; serverName: string }> {
  const { TlsSettings } = await import('../connection/tls-options.js');
  return {
    settings: new TlsSettings({
      endpoints: [],
      cacert: settings.caFile,
      cert: settings.certFile,
      key: settings.keyFile,
    }),
    serverName: settings.insecureDiscovery ? '' : settings.discoveryDomain,
  };
}
