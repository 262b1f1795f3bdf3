/** Connections by Bun's own sockets, in the executable: node:net and node:tls take 4 to 8 ms to load there. */
import type { X509Certificate } from 'node:crypto';
import type { DialEvents, Dialling, Socket, SocketListener, Target, TlsPeer, TlsRequest } from './socket.js';

/** What of Bun's API is used here (bun.sh/docs/api/tcp, 1.4). */
interface BunSocket {
  /** Gives how many bytes were taken; -1: it is closed. */
  write(bytes: Uint8Array): number;
  /** Closes at once. */
  terminate(): void;
  ref(): void;
  unref(): void;
  setNoDelay(on: boolean): void;
  getPeerX509Certificate(): X509Certificate | undefined;
  getTLSVersion(): string;
}

interface BunHandlers {
  open(socket: BunSocket): void;
  handshake(socket: BunSocket, success: boolean, error: NodeJS.ErrnoException | null): void;
  data(socket: BunSocket, chunk: Buffer): void;
  drain(socket: BunSocket): void;
  close(socket: BunSocket, error?: Error): void;
  error(socket: BunSocket, error: Error): void;
  connectError(socket: BunSocket, error: Error): void;
}

declare const Bun: { connect(options: object): Promise<BunSocket> };

/** Connects, with TLS if that is asked for. */
export function dialBun(target: Target, tls: TlsRequest | undefined, events: DialEvents): Dialling {
  const connection = new BunConnection(tls !== undefined, events);
  const address = 'path' in target ? { unix: target.path } : { hostname: target.host, port: target.port };
  Bun.connect({ ...address, ...(tls ? { tls: tlsOptions(tls) } : {}), socket: connection.handlers }).catch(
    (error: Error) => connection.end(error),
  );
  return { ready: connection.ready, abort: (error) => connection.end(error) };
}

/** ALPN takes names with their length in front, as they are sent. */
function tlsOptions({ material: { ca, client }, serverName, alpn }: TlsRequest): object {
  return {
    ...(ca ? { ca: [...ca] } : {}),
    ...client,
    ...(serverName === undefined ? {} : { serverName }),
    ALPNProtocols: Buffer.from([alpn.length, ...Buffer.from(alpn)]),
    // The caller judges by what the library says, and by rules of its own for the name.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    // As in Go, every certificate that is trusted ends a chain, also one that is not self-signed.
    allowPartialTrustChain: true,
  };
}

/**
 * What is wrong with the server's certificate. Bun looks at the name when chain and dates are good, whatever it is told; that is judged by
 * the caller. BoringSSL takes signatures that OpenSSL and Go refuse since they can be forged; OpenSSL's name for that is given.
 */
function problemOf(error: NodeJS.ErrnoException | null, certificate: X509Certificate): string | undefined {
  if (error && error.code !== 'ERR_TLS_CERT_ALTNAME_INVALID') return error.code ?? error.message;
  const { signatureAlgorithm } = certificate as { signatureAlgorithm?: string };
  return /sha-?1\b|md[245]/i.test(signatureAlgorithm ?? '') ? 'CA_MD_TOO_WEAK' : undefined;
}

/** How far a connection is. */
type State =
  /** The connection is being made, or the handshake is under way. */
  | { is: 'dialling' }
  /** Nobody reads yet; what came is kept. */
  | { is: 'ready'; early: Buffer[] }
  | { is: 'read'; listener: SocketListener }
  | { is: 'closed'; error: Error | undefined };

class BunConnection implements Socket {
  readonly ready: Promise<Socket>;
  private state: State = { is: 'dialling' };
  private socket: BunSocket | undefined;
  /** What Bun did not take at once. */
  private backlog: Uint8Array[] = [];
  private resolve: () => void = () => {};
  private reject: (error: Error) => void = () => {};

  constructor(
    private readonly secure: boolean,
    private readonly events: DialEvents,
  ) {
    this.ready = new Promise((resolve, reject) => {
      this.resolve = () => resolve(this);
      this.reject = reject;
    });
  }

  readonly handlers: BunHandlers = {
    open: (socket) => this.onOpen(socket),
    handshake: (socket, _success, error) => this.onHandshake(socket, error),
    data: (_socket, chunk) => this.onData(chunk),
    drain: () => this.onDrain(),
    close: (_socket, error) => this.end(error),
    error: (_socket, error) => this.end(error),
    connectError: (_socket, error) => this.end(error),
  };

  private onOpen(socket: BunSocket): void {
    if (this.state.is === 'closed') {
      socket.terminate();
      return;
    }
    this.socket = socket;
    socket.setNoDelay(true);
    this.events.connected();
    if (!this.secure) this.becomeReady();
  }

  private onHandshake(socket: BunSocket, error: NodeJS.ErrnoException | null): void {
    if (this.state.is !== 'dialling') return;
    const certificate = socket.getPeerX509Certificate();
    if (!certificate) {
      this.end(error ?? undefined);
      return;
    }
    const peer: TlsPeer = { problem: problemOf(error, certificate), certificate, version: socket.getTLSVersion() };
    try {
      this.events.secured(peer);
      this.becomeReady();
    } catch (refusal) {
      this.end(refusal as Error);
    }
  }

  private becomeReady(): void {
    this.state = { is: 'ready', early: [] };
    this.resolve();
  }

  private onData(chunk: Buffer): void {
    if (this.state.is === 'read') this.state.listener.data(chunk);
    else if (this.state.is === 'ready') this.state.early.push(chunk);
  }

  start(listener: SocketListener): void {
    const { state } = this;
    if (state.is === 'ready') {
      this.state = { is: 'read', listener };
      // The listener is never called from within this call, as on Node.
      queueMicrotask(() => {
        for (const chunk of state.early) listener.data(chunk);
      });
    } else if (state.is === 'closed') queueMicrotask(() => listener.closed(state.error));
  }

  write(bytes: Uint8Array): boolean {
    if (this.state.is === 'closed' || !this.socket) return true;
    if (this.backlog.length === 0) {
      const taken = this.socket.write(bytes);
      if (taken >= bytes.length || taken < 0) return true;
      this.backlog.push(bytes.subarray(taken));
    } else this.backlog.push(bytes);
    return false;
  }

  private onDrain(): void {
    for (let next = this.backlog[0]; next && this.socket; next = this.backlog[0]) {
      const taken = this.socket.write(next);
      if (taken < next.length) {
        if (taken > 0) this.backlog[0] = next.subarray(taken);
        return;
      }
      this.backlog.shift();
    }
    if (this.state.is === 'read') this.state.listener.drained();
  }

  ref(): void {
    this.socket?.ref();
  }

  unref(): void {
    this.socket?.unref();
  }

  destroy(): void {
    this.end(undefined);
  }

  end(error: Error | undefined): void {
    const { state } = this;
    if (state.is === 'closed') return;
    this.state = { is: 'closed', error };
    this.socket?.terminate();
    if (state.is === 'dialling') this.reject(error ?? Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    if (state.is === 'read') state.listener.closed(error);
  }
}
