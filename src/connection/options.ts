import { atLeast, type Context, isDropIn } from '../base/contract.js';

/** How to reach a cluster. The global flags map to this; there is nothing here that reads a file or opens a socket. */
export interface ConnectionOptions {
  /** The endpoints as the user gave them: `host:port`, `http(s)://…`, `unix:…`; a member may itself be a comma list. */
  endpoints: readonly string[];
  /** Domain whose SRV records name the endpoints; where it has none, `endpoints` are used. */
  discoverySrv?: string | undefined;
  /** Suffix of the SRV service: `_etcd-client-NAME._tcp`. */
  discoverySrvName?: string | undefined;
  /** Takes discovered plain endpoints too, and does not expect the domain as the server's name. Default true. */
  insecureDiscovery?: boolean | undefined;

  /** Paths of PEM files. They are read when the first TLS connection is made, but checked in pairs at once. */
  cacert?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
  /** False: TLS also for endpoints without a scheme. Default true. */
  insecureTransport?: boolean | undefined;
  insecureSkipTlsVerify?: boolean | undefined;
  /** Whether insecureSkipTlsVerify makes a TLS configuration by itself, as etcdctl does from 3.6 on. Default true. */
  skipVerifyAloneMakesTls?: boolean | undefined;
  /** The name that the server's certificate must have, in place of the endpoint's host. */
  serverName?: string | undefined;

  /** `name` or `name:password`. With a `password` that is not empty the whole of it is the name, colons included. */
  user?: string | undefined;
  /** The password, or who asks for it: called at most once, at the first login. */
  password?: string | (() => Promise<string>) | undefined;
  /** A token that is sent as it is; there is no login then. */
  jwtToken?: string | undefined;

  /**
   * Milliseconds until an address that does not answer counts as unreachable; 0: never. Default 2000. With waitForReady it is
   * as long as `handshakeTimeout`: etcdctl's client does not use its own.
   */
  dialTimeout?: number | undefined;
  /** Milliseconds for TLS, and for the server's first word after it. Default 20,000, as in Go's gRPC: a slow network is usual. */
  handshakeTimeout?: number | undefined;
  /** Milliseconds for a unary call, login and retries included. Undefined: no limit. */
  commandTimeout?: number | undefined;
  /** Milliseconds of silence on a connection with open calls after which it is pinged. Default 2000; see `keepaliveFloor`. */
  keepaliveTime?: number | undefined;
  /** Milliseconds to wait for the answer to a ping. Default 6000. */
  keepaliveTimeout?: number | undefined;
  /** Least keepaliveTime. Default 10,000, as in Go's gRPC: etcd ends a connection that pings more often than every 5 s. */
  keepaliveFloor?: number | undefined;
  /** Longest request and answer in bytes; undefined or 0: no limit on this side. */
  maxRequestBytes?: number | undefined;
  maxRecvBytes?: number | undefined;

  /** Keeps dialling endpoints that fail until the deadline, as etcdctl does, in place of telling at once why they failed. */
  waitForReady?: boolean | undefined;
  /** Cancels every call. */
  signal?: AbortSignal | undefined;
  /** Told what is tried, a line at a time and without secrets: `--debug`. */
  trace?: ((line: string) => void) | undefined;
}

/** The global options as the connection layer has them. */
export function connectionOptions(context: Context): ConnectionOptions {
  const { options, mode } = context;
  return {
    endpoints: options.endpoints,
    discoverySrv: options.discoverySrv || undefined,
    discoverySrvName: options.discoverySrvName || undefined,
    insecureDiscovery: options.insecureDiscovery,
    cacert: options.cacert || undefined,
    cert: options.cert || undefined,
    key: options.key || undefined,
    insecureTransport: options.insecureTransport,
    insecureSkipTlsVerify: options.insecureSkipTlsVerify,
    skipVerifyAloneMakesTls: atLeast(mode, '3.6'),
    user: options.user || undefined,
    password: passwordOf(context),
    jwtToken: options.authJwtToken || undefined,
    dialTimeout: options.dialTimeout,
    commandTimeout: options.commandTimeout || undefined,
    keepaliveTime: options.keepaliveTime,
    keepaliveTimeout: options.keepaliveTimeout,
    // etcdctl's client has this limit, whether there is a flag for it or not; own mode leaves it to the server.
    maxRequestBytes: options.maxRequestBytes || (isDropIn(mode) ? 2 << 20 : 0),
    maxRecvBytes: options.maxRecvBytes,
    waitForReady: isDropIn(mode),
    trace: options.debug ? (line) => context.stderr.write(`${line}\n`) : undefined,
  };
}

/** The password if it is known; undefined when --user has it behind its colon; else who asks for it. */
function passwordOf(context: Context): ConnectionOptions['password'] {
  const { user, password } = context.options;
  if (password !== '') return password;
  return user.includes(':') ? undefined : () => context.askPassword('Password: ');
}
