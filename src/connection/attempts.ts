import { ExitCode } from '../base/errors.js';
import { CallFailure } from '../rpc/call-failure.js';
import type { CallOptions, Service } from '../rpc/callable.js';
import { type Attempt, callFailed } from '../rpc/error.js';
import { methodOf } from '../rpc/messages.js';
import { Code } from '../rpc/status.js';
import type { CallSpec } from './call.js';
import type { Cluster } from './cluster.js';
import { Limit } from './limit.js';
import { authChanged, isRead, maySendAgain, type Repeatable, tokenRefused } from './retry.js';
import type { Session } from './session.js';
import type { Login } from './token.js';

/** What calls go through: shared by a Transport and its views of single members. */
export interface Core {
  cluster: Cluster;
  login: Login;
  /** The endpoints of the view. */
  endpoints: () => Promise<readonly string[]>;
  /** Cancels every call of the view. */
  signal: AbortSignal | undefined;
}

const RETRY_PAUSE_MS = 100;
/** How often etcd's client asks again while servers answer that they can't, and how long it waits between. */
const MOST_REFUSALS = 100;
const REFUSAL_PAUSE_MS = 25;

/** The attempts of one call: where each goes, and whether there may be another. The retry rule of the product is here. */
export class Attempts {
  readonly limit: Limit;
  readonly read: boolean;
  private readonly tried: Attempt[] = [];
  private readonly path: string;
  private avoid: string | undefined;
  private loggedInAgain = false;
  /** How often a server has said that it can't. */
  private refusals = 0;
  private readonly repeatable: Repeatable;
  /** A write is only sent to a server that has answered as one; a read need not wait for that, the first time. */
  private greeted: boolean;

  constructor(
    private readonly core: Core,
    service: Service,
    private readonly method: string,
    private readonly options: CallOptions,
    defaultMs: number | undefined,
    request?: object,
  ) {
    this.limit = new Limit(options, defaultMs, core.signal);
    this.path = methodOf(service, method).path;
    this.read = isRead(service, method, request);
    const asEtcdctl = core.cluster.options.waitForReady === true;
    this.repeatable = { read: this.read, watch: service === 'Watch', asEtcdctl };
    this.greeted = !this.read;
  }

  /**
   * A session for the next attempt, logged in, and what the call is opened with.
   * @throws RpcError, or Failure for unusable options.
   */
  async next(): Promise<{ session: Session; spec: CallSpec }> {
    const { cluster, login } = this.core;
    for (;;) {
      if (this.limit.over) throw this.explain(this.limit.over);
      const session = await this.pick();
      try {
        const token = await login.token(session, this.limit);
        return { session, spec: this.spec(token) };
      } catch (error) {
        if (!(error instanceof CallFailure)) throw error;
        cluster.trace(`${session.endpoint.text}: the login failed: ${error.details}`);
        await this.judge(error, { ...this.repeatable, read: true }, ExitCode.BadConnection);
      }
    }
  }

  /**
   * To be told of a failed attempt: returns when there may be another.
   * @throws RpcError when there may not.
   */
  async failed(failure: CallFailure, session: Session): Promise<void> {
    if (tokenRefused(failure) && this.core.login.needed && !this.loggedInAgain) {
      this.core.cluster.trace(`${session.endpoint.text}: the token is no longer valid`);
      this.loggedInAgain = true;
      session.token = undefined;
      return;
    }
    if (authChanged(failure) && this.refusals < MOST_REFUSALS && !this.limit.over) {
      this.refusals += 1;
      if (this.core.login.needed) session.token = undefined;
      await this.pauseAfter(failure, REFUSAL_PAUSE_MS);
      return;
    }
    if (!session.hasGreeted && this.read && !this.limit.over) {
      // The call went out before the server's SETTINGS had come. The next connection waits for them, and its failure says what is wrong.
      this.greeted = true;
      return;
    }
    await this.judge(failure, this.repeatable);
  }

  /** The error for the user, when the failure is final. */
  explain(failure: CallFailure, read = this.read, exitCode?: number): Error {
    const { limit, tried, method } = this;
    const late = limit.over?.code === Code.DeadlineExceeded;
    return callFailed(failure, { read, tried, allowedMs: limit.allowedMs, method, late, exitCode });
  }

  private async judge(failure: CallFailure, call: Repeatable, exitCode?: number): Promise<void> {
    const { endpoint, fromServer } = failure.facts;
    this.tried.push({ endpoint, problem: failure.details });
    this.core.cluster.trace(`${endpoint}: ${this.method}: ${failure.details}`);
    const endpoints = await this.core.endpoints();
    if (fromServer) this.refusals += 1;
    const final = this.limit.over || !maySendAgain(failure, call) || this.triedEnough(endpoints.length);
    if (final) throw this.explain(failure, call.read, exitCode);
    this.avoid = endpoint;
    this.greeted = true;
    if (this.tried.length < endpoints.length) return;
    await this.pauseAfter(failure, fromServer ? REFUSAL_PAUSE_MS : RETRY_PAUSE_MS, call.read, exitCode);
  }

  /** @throws what the failure is to the user, when the time is over before */
  private async pauseAfter(failure: CallFailure, ms: number, read = this.read, exitCode?: number): Promise<void> {
    await this.limit.sleep(ms).catch(() => {
      throw this.explain(this.limit.over?.code === Code.Canceled ? this.limit.over : failure, read, exitCode);
    });
  }

  /** A connection is waited for as long as the call may last if that is wanted; an answer is asked for again for a while only. */
  private triedEnough(endpoints: number): boolean {
    if (!this.repeatable.asEtcdctl) return this.tried.length >= Math.max(3, endpoints + 1);
    return this.refusals >= MOST_REFUSALS;
  }

  private async pick(): Promise<Session> {
    try {
      const endpoints = await this.core.endpoints();
      // Of several members one may be frozen: it takes connections and says nothing.
      const greeted = this.greeted || endpoints.length > 1;
      return await this.core.cluster.pick(endpoints, this.limit, { greeted, avoid: this.avoid, read: this.read });
    } catch (error) {
      throw error instanceof CallFailure ? this.explain(error, true) : error;
    }
  }

  private spec(token: string | undefined): CallSpec {
    return {
      path: this.path,
      token,
      requireLeader: this.options.requireLeader,
      deadline: this.limit.deadline,
      maxRecvBytes: this.core.cluster.options.maxRecvBytes ?? 0,
    };
  }
}
