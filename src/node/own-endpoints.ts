import { hostname, networkInterfaces } from 'node:os';

/** Whether all endpoints are on this machine, by their addresses: what this node's files say holds for no other cluster. */
export function areOwnEndpoints(endpoints: readonly string[]): boolean {
  const own = new Set(['localhost', hostname(), '0.0.0.0', '::']);
  for (const addresses of Object.values(networkInterfaces()))
    for (const { address } of addresses ?? []) own.add(address);
  return endpoints.every((endpoint) => {
    if (/^(?:unixs?|file):/.test(endpoint)) return true;
    const host = hostOf(endpoint);
    return own.has(host) || host.startsWith('127.') || host === '::1';
  });
}

/** `10.0.0.1` of `https://10.0.0.1:2379`, `::1` of `[::1]:2379`. */
function hostOf(endpoint: string): string {
  const authority = endpoint.replace(/^\w+:\/\//, '').replace(/\/.*$/, '');
  return /^\[(.*)\]/.exec(authority)?.[1] ?? authority.replace(/:\d+$/, '');
}
