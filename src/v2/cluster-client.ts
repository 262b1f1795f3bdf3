/** Requests to a cluster: which endpoint, in which order, what counts as failed, and where a redirect leads. */
import { goQuote } from '../base/go/quote.js';
import { cleanPath, type GoUrl, goUrlText, parseGoUrl } from '../base/go/url.js';
import { ContextError, TransportError } from './go-errors.js';
import { callUrl, type HttpAnswer, type HttpCall, type HttpTransport } from './http-transport.js';

/** A request to whichever endpoint answers. */
export interface ClusterCall {
  method: HttpCall['method'];
  /** Behind the endpoint's own path; cleaned before it is sent. */
  path: string;
  query?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Whether the call is sent to one endpoint only, since it must not happen twice. */
  once?: boolean;
  /** Whether the call waits for an event, however long that takes. */
  wait?: boolean;
}

/** No endpoint answered. */
class ClusterError extends Error {
  constructor(readonly errors: readonly Error[]) {
    const list = errors.map((error, i) => `; error #${i}: ${error.message}\n`).join('');
    super(`client: etcd cluster is unavailable or misconfigured${list}`);
  }

  /** What the key commands print behind the message. */
  get detail(): string {
    return this.errors.map((error, i) => `error #${i}: ${error.message}\n`).join('');
  }
}

/** Whether no endpoint could be reached at all, for which etcdctl has an exit code of its own. */
export function isConnectionError(error: unknown): boolean {
  if (error instanceof ClusterError) return error.errors.every(isConnectionError);
  return error instanceof ContextError || (error instanceof TransportError && error.connection);
}

export interface ClusterOptions {
  transport: HttpTransport;
  endpoints: GoUrl[];
  /** Milliseconds for the headers of one answer; 0: no limit. Requests that wait have none. */
  headerTimeout: number;
  credentials: { user: string; password: string } | undefined;
  /** Is shown each request as a curl command. */
  trace: ((line: string) => void) | undefined;
}

const MAX_REDIRECTS = 10;

export class ClusterClient {
  private urls: GoUrl[];
  /** The endpoint that answered last is asked first. */
  private pinned = 0;

  constructor(private readonly options: ClusterOptions) {
    this.urls = shuffled(options.endpoints);
  }

  get endpoints(): string[] {
    return this.urls.map((url) => goUrlText(url));
  }

  /** Goes on with other endpoints: those that the members publish. */
  useEndpoints(endpoints: readonly string[]): void {
    const urls = endpoints.map(parseGoUrl);
    if (
      [...this.endpoints].sort().join() ===
      urls
        .map((url) => goUrlText(url))
        .sort()
        .join()
    )
      return;
    this.urls = shuffled(urls);
    this.pinned = 0;
  }

  /**
   * Sends a request to one endpoint after another until one answers; an answer of 5xx is none.
   * @throws ContextError when the signal ends it, ClusterError when no endpoint answers, for a request that is sent once what went wrong.
   */
  async do(call: ClusterCall, signal?: AbortSignal): Promise<HttpAnswer> {
    const errors: Error[] = [];
    const count = this.urls.length;
    for (let i = 0; i < count; i++) {
      const k = (this.pinned + i) % count;
      try {
        const answer = await this.ask(this.urls[k]!, call, signal);
        this.pinned = k;
        return answer;
      } catch (error) {
        if (error instanceof ContextError) throw error;
        if (call.once) throw error;
        errors.push(error as Error);
      }
    }
    throw new ClusterError(errors);
  }

  private async ask(endpoint: GoUrl, call: ClusterCall, signal: AbortSignal | undefined): Promise<HttpAnswer> {
    const { headerTimeout, transport } = this.options;
    const limits = { headerTimeout: call.wait ? 0 : headerTimeout, signal };
    let request = this.request(endpoint, call);
    for (let redirects = 0; ; redirects++) {
      if (redirects > MAX_REDIRECTS) throw new Error('client: too many redirects');
      this.trace(request);
      const answer = await transport.send(request, limits);
      const kind = Math.floor(answer.status / 100);
      if (kind === 3) request = redirected(request, String(answer.headers.location ?? ''));
      else if (kind === 5) throw serverError(goUrlText(endpoint), answer.status);
      else return answer;
    }
  }

  private request(endpoint: GoUrl, { method, path, query, headers, body }: ClusterCall): HttpCall {
    const { credentials } = this.options;
    const basic = credentials && Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64');
    return {
      method,
      url: { ...endpoint, path: cleanPath(endpoint.path + path) },
      headers: { ...headers, ...(basic === undefined ? {} : { Authorization: `Basic ${basic}` }) },
      ...(query ? { query } : {}),
      ...(body === undefined ? {} : { body }),
    };
  }

  private trace(request: HttpCall): void {
    const body = request.body === undefined ? '' : ` -d ${goQuote(request.body)}`;
    this.options.trace?.(`cURL Command: curl -X ${request.method} ${callUrl(request)}${body}`);
  }
}

function redirected(request: HttpCall, location: string): HttpCall {
  if (location === '') throw new Error('location header not set');
  const query = /\?([^#]*)/.exec(location)?.[1];
  try {
    return { ...request, url: parseGoUrl(location), query: query ?? '' };
  } catch {
    throw new Error(`location header not valid URL: ${location}`);
  }
}

const SERVER_ERRORS: Record<number, string> = {
  501: 'Not Implemented',
  502: 'Bad Gateway',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
};

function serverError(endpoint: string, status: number): Error {
  if (status === 500 || status === 503) return new Error(`client: etcd member ${endpoint} has no leader`);
  return new Error(`client: etcd member ${endpoint} returns server error [${SERVER_ERRORS[status] ?? ''}]`);
}

function shuffled<T>(items: readonly T[]): T[] {
  const list = [...items];
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}
