import type { ClientHttp2Session, ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import { CallFailure } from '../rpc/call-failure.js';
import { Code } from '../rpc/status.js';
import { ConnectFailure } from './connect-failure.js';
import { authorityOf, type Endpoint } from './endpoints.js';

/**
 * How much a server may send ahead of what is read, for a stream and for all of them. HTTP/2's 64 KiB would have it wait for
 * every round trip, and a snapshot that is written slowly is kept in memory up to this.
 */
const STREAM_WINDOW = 2 * 1024 * 1024;
const SESSION_WINDOW = 16 * 1024 * 1024;
/** gRPC's metadata; etcd's own answers have less than 1 KiB. Go's gRPC takes 16 MiB by default, which nobody sends. */
const MAX_HEADER_LIST = 1024 * 1024;

export interface SessionOptions {
  keepaliveTime: number;
  keepaliveTimeout: number;
  trace: (line: string) => void;
}

/**
 * One HTTP/2 connection. Usable until the server says goodbye (GOAWAY), a ping stays unanswered or the socket breaks;
 * `broken` then tells why. While no call is open it does not keep the process alive.
 */
export class Session {
  /** The server has sent its SETTINGS: it speaks HTTP/2, and has accepted a client certificate. */
  readonly greeted: Promise<void>;
  /** Whether `greeted` has resolved. */
  hasGreeted = false;
  /** Highest stream number that the server says it may have processed; set by GOAWAY. */
  lastStreamId = Number.POSITIVE_INFINITY;
  /** The token of this connection; an empty text where the server has no authentication. */
  token: string | undefined;
  private lost: Error | undefined;
  private open = 0;
  private leaving = false;
  private keepalive: NodeJS.Timeout | undefined;
  private refuse: (error: Error) => void = () => {};
  private readonly h2: ClientHttp2Session;

  constructor(
    http2: typeof import('node:http2'),
    private readonly socket: Socket,
    readonly endpoint: Endpoint,
    readonly secure: boolean,
    private readonly options: SessionOptions,
  ) {
    const scheme = secure ? 'https' : 'http';
    this.h2 = http2.connect(`${scheme}://${authorityOf(endpoint)}`, {
      createConnection: () => socket,
      // Node resets streams when those that are open hold 10 MB; how much is in flight is the callers' choice.
      maxSessionMemory: 65_536,
      settings: { enablePush: false, initialWindowSize: STREAM_WINDOW, maxHeaderListSize: MAX_HEADER_LIST },
    });
    this.h2.on('error', (error) => this.fail(error));
    // Node does not hand on the alert by which a TLS 1.3 server refuses a client certificate.
    socket.on('error', (error) => this.fail(error));
    this.h2.on('goaway', (code, lastStreamId) => this.onGoaway(code, lastStreamId));
    this.h2.once('connect', () => this.h2.setLocalWindowSize?.(SESSION_WINDOW));
    this.greeted = new Promise((resolve, reject) => {
      this.refuse = reject;
      this.h2.once('remoteSettings', () => {
        this.hasGreeted = true;
        resolve();
      });
      this.h2.once('close', () => this.fail(closed()));
    });
    this.greeted.catch(() => {});
  }

  /** Whether new calls may be opened on it. */
  get usable(): boolean {
    return !this.leaving && !this.lost && !this.h2.closed && !this.h2.destroyed;
  }

  /** Why it broke; also when its streams are told of that before the session is. */
  get broken(): Error | undefined {
    if (!this.lost && this.h2.destroyed) this.fail(closed());
    return this.lost;
  }

  /**
   * Opens a stream. The session keeps the process alive until it is closed.
   * @throws CallFailure when the connection ended since it was picked: nothing was sent.
   */
  request(headers: OutgoingHttpHeaders): ClientHttp2Stream {
    if (!this.usable) {
      throw new CallFailure(Code.Unavailable, 'the connection ended', { endpoint: this.endpoint.text, sent: false });
    }
    const stream = this.h2.request(headers, { endStream: false });
    this.hold();
    stream.once('close', () => this.release());
    return stream;
  }

  /** Keeps the process alive (and pings the server) until `release` was called as often. */
  hold(): void {
    this.open += 1;
    if (this.open > 1) return;
    this.socket.ref();
    this.keepalive = setTimeout(() => this.ping(), this.options.keepaliveTime);
    this.keepalive.unref();
  }

  release(): void {
    this.open -= 1;
    if (this.open > 0) return;
    clearTimeout(this.keepalive);
    this.socket.unref();
    if (this.leaving) this.destroy();
  }

  destroy(error?: Error): void {
    if (error) this.fail(error);
    else this.h2.destroy();
  }

  private fail(error: Error): void {
    this.lost ??= error;
    clearTimeout(this.keepalive);
    this.refuse(this.lost);
    if (!this.h2.destroyed) this.h2.destroy();
    // HTTP/2 waits to say goodbye, which a dead connection never lets it.
    this.socket.destroy();
  }

  private onGoaway(code: number, lastStreamId: number): void {
    this.options.trace(`${this.endpoint.text}: the server ends the connection (GOAWAY, code ${code})`);
    this.leaving = true;
    this.lastStreamId = lastStreamId;
  }

  private ping(): void {
    if (this.h2.destroyed) return;
    const started = Date.now();
    const timer = setTimeout(() => {
      const seconds = (Date.now() - started) / 1000;
      this.fail(
        new ConnectFailure(`the connection is dead: a keepalive ping had no answer in ${Math.round(seconds)}s`),
      );
    }, this.options.keepaliveTimeout);
    timer.unref();
    this.h2.ping(() => {
      clearTimeout(timer);
      if (this.open === 0 || this.h2.destroyed) return;
      this.keepalive = setTimeout(() => this.ping(), this.options.keepaliveTime);
      this.keepalive.unref();
    });
  }
}

function closed(): Error {
  return new Error('the server closed the connection');
}
