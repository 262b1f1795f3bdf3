/** The HTTP server: who may ask, what a request may be, and how its answer comes back. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createNetServer, type Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { Failure } from '../base/errors.js';
import { type Answer, objectAnswer } from './answer.js';
import type { Certificate } from './certificate.js';
import { negotiate } from './negotiate.js';
import type { ApiRequest } from './request.js';
import { answerRequest } from './routes.js';
import { send } from './send.js';
import { badRequest, notFound, StatusError, statusOf } from './status.js';
import type { View } from './view.js';

export interface ServerOptions {
  host: string;
  /** 0: any that is free. */
  port: number;
  tls: Certificate;
  /** Takes requests without TLS as well, on the same port. */
  allowPlain: boolean;
  /** What clients must show. */
  token: string;
  /** The clusters, by the first part of their paths; '' for one that stands at the root. */
  views: ReadonlyMap<string, View>;
  /** Told of errors in ketcdctl itself. */
  report: (error: unknown) => void;
}

/** All that a request may hold beside its body. */
const MAX_HEADER = 64 << 10;
/** What may be posted: reviews are small. */
const MAX_BODY = 1 << 20;
const MAX_CONNECTIONS = 1000;
/** How long a client may take for its head, and then for its body: milliseconds. */
const HEAD_MS = 20_000;
const REQUEST_MS = 30_000;
/** How long a connection may rest between two requests: milliseconds. */
const REST_MS = 60_000;
/** All addresses of the machine, and the one by which it reaches itself. */
const WILDCARDS: Record<string, string> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
/** The first byte of TLS: a record of the handshake. */
const HANDSHAKE = 0x16;

export class ApiServer {
  private readonly entry: NetServer;
  private readonly http: Server;
  private readonly secureContext: SecureContext;
  private readonly sockets = new Set<Socket>();
  /** Ends connections whose next request does not come; by what the HTTP server reads. */
  private readonly waits = new WeakMap<Duplex, NodeJS.Timeout>();
  private readonly proof: Buffer;

  constructor(private readonly options: ServerOptions) {
    const listener = (request: IncomingMessage, response: ServerResponse) => void this.serve(request, response);
    this.http = createServer({ maxHeaderSize: MAX_HEADER, keepAliveTimeout: REST_MS }, listener);
    this.http.on('upgrade', (request, socket, head) => void this.upgrade(request, socket, head));
    this.secureContext = createSecureContext(options.tls);
    this.entry = createNetServer((socket) => this.enter(socket));
    this.entry.maxConnections = MAX_CONNECTIONS;
    this.proof = digest(options.token);
  }

  /** The URL of the server, for clients on this machine. */
  async listen(): Promise<string> {
    const { host, port } = this.options;
    await new Promise<void>((resolve, reject) => {
      this.entry.once('error', (error) => reject(new Failure(`cannot listen on ${host}:${port}: ${error.message}`)));
      this.entry.listen(port, host, resolve);
    });
    const { port: actual } = this.entry.address() as AddressInfo;
    const reached = WILDCARDS[host] ?? host;
    return `https://${reached.includes(':') ? `[${reached}]` : reached}:${actual}`;
  }

  /** Ends at once, whatever is being sent. */
  close(): void {
    this.entry.close();
    for (const socket of this.sockets) socket.destroy();
  }

  /** Hands a connection on by its first byte. */
  private enter(socket: Socket): void {
    this.sockets.add(socket);
    socket.once('close', () => this.sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const timer = setTimeout(() => socket.destroy(), HEAD_MS);
    socket.once('data', (first: Buffer) => {
      clearTimeout(timer);
      const isSecure = first[0] === HANDSHAKE;
      if (!isSecure && !this.options.allowPlain) {
        socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nthis is an HTTPS server\n');
        return;
      }
      socket.pause();
      socket.unshift(first);
      const entered = isSecure ? this.secured(socket) : socket;
      this.expectRequest(entered, HEAD_MS);
      entered.once('close', () => clearTimeout(this.waits.get(entered)));
      this.http.emit('connection', entered);
      // Whoever reads it now has to listen before it flows again.
      process.nextTick(() => socket.resume());
    });
    socket.once('close', () => clearTimeout(timer));
  }

  /** An https.Server would not take a connection that another one has accepted: Bun's serves it without TLS. */
  private secured(socket: Socket): TLSSocket {
    const { secureContext } = this;
    const secured = new TLSSocket(socket, { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] });
    secured.on('error', () => socket.destroy());
    secured.once('close', () => socket.destroy());
    return secured;
  }

  /** A head has to come in time. The HTTP server's own limits hold for connections alone that it has accepted itself. */
  private expectRequest(socket: Duplex, milliseconds: number): void {
    clearTimeout(this.waits.get(socket));
    if (socket.destroyed) return;
    this.waits.set(
      socket,
      setTimeout(() => socket.destroy(), milliseconds),
    );
  }

  private async serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const controller = new AbortController();
    const { socket } = incoming;
    clearTimeout(this.waits.get(socket));
    response.once('close', () => {
      controller.abort();
      this.expectRequest(socket, REST_MS + HEAD_MS);
    });
    const isHead = incoming.method === 'HEAD';
    const gzip = /\bgzip\b/.test(String(incoming.headers['accept-encoding'] ?? ''));
    try {
      await send(response, await this.answer(incoming, controller.signal), { gzip, isHead });
    } catch (error) {
      if (controller.signal.aborted) return;
      // Nothing more can be said once an answer has begun: that it broke off has to be seen.
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
      if (!(error instanceof Failure)) this.options.report(error);
    }
  }

  /** A watch over WebSocket; for anything else the answer that it would have had without an upgrade. */
  private async upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const { isWebSocket, refuseUpgrade, sendEvents, tokenOfProtocols } = await import('./websocket.js');
    const controller = new AbortController();
    clearTimeout(this.waits.get(socket));
    socket.once('close', () => controller.abort());
    socket.on('error', () => socket.destroy());
    const token = isWebSocket(incoming) ? tokenOfProtocols(incoming) : undefined;
    if (token !== undefined) incoming.headers.authorization ??= `Bearer ${token}`;
    const answer = await this.answer(incoming, controller.signal);
    if (answer.isLive && isWebSocket(incoming)) sendEvents(incoming, socket, head, answer);
    else if (typeof answer.body === 'string' || Buffer.isBuffer(answer.body)) refuseUpgrade(socket, answer);
    else socket.destroy();
  }

  private async answer(incoming: IncomingMessage, signal: AbortSignal): Promise<Answer> {
    const { accept } = incoming.headers;
    const pretty = isPerson(incoming);
    try {
      return await answerRequest(await this.request(incoming, pretty, signal));
    } catch (error) {
      const status = statusOf(error);
      if (status.code === 500 && !(error instanceof StatusError) && !(error instanceof Failure))
        this.options.report(error);
      return objectAnswer(status.object, mediaOfError(accept, pretty || status.code === 406), status.code);
    }
  }

  private async request(incoming: IncomingMessage, pretty: boolean, signal: AbortSignal): Promise<ApiRequest> {
    this.admit(incoming);
    const url = urlOf(incoming);
    const { view, path } = this.viewOf(url.pathname);
    return {
      method: incoming.method ?? 'GET',
      path,
      query: url.searchParams,
      accept: incoming.headers.accept,
      contentType: incoming.headers['content-type'],
      pretty: prettyOf(url.searchParams) ?? pretty,
      body: incoming.headers.upgrade ? Buffer.alloc(0) : await bodyOf(incoming),
      host: incoming.headers.host ?? '',
      view,
      signal,
    };
  }

  /** @throws StatusError for whoever may not ask */
  private admit({ headers }: IncomingMessage): void {
    if (this.options.allowPlain && !isLocalName(headers.host)) {
      throw new StatusError(403, 'Forbidden', `the Host header names another server: ${headers.host ?? ''}`, {});
    }
    const [, token] = /^Bearer (.+)$/i.exec(headers.authorization ?? '') ?? [];
    if (token === undefined || !timingSafeEqual(digest(token), this.proof)) {
      throw new StatusError(401, 'Unauthorized', 'Unauthorized');
    }
  }

  /** @throws StatusError for a context that is not served */
  private viewOf(pathname: string): { view: View; path: string } {
    const { views } = this.options;
    const root = views.get('');
    if (root) return { view: root, path: pathname };
    const [, name = '', path = '/'] = /^\/([^/]*)(\/.*)?$/.exec(pathname) ?? [];
    const view = views.get(name);
    if (!view) throw notFound({ group: '', plural: 'contexts' }, name);
    return { view, path };
  }
}

/** Of one length, so that they can be compared in one time. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** A page that a browser has from elsewhere may reach a loopback address under its own name. */
function isLocalName(host: string | undefined): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host ?? '');
}

/** @throws StatusError for what is no path: `..` and its like are taken as they stand. */
function urlOf({ url = '/' }: IncomingMessage): { pathname: string; searchParams: URLSearchParams } {
  const [path = '', query = ''] = url.split(/\?(.*)/s, 2);
  if (!path.startsWith('/')) throw badRequest('the request names no path');
  try {
    const parts = path.split('/').map(decodeURIComponent);
    if (parts.some((part) => part === '.' || part === '..' || part.includes('\0'))) throw badRequest('no such path');
    // A slash within a part stays what it is: a name that no object has.
    const pathname = parts.map((part) => part.replaceAll('/', '%2F')).join('/');
    return { pathname, searchParams: new URLSearchParams(query) };
  } catch (error) {
    throw error instanceof StatusError ? error : badRequest('the path is not encoded as a URL is');
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => incoming.destroy(), REQUEST_MS);
  try {
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_BODY) {
        throw new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY}`, {});
      }
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  return Buffer.concat(chunks);
}

/** Browsers, and the tools that people type into a shell. */
function isPerson({ headers }: IncomingMessage): boolean {
  return /^(curl|Wget|Mozilla\/5\.0)/.test(headers['user-agent'] ?? '');
}

function prettyOf(query: URLSearchParams): boolean | undefined {
  const given = query.get('pretty');
  return given ? /^(1|t|true)$/i.test(given) : undefined;
}

/** An error is told in a form that the client takes, and else in JSON. */
function mediaOfError(accept: string | undefined, pretty: boolean) {
  try {
    return negotiate(accept, { pretty });
  } catch {
    return { encoding: 'json' as const, pretty };
  }
}
