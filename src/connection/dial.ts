import { connect, isIP, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { ConnectFailure } from './connect-failure.js';
import type { Endpoint } from './endpoints.js';
import type { TlsSettings } from './tls-options.js';

export interface DialOptions {
  /** Undefined: plain. */
  tls: TlsSettings | undefined;
  timeoutMs: number;
  trace: (line: string) => void;
}

/**
 * Opens a connection that is ready for HTTP/2; a TLS server has been verified.
 * @throws ConnectFailure (or Failure for unusable TLS files) when it cannot be had within the time.
 */
export async function dial(endpoint: Endpoint, options: DialOptions): Promise<Socket> {
  const { trace, timeoutMs } = options;
  trace(`${endpoint.text}: dialling${options.tls ? ' with TLS' : ''}`);
  const socket = options.tls ? await openTls(endpoint, options.tls, timeoutMs) : openPlain(endpoint, timeoutMs);
  socket.on('lookup', (error, address) => {
    if (!error) trace(`${endpoint.text}: DNS says ${address}`);
  });
  socket.setNoDelay(true);
  try {
    await opened(socket, options.tls ? 'secureConnect' : 'connect', timeoutMs);
    if (options.tls) await verify(socket as TLSSocket, endpoint, options.tls, trace);
    return socket;
  } catch (error) {
    socket.destroy();
    throw await explain(error, socket, endpoint, options.tls);
  }
}

function openPlain(endpoint: Endpoint, timeoutMs: number): Socket {
  return connect(addressOf(endpoint, timeoutMs));
}

function addressOf({ socketPath, host, port }: Endpoint, timeoutMs: number) {
  if (socketPath !== undefined) return { path: socketPath };
  // Node gives an address of several only 250 ms before it takes the next.
  return { host, port, autoSelectFamilyAttemptTimeout: Math.max(250, Math.floor(timeoutMs / 2)) };
}

async function openTls(endpoint: Endpoint, settings: TlsSettings, timeoutMs: number): Promise<TLSSocket> {
  const tls = await import('node:tls');
  const name = settings.expectedName(endpoint.host || 'localhost');
  return tls.connect({
    ...addressOf(endpoint, timeoutMs),
    secureContext: settings.secureContext(tls),
    // An IP address must not be sent as server name (RFC 6066); Node warns, newer ones refuse.
    ...(isIP(name) ? {} : { servername: name }),
    ALPNProtocols: ['h2'],
    // Verified below, where the certificate is still at hand for the error's text.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  } as import('node:tls').ConnectionOptions);
}

function opened(socket: Socket, event: 'connect' | 'secureConnect', timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const seconds = timeoutMs / 1000;
      const stage = event === 'connect' || socket.connecting ? 'connection attempt' : 'TLS handshake';
      reject(
        new ConnectFailure(`no answer to the ${stage} within ${seconds}s`, {
          hint: 'check the address and that no firewall is in between; --dial-timeout gives it longer',
        }),
      );
    }, timeoutMs);
    const settle = (error?: Error) => {
      clearTimeout(timer);
      socket.off(event, onOpen).off('error', settle).off('close', onClose);
      // Later errors belong to the session; without a listener one would end the process.
      socket.on('error', () => {});
      if (error) reject(error);
      else resolve();
    };
    const onOpen = () => settle();
    const onClose = () => settle(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    socket.once(event, onOpen).once('error', settle).once('close', onClose);
  });
}

async function verify(socket: TLSSocket, endpoint: Endpoint, settings: TlsSettings, trace: (line: string) => void) {
  const { verifyPeer } = await import('./tls-verify.js');
  verifyPeer(socket, settings, settings.expectedName(endpoint.host || 'localhost'), (line) =>
    trace(`${endpoint.text}: ${line}`),
  );
}

async function explain(error: unknown, socket: Socket, endpoint: Endpoint, settings: TlsSettings | undefined) {
  if (settings && !socket.connecting && !(error instanceof ConnectFailure)) {
    const { explainTlsError } = await import('./tls-verify.js');
    const failure = explainTlsError(error as NodeJS.ErrnoException, settings);
    if (failure) return failure;
  }
  return ConnectFailure.from(error, endpoint);
}
