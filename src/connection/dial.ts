import { connect, type Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { ConnectFailure } from './connect-failure.js';
import { type Endpoint, isIpAddress } from './endpoints.js';
import type { TlsSettings } from './tls-options.js';

export interface DialOptions {
  /** Undefined: plain. */
  tls: TlsSettings | undefined;
  timeoutMs: number;
  trace: (line: string) => void;
}

/** The short way of verification did not do: OpenSSL has to judge. */
class Unsure extends Error {}

/**
 * Opens a connection that is ready for HTTP/2; a TLS server has been verified.
 * @throws ConnectFailure (or Failure for unusable TLS files) when it cannot be had within the time.
 */
export async function dial(endpoint: Endpoint, options: DialOptions): Promise<Socket> {
  options.trace(`${endpoint.text}: dialling${options.tls ? ' with TLS' : ''}`);
  try {
    return await attempt(endpoint, options, true);
  } catch (error) {
    if (!(error instanceof Unsure)) throw error;
    return await attempt(endpoint, options, false);
  }
}

async function attempt(endpoint: Endpoint, options: DialOptions, direct: boolean): Promise<Socket> {
  const { tls, timeoutMs, trace } = options;
  const [socket, verify] = tls
    ? await openTls(endpoint, tls, options, direct)
    : [connect(addressOf(endpoint, timeoutMs)), () => {}];
  socket.on('lookup', (error, address) => {
    if (!error) trace(`${endpoint.text}: DNS says ${address}`);
  });
  socket.setNoDelay(true);
  try {
    await opened(socket, options, verify);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error instanceof Unsure ? error : await explain(error, socket, endpoint, options);
  }
}

function addressOf({ socketPath, host, port }: Endpoint, timeoutMs: number) {
  if (socketPath !== undefined) return { path: socketPath };
  // Node gives an address of several only 250 ms before it takes the next.
  return { host, port, autoSelectFamilyAttemptTimeout: Math.max(250, Math.floor(timeoutMs / 2)) };
}

async function openTls(
  endpoint: Endpoint,
  settings: TlsSettings,
  { timeoutMs, trace }: DialOptions,
  tryDirect: boolean,
): Promise<[socket: TLSSocket, verify: () => void]> {
  const [tls, { describePeer, verifyPeer }, { storeIsSlow, surelySignedBy }] = await Promise.all([
    import('node:tls'),
    import('./tls-verify.js'),
    import('./tls-direct.js'),
  ]);
  const name = settings.expectedName(endpoint.host || 'localhost');
  const ca = tryDirect && storeIsSlow && !settings.skipVerify ? settings.caPem : undefined;
  const socket = tls.connect({
    ...addressOf(endpoint, timeoutMs),
    secureContext: ca ? settings.lightContext(tls) : settings.secureContext(tls),
    // An IP address must not be sent as server name (RFC 6066); Node warns, newer ones refuse.
    ...(isIpAddress(name) ? {} : { servername: name }),
    ALPNProtocols: ['h2'],
    // Done below, where the certificate is still at hand for the error's text.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  } as import('node:tls').ConnectionOptions);
  const verify = () => {
    trace(`${endpoint.text}: ${describePeer(socket)}`);
    if (ca && !surelySignedBy(socket, ca)) throw new Unsure();
    verifyPeer(socket, settings, name, ca !== undefined);
  };
  return [socket, verify];
}

/** Waits for the connection and verifies it in the very event: a moment later the server may have ended it. */
function opened(socket: Socket, { tls, timeoutMs }: DialOptions, verify: () => void): Promise<void> {
  const event = tls ? 'secureConnect' : 'connect';
  return new Promise((resolve, reject) => {
    const settle = (error?: unknown) => {
      clearTimeout(timer);
      socket.off(event, onOpen).off('error', settle).off('close', onClose);
      // Later errors belong to the session; without a listener one would end the process.
      socket.on('error', () => {});
      if (error) reject(error);
      else resolve();
    };
    const onOpen = () => {
      try {
        verify();
        settle();
      } catch (error) {
        settle(error);
      }
    };
    const onClose = () => settle(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    const timer = setTimeout(() => settle(timedOut(socket, timeoutMs)), timeoutMs);
    socket.once(event, onOpen).once('error', settle).once('close', onClose);
  });
}

function timedOut(socket: Socket, timeoutMs: number): ConnectFailure {
  const stage = socket.connecting ? 'connection attempt' : 'TLS handshake';
  return new ConnectFailure(`no answer to the ${stage} within ${timeoutMs / 1000}s`, {
    hint: 'check the address and that no firewall is in between; --dial-timeout gives it longer',
  });
}

async function explain(error: unknown, socket: Socket, endpoint: Endpoint, { tls, timeoutMs }: DialOptions) {
  // Before the TCP connection stands it is no matter of TLS.
  if (!tls || socket.connecting || error instanceof ConnectFailure) return ConnectFailure.from(error, endpoint);
  const { explainTlsError } = await import('./tls-verify.js');
  const failure = explainTlsError(error as NodeJS.ErrnoException, tls);
  if (failure) return failure;
  if ((error as NodeJS.ErrnoException).code !== 'ECONNRESET') return ConnectFailure.from(error, endpoint);
  const { probeTlsRefusal } = await import('./probe.js');
  const refusal = await probeTlsRefusal(endpoint, timeoutMs);
  return refusal ?? new ConnectFailure('the server ended the TLS handshake', { cause: error });
}
