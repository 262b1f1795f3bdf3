import { connect, type Socket } from 'node:net';
import { ConnectFailure } from './connect-failure.js';
import type { Endpoint } from './endpoints.js';
import type { TlsSettings } from './tls-options.js';

/** HTTP/2's first words, with an empty SETTINGS frame behind them. */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');
/** First byte of a TLS record that holds an alert. */
const TLS_ALERT = 0x15;

/**
 * Finds out what a server speaks that took a connection and broke it off without an HTTP/2 answer: asks it once more and looks at
 * its first bytes. Undefined where that tells nothing.
 * `settings`: of a TLS server, whose certificate was found good on the first connection.
 */
export async function probe(
  endpoint: Endpoint,
  settings: TlsSettings | undefined,
  timeoutMs: number,
): Promise<ConnectFailure | undefined> {
  const words = settings ? await tlsWords(endpoint, settings, timeoutMs) : await plainWords(endpoint, timeoutMs);
  if (words && isHttp1(words)) return speaksHttp1(words, endpoint);
  if (settings) return undefined;
  if (words?.[0] !== TLS_ALERT && !(await speaksTls(endpoint, timeoutMs))) return undefined;
  return new ConnectFailure('the server wants TLS', {
    permanent: true,
    hint: `write the endpoint as https://…, and give --cacert, --cert and --key${peerPort(endpoint)}`,
  });
}

/** Why a server broke off a TLS handshake without a word: it may be one that speaks plain HTTP. */
export async function probeTlsRefusal(endpoint: Endpoint, timeoutMs: number): Promise<ConnectFailure | undefined> {
  const words = await plainWords(endpoint, timeoutMs);
  if (!words || words[0] === TLS_ALERT) return undefined;
  return speaksPlain();
}

/** For a server that answers a TLS handshake in plain HTTP. */
export function speaksPlain(cause?: unknown): ConnectFailure {
  return new ConnectFailure('the server does not speak TLS on this port', {
    permanent: true,
    hint: 'write the endpoint as http://…, or leave out --cacert, --cert and --key',
    cause,
  });
}

function isHttp1(words: Buffer): boolean {
  return words.toString('latin1', 0, 7) === 'HTTP/1.';
}

function speaksHttp1(words: Buffer, endpoint: Endpoint): ConnectFailure {
  const line = words.toString('latin1').split(/[\r\n]/, 1)[0];
  return new ConnectFailure(`the server speaks HTTP/1 ("${line}"), not gRPC`, {
    permanent: true,
    hint: `is this the client port of etcd? A proxy in between must let HTTP/2 through${peerPort(endpoint)}`,
  });
}

function peerPort(endpoint: Endpoint): string {
  return endpoint.port === 2380 ? '; 2380 is usually the port for peers: try 2379' : '';
}

async function plainWords(endpoint: Endpoint, timeoutMs: number): Promise<Buffer | undefined> {
  const socket = connect(target(endpoint));
  socket.once('connect', () => socket.write(PREFACE));
  return first<Buffer>(socket, 'data', timeoutMs);
}

async function tlsWords(endpoint: Endpoint, settings: TlsSettings, timeoutMs: number): Promise<Buffer | undefined> {
  const tls = await import('node:tls');
  const secureContext = settings.secureContext(tls);
  const socket = tls.connect({ ...target(endpoint), secureContext, rejectUnauthorized: false });
  socket.once('secureConnect', () => socket.write(PREFACE));
  return first<Buffer>(socket, 'data', timeoutMs);
}

async function speaksTls(endpoint: Endpoint, timeoutMs: number): Promise<boolean> {
  const tls = await import('node:tls');
  const socket = tls.connect({ ...target(endpoint), rejectUnauthorized: false, ca: [] });
  return (await first<true>(socket, 'secureConnect', timeoutMs)) !== undefined;
}

function target({ socketPath, host, port }: Endpoint): { host: string; port: number } {
  return (socketPath === undefined ? { host, port } : { path: socketPath }) as { host: string; port: number };
}

/** What came first with the event (true for nothing), or undefined when the socket ended or the time was over. */
function first<T>(socket: Socket, event: string, timeoutMs: number): Promise<T | undefined> {
  return new Promise((resolve) => {
    const settle = (value: T | undefined) => {
      clearTimeout(timer);
      resolve(value);
      socket.destroy();
    };
    const timer = setTimeout(() => settle(undefined), timeoutMs);
    socket.once(event, (value?: T) => settle(value ?? (true as T)));
    socket.on('error', () => settle(undefined)).once('close', () => settle(undefined));
  });
}
