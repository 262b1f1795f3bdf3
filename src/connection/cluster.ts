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

/** For what a session is wanted. */
export interface PickOptions {
  /** Only one whose server has said a word. */
  greeted: boolean;
  /** Has just failed, and comes last. */
  avoid: string | undefined;
  read: boolean;
}

/** All members that are talked to: their channels, and which of them are known to be good. */
export class Cluster {
  readonly options: ConnectionOptions;
  readonly trace: (line: string) => void;
  private readonly tls: TlsSettings;
  private readonly channels = new Map<string, Channel>();
  /** Whose turn it is. Runs of etcdctl begin anywhere, so that many short ones reach all members; ours with the first that is named. */
  private turn: number;
  private preferred: string | undefined;
  /** Endpoints that failed, or were too slow, when they were dialled last. */
  private readonly doubtful = new Set<string>();
  private found: Promise<readonly string[]> | undefined;

  /** @throws Failure (128) when files of certificates cannot be used. */
  constructor(options: ConnectionOptions) {
    this.options = options;
    this.trace = options.trace ?? (() => {});
    this.tls = new TlsSettings(options);
    this.turn = options.waitForReady ? Math.floor(Math.random() * 2 ** 16) : 0;
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
      channel = this.newChannel(endpoint);
      this.channels.set(endpoint, channel);
    }
    return channel;
  }

  private newChannel(endpoint: string): Channel {
    try {
      return new Channel(endpoint, this.options, this.tls);
    } catch (error) {
      // etcdctl dials whatever it is given, and goes on doing so.
      if (this.options.waitForReady) throw new ConnectFailure((error as Error).message, { cause: error });
      throw error;
    }
  }

  forgetTokens(): void {
    for (const channel of this.channels.values()) channel.forgetToken();
  }

  close(): void {
    for (const channel of this.channels.values()) channel.close();
  }

  /**
   * A session to one of `endpoints`: the one that was good before; for the writes of etcdctl the next in turn. Dials in order,
   * the next one when one fails or is slow.
   * @throws RpcError that tells what each endpoint did; CallFailure when the call is cancelled; Failure for unusable options or keys.
   */
  async pick(endpoints: readonly string[], limit: Limit, { greeted, avoid, read }: PickOptions): Promise<Session> {
    await this.tls.check();
    const problems = new Map<string, Attempt>();
    const goesRound = this.options.waitForReady && !read;
    if (goesRound) this.turn += 1;
    const order = this.order(endpoints, avoid, goesRound ? undefined : this.preferred);
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

  private order(endpoints: readonly string[], avoid: string | undefined, preferred: string | undefined): string[] {
    const first = this.turn % endpoints.length;
    const turned = [...endpoints.slice(first), ...endpoints.slice(0, first)];
    const rank = (one: string) => (one === avoid ? 3 : this.doubtful.has(one) ? 2 : one === preferred ? 0 : 1);
    return turned.sort((a, b) => rank(a) - rank(b));
  }

  /** How long to wait for another round; undefined: it would be in vain. */
  private pauseAfter(round: number, failures: ConnectFailure[]): number | undefined {
    if (this.options.waitForReady) return PAUSES_MS[round] ?? MAX_PAUSE_MS;
    return failures.every((failure) => failure.permanent) ? undefined : PAUSES_MS[round];
  }

  /** Of etcdctl only a login that fails has a code of its own: it connects for it. */
  private get exitCode(): number {
    return this.options.user || !this.options.waitForReady ? ExitCode.BadConnection : ExitCode.Error;
  }

  private whenOver(error: unknown, order: string[], problems: Map<string, Attempt>, limit: Limit): unknown {
    if (!(error instanceof CallFailure) || error.code !== Code.DeadlineExceeded) return error;
    const tried = order.map(
      (endpoint) =>
        problems.get(endpoint) ?? { endpoint, problem: this.channels.get(endpoint)?.waitingFor ?? 'no answer yet' },
    );
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
        const late = () => {
          this.doubtful.add(endpoint);
          start();
        };
        if (next < order.length) timer = setTimeout(late, HEAD_START_MS);
        this.connect(endpoint, greeted).then(
          (session) => {
            clearTimeout(timer);
            this.doubtful.delete(endpoint);
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
            this.doubtful.add(endpoint);
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
    const channel = this.channel(endpoint);
    try {
      return await channel.session(greeted);
    } catch (error) {
      throw error instanceof Failure ? error : ConnectFailure.from(error, channel.endpoint);
    }
  }
}
