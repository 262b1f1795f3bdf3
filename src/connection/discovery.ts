import type { SrvRecord } from 'node:dns';
import { Failure } from '../base/errors.js';
import type { ConnectionOptions } from './options.js';

/**
 * The endpoints that a domain's SRV records name: `_etcd-client-ssl._tcp.DOMAIN` with https, `_etcd-client._tcp.DOMAIN` with http;
 * discoverySrvName is a suffix of the service (`_etcd-client-NAME._tcp`). Secure discovery leaves out the plain ones.
 * @throws Failure when neither record is there.
 */
export async function discoverEndpoints(domain: string, options: ConnectionOptions): Promise<string[]> {
  const suffix = options.discoverySrvName ? `-${options.discoverySrvName}` : '';
  const names = {
    https: `_etcd-client-ssl${suffix}._tcp.${domain}`,
    http: `_etcd-client${suffix}._tcp.${domain}`,
  };
  const [secure, plain] = await Promise.allSettled([lookUp(names.https, options), lookUp(names.http, options)]);
  if (secure.status === 'rejected' && plain.status === 'rejected') {
    throw new Failure(`dns lookup errors: ${secure.reason.message} and ${plain.reason.message}`, {
      hint: 'check the domain of --discovery-srv and the --discovery-srv-name',
      cause: secure.reason,
    });
  }
  const found = [...urlsOf('https', secure), ...urlsOf('http', plain)];
  if (options.insecureDiscovery !== false) return found;
  return found.filter((url) => {
    if (url.startsWith('https://')) return true;
    options.trace?.(`ignoring discovered insecure endpoint "${url}"`);
    return false;
  });
}

async function lookUp(name: string, options: ConnectionOptions): Promise<SrvRecord[]> {
  const dns = await import('node:dns/promises');
  try {
    const records = await dns.resolveSrv(name);
    const targets = records.map((record) => `${record.name}:${record.port}`).join(', ');
    options.trace?.(`DNS SRV ${name}: ${targets}`);
    return records.sort((a, b) => a.priority - b.priority || b.weight - a.weight);
  } catch (error) {
    options.trace?.(`DNS SRV ${name}: ${(error as Error).message}`);
    throw new Error(`lookup ${name}${reasonOf(error as NodeJS.ErrnoException, dns.getServers()[0])}`);
  }
}

/** As Go's resolver says it. */
function reasonOf({ code, message }: NodeJS.ErrnoException, server = ''): string {
  if (code !== 'ENOTFOUND' && code !== 'ENODATA') return `: ${code ?? message}`;
  const port = server.includes(']') || (server.includes(':') && !server.includes('::')) ? '' : ':53';
  return ` on ${server}${port}: no such host`;
}

function urlsOf(scheme: string, result: PromiseSettledResult<SrvRecord[]>): string[] {
  if (result.status === 'rejected') return [];
  return result.value.map(({ name, port }) => {
    const host = name.replace(/\.$/, '');
    return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`;
  });
}
