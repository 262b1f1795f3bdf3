import type { X509Certificate } from 'node:crypto';

/** Where to connect to: a port of a host, or a Unix socket. */
export type Target = { host: string; port: number } | { path: string };

/** Certificates and keys, in PEM; one object for all connections that use the same. */
export interface TlsMaterial {
  /** Whom to trust. Undefined: whom the runtime trusts. Empty: nobody, which is quick where the certificate does not matter. */
  ca: readonly string[] | undefined;
  client: { cert: Buffer; key: Buffer } | undefined;
}

/** How a connection uses TLS. The library judges the certificate's chain and dates, and tells in {@link TlsPeer}. */
export interface TlsRequest {
  material: TlsMaterial;
  /** Sent as server name (SNI): a host name, never an address (RFC 6066). */
  serverName: string | undefined;
  alpn: 'h2' | 'http/1.1';
}

/** What the handshake told of the server. */
export interface TlsPeer {
  /** OpenSSL's name for what is wrong with the certificate (`CERT_HAS_EXPIRED`); undefined: its chain and dates are good. */
  problem: string | undefined;
  certificate: X509Certificate | undefined;
  /** `TLSv1.3` */
  version: string;
}

/** Told what happens before a connection can be used. */
export interface DialEvents {
  /** What DNS said. */
  resolved(address: string): void;
  /** The connection stands; with TLS the handshake begins. */
  connected(): void;
  /** The handshake is done. What it throws ends the connection before anything was sent. */
  secured(peer: TlsPeer): void;
}

/** Told what happens on a connection. */
export interface SocketListener {
  data(chunk: Buffer): void;
  /** Called when there is room again after a `write` that said there was none. */
  drained(): void;
  /** Called once, when either side has ended the connection; nothing comes after that. */
  closed(error: Error | undefined): void;
}

/** A connection, plain or by TLS: what HTTP/2 stands on, alike for both runtimes. */
export interface Socket {
  /** What comes before is kept. */
  start(listener: SocketListener): void;
  /** Takes all of it; false when more should wait until it has `drained`. */
  write(bytes: Uint8Array): boolean;
  /** Whether it keeps the process alive. */
  ref(): void;
  unref(): void;
  destroy(): void;
}

/** A connection under way. */
export interface Dialling {
  /** @throws the system's error, or what `secured` threw */
  ready: Promise<Socket>;
  /** Ends it; `ready` then fails with this. */
  abort(error: Error): void;
}

/** Begins a connection. */
export type Dial = (target: Target, tls: TlsRequest | undefined, events: DialEvents) => Dialling;
