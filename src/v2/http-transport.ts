/** HTTP/1.1 requests to one endpoint, with errors in the words of Go's net/http, which v2 scripts look for. */
import type { Agent, IncomingMessage, RequestOptions } from 'node:http';
import { type GoUrl, goUrlText } from '../base/go/url.js';
import { after, type Timer } from '../base/timer.js';
import { ContextError, goNetError, TransportError } from './go-errors.js';
import type { TlsFiles } from './tls-agent.js';

/** A request, whose path does not depend on the endpoint but for the endpoint's own path in front. */
export interface HttpCall {
  method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  url: GoUrl;
  /** Already encoded, without the question mark. */
  query?: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

export interface Limits {
  /** Milliseconds until the headers of the answer must be there; 0: no limit. */
  headerTimeout: number;
  signal: AbortSignal | undefined;
}

/** The text of a call's URL, as --debug shows it. */
export function callUrl(call: HttpCall): string {
  return goUrlText(call.url) + (call.query ? `?${call.query}` : '');
}

export class HttpTransport {
  private readonly agents = new Map<string, Agent>();

  constructor(private readonly tls: TlsFiles) {}

  /**
   * Sends a request and reads the whole answer. Redirects are not followed here.
   * @throws ContextError when the signal ends it, TransportError for everything else.
   */
  async send(call: HttpCall, limits: Limits): Promise<HttpAnswer> {
    if (limits.signal?.aborted) throw new ContextError();
    const { scheme, host } = call.url;
    const secure = scheme === 'https' || scheme === 'unixs';
    if (!secure && scheme !== 'http' && scheme !== 'unix') {
      throw new TransportError(`unsupported protocol scheme ${JSON.stringify(scheme)}`);
    }
    if (!host) throw new TransportError('http: no Host in request URL');
    const { request } = secure ? await import('node:https') : await import('node:http');
    const options = await this.requestOptions(call, secure);
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(options, limits, resolve, reject);
      exchange.start(request, call);
    });
  }

  private async requestOptions({ url, method, query, headers }: HttpCall, secure: boolean): Promise<RequestOptions> {
    const [, bracketed, plain, port] = /^(?:\[(.*)\]|(.*?))(?::(\d*))?$/.exec(url.host) ?? [];
    if (Number(port) > 65535) throw new TransportError(`dial tcp: address ${port}: invalid port`, true);
    const socket = url.scheme.startsWith('unix') ? { socketPath: url.host } : {};
    return {
      method,
      host: bracketed ?? plain ?? url.host,
      port: port || (secure ? 443 : 80),
      path: goUrlText({ scheme: '', opaque: '', host: '', path: url.path }) + (query ? `?${query}` : ''),
      headers: { Host: url.host, ...headers },
      agent: await this.agent(secure),
      ...socket,
    };
  }

  /** Connections are kept for the next request of the same run. */
  private async agent(secure: boolean): Promise<Agent> {
    const name = secure ? 'https' : 'http';
    let agent = this.agents.get(name);
    if (!agent) {
      agent = secure
        ? await (await import('./tls-agent.js')).tlsAgent(this.tls)
        : new (await import('node:http')).Agent({ keepAlive: true });
      this.agents.set(name, agent);
    }
    return agent;
  }

  close(): void {
    for (const agent of this.agents.values()) agent.destroy();
  }
}

type RequestFunction = typeof import('node:http').request;

/** One request and its answer. Whatever happens first settles it; the rest is then ignored. */
class Exchange {
  private timer: Timer | undefined;
  private settled = false;
  private sent: ReturnType<RequestFunction> | undefined;

  constructor(
    private readonly options: RequestOptions,
    private readonly limits: Limits,
    private readonly resolve: (answer: HttpAnswer) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  start(request: RequestFunction, { body, url }: HttpCall): void {
    const { headerTimeout, signal } = this.limits;
    signal?.addEventListener('abort', this.onAbort);
    if (headerTimeout > 0) {
      const text = goUrlText({ ...url, path: '' });
      const late = () => this.fail(new TransportError(`client: endpoint ${text} exceeded header timeout`));
      this.timer = after(headerTimeout, late);
    }
    this.sent = request(this.options);
    this.sent.on('response', (response) => this.read(response));
    this.sent.on('error', (error) => this.fail(goNetError(error, this.options, this.sent?.socket)));
    this.sent.end(body);
  }

  private read(response: IncomingMessage): void {
    this.timer?.cancel();
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', () => this.fail(new TransportError('unexpected EOF')));
    response.on('end', () => {
      this.settle();
      this.resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
    });
  }

  private readonly onAbort = () => this.fail(new ContextError());

  private fail(error: Error): void {
    if (this.settled) return;
    this.settle();
    this.reject(error);
    this.sent?.destroy();
  }

  private settle(): void {
    this.settled = true;
    this.timer?.cancel();
    this.limits.signal?.removeEventListener('abort', this.onAbort);
  }
}
