import { ExitCode, Failure } from '../base/errors.js';
import { CallFailure } from '../rpc/call-failure.js';
import { type Attempt, noConnection } from '../rpc/error.js';
import { Code } from '../rpc/status.js';
import { Channel } from './channel.js';
import { attemptOf, ConnectFailure } from './connect-failure.js';
import { splitEndpoints } from './endpoints.js';
import type { Limit } from './limit.js';
import type { ConnectionOptions } from './options.js';
import type { Session } from './session.js';
import { TlsSettings } from './tls-options.js';

/** How long an endpoint may take to connect before the next is dialled beside it. */
const HEAD_START_MS = 300;
/** Pauses before endpoints that refused are tried again: a member that restarts refuses for a moment. */
const PAUSES_MS = [100, 200];
/** etcdctl's client backs off up to a second or more; with --command-timeout 5s this gives it ten tries. */
const MAX_PAUSE_MS = 500;

/** All members that are talked to: their channels, and which of them is known to be good. */
export class Cluster {
  readonly options: ConnectionOptions;
  readonly trace: (line: string) => void;
  private readonly tls: TlsSettings;
  private readonly channels = new Map<string, Channel>();
  private preferred: string | undefined;
  private found: Promise<readonly string[]> | undefined;

  /** @throws Failure (128) when files of certificates cannot be used. */
  constructor(options: ConnectionOptions) {
    this.options = options;
    this.trace = options.trace ?? (() => {});
    this.tls = new TlsSettings(options);
    this.tls.load();
  }

  /** The endpoints: of the SRV records where a domain was given and has some, else as given. */
  endpoints(): Promise<readonly string[]> {
    this.found ??= this.discover();
    return this.found;
  }

  private async discover(): Promise<readonly string[]> {
    const { discoverySrv } = this.options;
    if (discoverySrv) {
      const { discoverEndpoints } = await import('./discovery.js');
      const found = await discoverEndpoints(discoverySrv, this.options);
      if (found.length > 0) return found;
    }
    return splitEndpoints(this.options.endpoints);
  }

  channel(endpoint: string): Channel {
    let channel = this.channels.get(endpoint);
    if (!channel) {
      channel = new Channel(endpoint, this.options, this.tls);
      this.channels.set(endpoint, channel);
    }
    return channel;
  }

  forgetTokens(): void {
    for (const channel of this.channels.values()) channel.forgetToken();
  }

  close(): void {
    for (const channel of this.channels.values()) channel.close();
  }

  /**
   * A session to one of `endpoints`: the one that was good before, else the first that connects. Dials in order, the next one when
   * one fails or is slow. `avoid` comes last: it has just failed.
   * @throws RpcError that tells what each endpoint did; CallFailure when the call is cancelled; Failure for unusable options or keys.
   */
  async pick(endpoints: readonly string[], limit: Limit, greeted: boolean, avoid?: string): Promise<Session> {
    await this.tls.check();
    const problems = new Map<string, Attempt>();
    const order = this.order(endpoints, avoid);
    for (let round = 0; ; round += 1) {
      const failures: ConnectFailure[] = [];
      try {
        const session = await limit.race(this.first(order, greeted, problems, failures));
        if (session) {
          this.preferred = session.endpoint.text;
          return session;
        }
        const pause = this.pauseAfter(round, failures);
        if (pause === undefined) throw noConnection([...problems.values()], this.exitCode);
        await limit.sleep(pause);
      } catch (error) {
        throw this.whenOver(error, order, problems, limit);
      }
    }
  }

  private order(endpoints: readonly string[], avoid: string | undefined): string[] {
    const rank = (endpoint: string) => (endpoint === avoid ? 2 : endpoint === this.preferred ? 0 : 1);
    return [...endpoints].sort((a, b) => rank(a) - rank(b));
  }

  /** How long to wait for another round; undefined: it would be in vain. */
  private pauseAfter(round: number, failures: ConnectFailure[]): number | undefined {
    if (this.options.waitForReady) return PAUSES_MS[round] ?? MAX_PAUSE_MS;
    return failures.every((failure) => failure.permanent) ? undefined : PAUSES_MS[round];
  }

  /** etcdctl's: with a user it connects to log in, and a login that fails has its own code. */
  private get exitCode(): number {
    return this.options.user ? ExitCode.BadConnection : ExitCode.Error;
  }

  private whenOver(error: unknown, order: string[], problems: Map<string, Attempt>, limit: Limit): unknown {
    if (!(error instanceof CallFailure) || error.code !== Code.DeadlineExceeded) return error;
    const tried = order.map((endpoint) => problems.get(endpoint) ?? { endpoint, problem: 'no answer yet' });
    return noConnection(tried, this.exitCode, limit.allowedMs ?? 0);
  }

  /** The first session that is there; undefined when all failed. */
  private first(
    order: string[],
    greeted: boolean,
    problems: Map<string, Attempt>,
    failures: ConnectFailure[],
  ): Promise<Session | undefined> {
    return new Promise((resolve, reject) => {
      let next = 0;
      let open = 0;
      let timer: NodeJS.Timeout | undefined;
      const start = () => {
        clearTimeout(timer);
        const endpoint = order[next];
        next += 1;
        if (endpoint === undefined) {
          if (open === 0) resolve(undefined);
          return;
        }
        open += 1;
        if (next < order.length) timer = setTimeout(start, HEAD_START_MS);
        this.connect(endpoint, greeted).then(
          (session) => {
            clearTimeout(timer);
            // Nobody dials on: this one is taken.
            next = Number.POSITIVE_INFINITY;
            resolve(session);
          },
          (error) => {
            open -= 1;
            if (!(error instanceof ConnectFailure)) {
              clearTimeout(timer);
              reject(error);
              return;
            }
            this.trace(`${endpoint}: ${error.message}`);
            problems.set(endpoint, attemptOf(endpoint, error));
            failures.push(error);
            start();
          },
        );
      };
      start();
    });
  }

  private async connect(endpoint: string, greeted: boolean): Promise<Session> {
    try {
      return await this.channel(endpoint).session(greeted);
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw error instanceof ConnectFailure ? error : ConnectFailure.from(error, this.channel(endpoint).endpoint);
    }
  }
}
