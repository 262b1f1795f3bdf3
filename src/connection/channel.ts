import { after } from '../base/timer.js';
import { ConnectFailure } from './connect-failure.js';
import { dial } from './dial.js';
import { type Endpoint, parseEndpoint, usesTls } from './endpoints.js';
import type { ConnectionOptions } from './options.js';
import { Session } from './session.js';
import type { TlsSettings } from './tls-options.js';

/** The way to one member: at most one session, dialled when it is asked for and again when it has ended. */
export class Channel {
  readonly endpoint: Endpoint;
  private current: Session | undefined;
  private dialling: Promise<Session> | undefined;
  private readonly secure: boolean;
  private readonly trace: (line: string) => void;

  constructor(
    text: string,
    private readonly options: ConnectionOptions,
    private readonly tls: TlsSettings,
  ) {
    this.endpoint = parseEndpoint(text);
    this.secure = usesTls(this.endpoint, options);
    this.trace = options.trace ?? (() => {});
  }

  /**
   * A usable session. `greeted`: only one whose server has answered as HTTP/2, so that a failed handshake is surely no sent request.
   * @throws ConnectFailure, or Failure where the options are unusable.
   */
  async session(greeted: boolean): Promise<Session> {
    const session = this.live() ?? (await this.dial());
    if (!greeted || session.hasGreeted) return session;
    session.hold();
    const timeoutMs = this.options.dialTimeout ?? 2000;
    const silent = new ConnectFailure(`connected, but the server said nothing for ${timeoutMs / 1000}s`, {
      hint: 'is this the client port of etcd? A frozen etcd does the same',
    });
    const timer = after(timeoutMs, () => session.fail(silent));
    try {
      await session.greeted;
      return session;
    } catch (error) {
      throw await this.explainEnd(error);
    } finally {
      timer.cancel();
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
    const failure = await probe(this.endpoint, this.secure ? this.tls : undefined, this.options.dialTimeout ?? 2000);
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
    const timeoutMs = this.options.dialTimeout ?? 2000;
    const tls = this.secure ? this.tls : undefined;
    const socket = await dial(this.endpoint, { tls, timeoutMs, trace: this.trace, alpn: 'h2' });
    this.current = new Session(socket, this.endpoint, this.secure, {
      keepaliveTime: Math.max(this.options.keepaliveTime ?? 2000, this.options.keepaliveFloor ?? 10_000),
      keepaliveTimeout: this.options.keepaliveTimeout ?? 6000,
      trace: this.trace,
    });
    this.trace(`${this.endpoint.text}: connected`);
    return this.current;
  }
}
