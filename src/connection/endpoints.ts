import { ExitCode, Failure } from '../base/errors.js';
import type { Target } from './http2/socket.js';
import type { ConnectionOptions } from './options.js';

/** Where a member is reached. */
export interface Endpoint {
  /** The endpoint as the user gave it, which output and errors repeat. */
  text: string;
  scheme: 'http' | 'https' | '';
  /** Without brackets. Empty for a socket file. */
  host: string;
  port: number;
  /** Path of a Unix socket, in place of host and port. */
  socketPath: string | undefined;
}

const DEFAULT_PORT = 2379;

/** Splits comma lists and trims; empty members fall away. */
export function splitEndpoints(list: readonly string[]): string[] {
  return list.flatMap((item) => item.split(',')).flatMap((item) => item.trim() || []);
}

/**
 * Reads one endpoint: `host`, `host:port`, `:port`, `[::1]:2379`, `::1`, `http(s)://host:port/any/path`, `unix:path`, `unix://path`
 * (`unixs:` with TLS).
 * @param asEtcdctl takes it as etcdctl's client does: a port is needed, and without a scheme nothing may follow it
 * @throws Failure (128) when there is no host or the port is none. What it repeats of the text is no password.
 */
export function parseEndpoint(text: string, asEtcdctl = false): Endpoint {
  const unix = (asEtcdctl ? /^unix(s?):(?:\/\/)?(.+)$/ : /^unix(s?):(?:\/\/)?(.+)$/i).exec(text);
  if (unix) return { text, scheme: unix[1] ? 'https' : '', host: '', port: 0, socketPath: unix[2] };
  const [, scheme = '', authority = '', rest = ''] = /^(?:([a-z][a-z0-9+.-]*):\/\/)?([^/?#]*)(.*)$/is.exec(text) ?? [];
  const lower = scheme.toLowerCase();
  if (lower !== '' && lower !== 'http' && lower !== 'https')
    throw badEndpoint(text, `scheme ${scheme}:// is not known`);
  const host = authority.replace(/^.*@/, '');
  // etcdctl passes over a name and a password in a URL: they are no login.
  if (host !== authority && !(asEtcdctl && lower !== ''))
    throw badEndpoint(text, 'it holds a user: give that by --user');
  if (lower === '' && rest !== '' && (asEtcdctl || !rest.startsWith('/')))
    throw badEndpoint(text, 'it is not host:port');
  return { text, scheme: lower, ...splitAuthority(text, host, asEtcdctl), socketPath: undefined };
}

function splitAuthority(text: string, authority: string, needsPort: boolean): { host: string; port: number } {
  if (!needsPort && /^[0-9a-f.]*:[0-9a-f:.]*:[0-9a-f:.]*(?:%\w+)?$/i.test(authority)) {
    return { host: authority, port: DEFAULT_PORT };
  }
  const match = /^(?:\[([^\]]+)\]|([^:]*))(?::(\d+))?$/.exec(authority);
  const digits = match?.[3];
  // As in Go, no host is this machine.
  const host = match?.[1] ?? (match?.[2] || (digits === undefined ? '' : 'localhost'));
  if (!host || (needsPort && digits === undefined)) throw badEndpoint(text, 'it is not host:port');
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  if (port < 1 || port > 65535) throw badEndpoint(text, 'the port is not in 1 to 65535');
  return { host, port };
}

/** Whether a host is an address. net.isIP is more exact, but its pattern takes 3 ms to compile, of a process that lives for forty. */
export function isIpAddress(host: string): boolean {
  return host.includes(':') || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}

function badEndpoint(text: string, why: string): Failure {
  return new Failure(`bad endpoint "${text.replace(/(^|\/)[^/]*@/, '$1…@')}": ${why}`, {
    exitCode: ExitCode.BadArgs,
    hint: 'write it as host:2379, https://host:2379 or unix:/path',
  });
}

/**
 * Whether an endpoint is reached by TLS, as etcdctl decides it: by the scheme; without one, when there is a TLS configuration,
 * which --cacert, --cert, --key and --insecure-transport=false make, and from 3.6 on --insecure-skip-tls-verify too.
 */
export function usesTls(endpoint: Endpoint, options: ConnectionOptions): boolean {
  if (endpoint.scheme !== '') return endpoint.scheme === 'https';
  return hasTlsConfig(options);
}

/** Whether the options make a TLS configuration by themselves. */
export function hasTlsConfig(options: ConnectionOptions): boolean {
  if (options.cacert || options.cert || options.key || options.insecureTransport === false) return true;
  if (options.discoverySrv && options.insecureDiscovery === false) return true;
  return options.insecureSkipTlsVerify === true && options.skipVerifyAloneMakesTls !== false;
}

/** Whether certificates go unchecked. Up to etcdctl 3.5 that needs another option that makes a TLS configuration. */
export function skipsVerify(options: ConnectionOptions): boolean {
  if (!options.insecureSkipTlsVerify) return false;
  return options.skipVerifyAloneMakesTls !== false || hasTlsConfig({ ...options, insecureSkipTlsVerify: false });
}

/** The `:authority` of requests: host and port as in a URL; of a socket file the last part of its path, as etcd's client has it. */
export function authorityOf({ host, port, socketPath }: Endpoint): string {
  if (socketPath !== undefined) return socketPath.replace(/\/+$/, '').replace(/^.*\//, '') || 'localhost';
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

export function targetOf({ socketPath, host, port }: Endpoint): Target {
  return socketPath === undefined ? { host, port } : { path: socketPath };
}
