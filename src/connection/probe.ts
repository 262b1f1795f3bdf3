import { connect, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { ConnectFailure } from './connect-failure.js';
import type { Endpoint } from './endpoints.js';
import type { TlsSettings } from './tls-options.js';

/** HTTP/2's first words, with an empty SETTINGS frame behind them. */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');

/**
 * Finds out what a server speaks that took a connection and broke it off without an HTTP/2 answer: asks it once more and looks at
 * its first bytes. Undefined where that tells nothing.
 */
export async function probe(
  endpoint: Endpoint,
  secure: boolean,
  settings: TlsSettings,
  timeoutMs: number,
): Promise<ConnectFailure | undefined> {
  const peer = endpoint.port === 2380 ? '; 2380 is usually the port for peers: try 2379' : '';
  const words = await firstWords(endpoint, secure, timeoutMs, settings);
  if (words?.toString('latin1').startsWith('HTTP/1.')) {
    const line = words.toString('latin1').split(/[\r\n]/, 1)[0];
    return new ConnectFailure(`the server speaks HTTP/1 (${line}), not gRPC`, {
      permanent: true,
      hint: `is this the client port of etcd? A proxy in between must pass HTTP/2 on${peer}`,
    });
  }
  if (secure) return undefined;
  if (words?.[0] === 0x15 || (await speaksTls(endpoint, timeoutMs))) {
    return new ConnectFailure('the server wants TLS', {
      permanent: true,
      hint: `write the endpoint as https://…, and give --cacert, --cert and --key${peer}`,
    });
  }
  return undefined;
}

function firstWords(
  endpoint: Endpoint,
  secure: boolean,
  timeoutMs: number,
  settings: TlsSettings,
): Promise<Buffer | undefined> {
  if (secure) return tlsWords(endpoint, timeoutMs, settings);
  const socket = connect(target(endpoint));
  socket.once('connect', () => socket.write(PREFACE));
  return first(socket, 'data', timeoutMs) as Promise<Buffer | undefined>;
}

/** Only asked of a server whose certificate was found good on the first connection. */
async function tlsWords(endpoint: Endpoint, timeoutMs: number, settings: TlsSettings): Promise<Buffer | undefined> {
  const tls = await import('node:tls');
  const secureContext = settings.secureContext(tls);
  const socket = tls.connect({ ...target(endpoint), secureContext, rejectUnauthorized: false } as never) as TLSSocket;
  socket.once('secureConnect', () => socket.write(PREFACE));
  return first(socket, 'data', timeoutMs) as Promise<Buffer | undefined>;
}

async function speaksTls(endpoint: Endpoint, timeoutMs: number): Promise<boolean> {
  const tls = await import('node:tls');
  const socket = tls.connect({ ...target(endpoint), rejectUnauthorized: false } as never) as TLSSocket;
  return (await first(socket, 'secureConnect', timeoutMs)) !== undefined;
}

function target({ socketPath, host, port }: Endpoint) {
  return socketPath === undefined ? { host, port } : { path: socketPath };
}

/** What came first with the event (`true` for nothing), or undefined when the socket ended or the time was over. */
function first(socket: Socket, event: string, timeoutMs: number): Promise<unknown> {
  return new Promise((resolve) => {
    const settle = (value: unknown) => {
      clearTimeout(timer);
      resolve(value);
      socket.destroy();
    };
    const timer = setTimeout(() => settle(undefined), timeoutMs);
    socket.once(event, (value?: Buffer) => settle(value ?? true));
    socket.on('error', () => settle(undefined)).once('close', () => settle(undefined));
  });
}
