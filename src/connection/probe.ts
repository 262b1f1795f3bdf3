import { after } from '../base/timer.js';
import { ConnectFailure } from './connect-failure.js';
import { type Endpoint, targetOf } from './endpoints.js';
import { dialler } from './http2/dialler.js';
import { hello } from './http2/settings.js';
import type { Socket, TlsRequest } from './http2/socket.js';
import type { TlsSettings } from './tls-options.js';

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

function plainWords(endpoint: Endpoint, timeoutMs: number): Promise<Buffer | undefined> {
  return firstWords(endpoint, undefined, timeoutMs);
}

async function tlsWords(endpoint: Endpoint, settings: TlsSettings, timeoutMs: number): Promise<Buffer | undefined> {
  return firstWords(endpoint, { material: await settings.material(), serverName: undefined, alpn: 'h2' }, timeoutMs);
}

async function speaksTls(endpoint: Endpoint, timeoutMs: number): Promise<boolean> {
  const anybody: TlsRequest = { material: { ca: [], client: undefined }, serverName: undefined, alpn: 'h2' };
  const [socket] = await connected(endpoint, anybody, timeoutMs);
  socket?.destroy();
  return socket !== undefined;
}

/** What a server says first to one that speaks HTTP/2; undefined when it says nothing, or is not there. */
async function firstWords(
  endpoint: Endpoint,
  tls: TlsRequest | undefined,
  timeoutMs: number,
): Promise<Buffer | undefined> {
  const [socket, left] = await connected(endpoint, tls, timeoutMs);
  if (!socket) return undefined;
  return new Promise((resolve) => {
    const settle = (words: Buffer | undefined) => {
      timer.cancel();
      resolve(words);
      socket.destroy();
    };
    const timer = after(left, () => settle(undefined));
    socket.start({ data: settle, drained: () => {}, closed: () => settle(undefined) });
    socket.write(hello());
  });
}

/** A connection to a server whose certificate does not matter, and the time that is left. */
async function connected(
  endpoint: Endpoint,
  tls: TlsRequest | undefined,
  timeoutMs: number,
): Promise<[socket: Socket | undefined, left: number]> {
  const end = performance.now() + timeoutMs;
  const open = await dialler();
  const dialling = open(targetOf(endpoint), tls, { resolved: () => {}, connected: () => {}, secured: () => {} });
  const timer = after(timeoutMs, () => dialling.abort(new Error('timed out')));
  const socket = await dialling.ready.catch(() => undefined);
  timer.cancel();
  return [socket, Math.max(0, end - performance.now())];
}
