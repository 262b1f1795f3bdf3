import { CallFailure } from '../rpc/call-failure.js';
import { encodeMessage } from '../rpc/codec.js';
import { methodOf } from '../rpc/messages.js';
import { decodeAnswer } from './answer.js';
import type { Limit } from './limit.js';
import type { ConnectionOptions } from './options.js';
import type { Session } from './session.js';
import { unaryCall } from './unary-call.js';

/** Who logs in: the user's name is known at once, the password perhaps only when somebody has typed it. */
export class Login {
  readonly name: string;
  private readonly password: string | (() => Promise<string>);
  private asked: Promise<string> | undefined;
  private readonly jwtToken: string | undefined;
  private readonly running = new WeakMap<Session, Promise<string>>();

  constructor(private readonly options: ConnectionOptions) {
    const { user = '', jwtToken } = options;
    // As for etcdctl, an empty --password is none.
    const password = options.password || undefined;
    this.jwtToken = jwtToken || undefined;
    const colon = password === undefined ? user.indexOf(':') : -1;
    this.name = colon < 0 ? user : user.slice(0, colon);
    this.password = colon < 0 ? (password ?? '') : user.slice(colon + 1);
  }

  /** Whether calls wait for a login at all. An empty name or password means none, as with etcdctl. */
  get needed(): boolean {
    return !this.jwtToken && this.name !== '' && this.password !== '';
  }

  /**
   * The token for a session, after a login where it has none yet; undefined without authentication.
   * @throws CallFailure when the login fails.
   */
  async token(session: Session, limit: Limit): Promise<string | undefined> {
    if (this.jwtToken) return this.jwtToken;
    if (!this.needed) return undefined;
    if (session.token !== undefined) return session.token;
    let login = this.running.get(session);
    if (!login) {
      login = this.authenticate(session, limit).finally(() => this.running.delete(session));
      this.running.set(session, login);
    }
    session.token = await login;
    return session.token;
  }

  private async authenticate(session: Session, limit: Limit): Promise<string> {
    const password = await this.askPassword();
    if (password === '') return '';
    this.options.trace?.(`${session.endpoint.text}: logging in as ${this.name}`);
    const { path, request } = methodOf('Auth', 'authenticate');
    const bytes = encodeMessage(request, { name: this.name, password });
    try {
      const answer = await unaryCall(session, { path, maxRecvBytes: 0, deadline: limit.deadline }, bytes, limit);
      return decodeAnswer<{ token: string }>('Auth', 'authenticate', answer, session.endpoint.text).token;
    } catch (error) {
      if (error instanceof CallFailure && error.details.includes('authentication is not enabled')) return '';
      throw error;
    }
  }

  private askPassword(): Promise<string> {
    this.asked ??= typeof this.password === 'string' ? Promise.resolve(this.password) : this.password();
    return this.asked;
  }
}
