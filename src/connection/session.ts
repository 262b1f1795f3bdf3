import { after, type Timer } from '../base/timer.js';
import { CallFailure } from '../rpc/call-failure.js';
import { Code } from '../rpc/status.js';
import { ConnectFailure } from './connect-failure.js';
import { authorityOf, type Endpoint } from './endpoints.js';
import { Http2Connection } from './http2/connection.js';
import type { Field } from './http2/hpack/tables.js';
import { errorName } from './http2/protocol.js';
import type { Socket } from './http2/socket.js';
import type { Http2Stream, StreamListener } from './http2/stream.js';

export interface SessionOptions {
  keepaliveTime: number;
  keepaliveTimeout: number;
  trace: (line: string) => void;
}

/** How far a session is. */
type SessionState =
  /** Calls may be opened, but the server has not said a word yet: it may speak no HTTP/2, or refuse our certificate. */
  | { is: 'silent' }
  /** The server speaks HTTP/2, and has taken the client certificate where there is one. */
  | { is: 'greeted' }
  /** The server has said goodbye: calls that it has taken go on, others are not opened. */
  | { is: 'leaving' }
  /** The session has ended; `greeted`: the server had sent its SETTINGS before. */
  | { is: 'broken'; error: Error; greeted: boolean };

/** One connection to a member, for calls. While none is open it does not keep the process alive. */
export class Session {
  /** The server has sent its SETTINGS. Rejects with the reason when the connection ends before. */
  readonly greeted: Promise<void>;
  /** The token of this connection; an empty text where the server has no authentication. */
  token: string | undefined;
  private state: SessionState = { is: 'silent' };
  private open = 0;
  private keepalive: Timer | undefined;
  private readonly http2: Http2Connection;

  constructor(
    private readonly socket: Socket,
    readonly endpoint: Endpoint,
    secure: boolean,
    private readonly options: SessionOptions,
  ) {
    let greet = () => {};
    let refuse = (_error: Error) => {};
    this.greeted = new Promise((resolve, reject) => {
      greet = resolve;
      refuse = reject;
    });
    this.greeted.catch(() => {});
    this.http2 = new Http2Connection(socket, secure ? 'https' : 'http', authorityOf(endpoint), {
      greeted: () => {
        if (this.state.is === 'silent') this.state = { is: 'greeted' };
        greet();
      },
      leaving: (code) => this.onLeaving(code),
      closed: (error) => {
        this.onClosed(error);
        refuse(error);
      },
    });
  }

  /** Whether new calls may be opened on it. */
  get usable(): boolean {
    return (this.state.is === 'silent' || this.state.is === 'greeted') && this.http2.usable;
  }

  /** Whether the server has answered as one that speaks HTTP/2. */
  get hasGreeted(): boolean {
    return this.state.is === 'broken' ? this.state.greeted : this.state.is !== 'silent';
  }

  /**
   * Opens a stream. The session keeps the process alive until that is closed.
   * @throws CallFailure when the connection ended since it was picked: nothing was sent.
   */
  request(path: string, fields: readonly Field[], listener: StreamListener): Http2Stream {
    if (!this.usable) {
      throw new CallFailure(Code.Unavailable, 'the connection ended', { endpoint: this.endpoint.text, sent: false });
    }
    this.hold();
    return this.http2.request(path, fields, listener);
  }

  /** Keeps the process alive (and pings the server) until `release` was called as often. */
  hold(): void {
    this.open += 1;
    if (this.open > 1) return;
    this.socket.ref();
    this.pingLater();
  }

  release(): void {
    this.open -= 1;
    if (this.open > 0) return;
    this.keepalive?.cancel();
    this.socket.unref();
    if (this.state.is === 'leaving') this.close();
  }

  close(): void {
    this.http2.close();
  }

  /** Ends it for a reason of ours. */
  fail(error: Error): void {
    this.http2.fail(error);
  }

  private onLeaving(code: number): void {
    this.options.trace(`${this.endpoint.text}: the server ends the connection (GOAWAY, ${errorName(code)})`);
    if (this.state.is !== 'broken') this.state = { is: 'leaving' };
  }

  private onClosed(error: Error): void {
    this.state = { is: 'broken', error, greeted: this.hasGreeted };
    this.keepalive?.cancel();
  }

  private pingLater(): void {
    this.keepalive = after(this.options.keepaliveTime, () => this.ping(), false);
  }

  private ping(): void {
    if (this.state.is === 'broken') return;
    const { keepaliveTimeout } = this.options;
    const dead = after(keepaliveTimeout, () => this.fail(unanswered(keepaliveTimeout)), false);
    this.http2.ping(() => {
      dead.cancel();
      if (this.open > 0) this.pingLater();
    });
  }
}

function unanswered(ms: number): ConnectFailure {
  return new ConnectFailure(
    `the connection is dead: a keepalive ping had no answer in ${Math.max(1, Math.round(ms / 1000))}s`,
  );
}
