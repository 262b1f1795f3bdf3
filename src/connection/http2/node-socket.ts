/** Connections by node:net and node:tls. */
import * as net from 'node:net';
import type { SecureContext, SecureContextOptions, TLSSocket } from 'node:tls';
import type { DialEvents, Dialling, Socket, SocketListener, Target, TlsMaterial, TlsRequest } from './socket.js';

/** Node gives an address of several only 250 ms before it takes the next. */
const NEXT_ADDRESS_AFTER_MS = 1000;

/** Connects, with TLS if that is asked for. */
export function dialNode(target: Target, tls: TlsRequest | undefined, events: DialEvents): Dialling {
  const socket = net.connect(
    'path' in target ? target : { ...target, autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_AFTER_MS },
  );
  socket.on('lookup', (error, address) => {
    if (!error) events.resolved(address);
  });
  socket.setNoDelay(true);
  const connected = opened(socket, 'connect', () => events.connected());
  const ready = tls ? secure(socket, connected, tls, events) : connected.then(() => new NodeSocket(socket));
  return { ready, abort: (error) => socket.destroy(error) };
}

/** The handshake. TLS is loaded while the connection is being made. */
async function secure(
  socket: net.Socket,
  connected: Promise<void>,
  { material, serverName, alpn }: TlsRequest,
  events: DialEvents,
): Promise<Socket> {
  connected.catch(() => {});
  const tls = await import('node:tls');
  const secureContext = contextOf(tls, material);
  await connected;
  const secured = tls.connect({
    socket,
    secureContext,
    ...(serverName === undefined ? {} : { servername: serverName }),
    ALPNProtocols: [alpn],
    // The caller judges by what the library says, and by rules of its own for the name.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
  await opened(secured, 'secureConnect', () => events.secured(peerOf(secured)));
  return new NodeSocket(secured);
}

const contexts = new WeakMap<TlsMaterial, SecureContext>();

/** The context of some material, made once. */
export function contextOf(tls: typeof import('node:tls'), material: TlsMaterial): SecureContext {
  const known = contexts.get(material);
  if (known) return known;
  const { ca, client } = material;
  const context = tls.createSecureContext({
    ...(ca ? { ca: [...ca] } : {}),
    ...client,
    minVersion: 'TLSv1.2',
    // As in Go, every certificate that is trusted ends a chain, also one that is not self-signed.
    allowPartialTrustChain: true,
  } as SecureContextOptions);
  contexts.set(material, context);
  return context;
}

function peerOf(socket: TLSSocket) {
  return {
    problem: socket.authorized ? undefined : String(socket.authorizationError ?? 'no certificate'),
    certificate: socket.getPeerX509Certificate(),
    version: socket.getProtocol() ?? '',
  };
}

/** Waits for the event and judges in it: a moment later the server may have ended the connection. */
function opened(socket: net.Socket, event: 'connect' | 'secureConnect', judge: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: unknown) => {
      socket.off(event, onOpen).off('error', settle).off('close', onClose);
      // Errors from now on are the next listener's; without any one would end the process.
      socket.on('error', () => {});
      if (error === undefined) resolve();
      else {
        socket.destroy();
        reject(error);
      }
    };
    const onOpen = () => {
      try {
        judge();
        settle();
      } catch (error) {
        settle(error);
      }
    };
    const onClose = () => settle(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    socket.once(event, onOpen).once('error', settle).once('close', onClose);
  });
}

/** A socket of Node's that is open. It reads nothing before `start`. */
class NodeSocket implements Socket {
  private error: Error | undefined;

  constructor(private readonly socket: net.Socket) {
    socket.on('error', (error) => {
      this.error = error;
    });
  }

  start(listener: SocketListener): void {
    const { socket } = this;
    const onClose = () => listener.closed(this.error ?? socket.errored ?? undefined);
    if (socket.destroyed) {
      queueMicrotask(onClose);
      return;
    }
    socket.on('data', (chunk) => listener.data(chunk));
    socket.on('drain', () => listener.drained());
    socket.on('close', onClose);
  }

  write(bytes: Uint8Array): boolean {
    return this.socket.destroyed || this.socket.write(bytes);
  }

  ref(): void {
    this.socket.ref();
  }

  unref(): void {
    this.socket.unref();
  }

  destroy(): void {
    this.socket.destroy();
  }
}
