import { after } from '../base/timer.js';
import { ConnectFailure } from './connect-failure.js';
import { dial } from './dial.js';
import { type Endpoint, parseEndpoint, usesTls } from './endpoints.js';
import type { ConnectionOptions } from './options.js';
import { Session } from './session.js';
import type { TlsSettings } from './tls-options.js';

/** How long a server is asked what it speaks. */
const PROBE_MS = 2000;

/** The way to one member: at most one session, dialled when it is asked for and again when it has ended. */
export class Channel {
  readonly endpoint: Endpoint;
  /** What is waited for, while there is no connection. */
  waitingFor: string | undefined;
  private current: Session | undefined;
  private dialling: Promise<Session> | undefined;
  private readonly secure: boolean;
  private readonly trace: (line: string) => void;
  private readonly connectMs: number;
  private readonly handshakeMs: number;

  /** @throws Failure (128) for a bad endpoint */
  constructor(
    text: string,
    private readonly options: ConnectionOptions,
    private readonly tls: TlsSettings,
  ) {
    this.endpoint = parseEndpoint(text, options.waitForReady);
    this.secure = usesTls(this.endpoint, options);
    this.trace = options.trace ?? (() => {});
    this.handshakeMs = options.handshakeTimeout ?? 20_000;
    const { dialTimeout = 2000 } = options;
    this.connectMs = options.waitForReady ? this.handshakeMs : dialTimeout > 0 ? dialTimeout : Number.POSITIVE_INFINITY;
  }

  /**
   * A usable session. `greeted`: only one whose server has answered as HTTP/2, so that a failed handshake is surely no sent request.
   * @throws ConnectFailure, or Failure where the options are unusable.
   */
  async session(greeted: boolean): Promise<Session> {
    const session = this.live() ?? (await this.dial());
    if (!greeted || session.hasGreeted) return session;
    session.hold();
    this.waitingFor = 'connected, but the server says nothing';
    const silent = new ConnectFailure(`connected, but the server said nothing for ${this.handshakeMs / 1000}s`, {
      hint: 'is this the client port of etcd? A frozen etcd does the same',
    });
    const timer = after(this.handshakeMs, () => session.fail(silent));
    try {
      await session.greeted;
      return session;
    } catch (error) {
      throw await this.explainEnd(error);
    } finally {
      timer.cancel();
      this.waitingFor = undefined;
      session.release();
    }
  }

  /** The session in use, if it can take another call. */
  live(): Session | undefined {
    return this.current?.usable ? this.current : undefined;
  }

  /** Why a connection ended that had no HTTP/2 answer yet: found out by a second one where the first does not tell. */
  private async explainEnd(error: unknown): Promise<ConnectFailure> {
    if (error instanceof ConnectFailure) return error;
    if (this.secure) {
      const { explainTlsError } = await import('./tls-verify.js');
      const failure = explainTlsError(error as NodeJS.ErrnoException, this.tls);
      if (failure) return failure;
    }
    const { probe } = await import('./probe.js');
    const failure = await probe(this.endpoint, this.secure ? this.tls : undefined, Math.min(this.connectMs, PROBE_MS));
    return failure ?? ConnectFailure.from(error, this.endpoint);
  }

  forgetToken(): void {
    if (this.current) this.current.token = undefined;
  }

  close(): void {
    this.current?.close();
    this.current = undefined;
  }

  private dial(): Promise<Session> {
    this.dialling ??= this.connect().finally(() => {
      this.dialling = undefined;
    });
    return this.dialling;
  }

  private async connect(): Promise<Session> {
    const { trace, connectMs, handshakeMs } = this;
    const stage = (waitingFor: string) => {
      this.waitingFor = `no answer to the ${waitingFor} yet`;
    };
    const tls = this.secure ? this.tls : undefined;
    const dialled = dial(this.endpoint, { tls, connectMs, handshakeMs, trace, stage, alpn: 'h2' });
    const socket = await dialled.finally(() => {
      this.waitingFor = undefined;
    });
    this.current = new Session(socket, this.endpoint, this.secure, {
      keepaliveTime: Math.max(this.options.keepaliveTime ?? 2000, this.options.keepaliveFloor ?? 10_000),
      keepaliveTimeout: this.options.keepaliveTimeout ?? 6000,
      trace: this.trace,
    });
    this.trace(`${this.endpoint.text}: connected`);
    return this.current;
  }
}
