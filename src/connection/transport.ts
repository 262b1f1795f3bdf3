import { ExitCode, Failure } from '../base/errors.js';
import { CallFailure } from '../rpc/call-failure.js';
import type { Callable, CallOptions, Duplex, RawReply, ServerStream, Service } from '../rpc/callable.js';
import { encodeMessage } from '../rpc/codec.js';
import { methodOf } from '../rpc/messages.js';
import { decodeAnswer } from './answer.js';
import { Attempts, type Core } from './attempts.js';
import { Cluster } from './cluster.js';
import { splitEndpoints } from './endpoints.js';
import type { ConnectionOptions } from './options.js';
import { checkRequestSize } from './request-size.js';
import { MessageStream, TypedStream } from './stream.js';
import { Login } from './token.js';
import { unaryCall } from './unary-call.js';
import { fragmenter } from './watch-fragments.js';

/**
 * gRPC to etcd's members. Nothing is connected before the first call.
 * @throws Failure at the first call when the options are unusable; every other failure is an RpcError.
 */
export class Transport implements Callable {
  private readonly core: Core;

  constructor(
    private readonly options: ConnectionOptions,
    /** Of a view: what it shares with the others, and the one member that it asks. */
    private readonly shared?: { cluster: Cluster; login: Login; endpoint?: string },
  ) {
    const cluster = shared?.cluster ?? new Cluster(options);
    const login = shared?.login ?? new Login(options);
    const only = shared?.endpoint === undefined ? undefined : [shared.endpoint];
    this.endpoints = only ?? splitEndpoints(options.endpoints);
    if (this.endpoints.length === 0 && !options.discoverySrv) throw noEndpoint(options);
    const { signal } = options;
    this.core = { cluster, login, endpoints: only ? () => Promise.resolve(only) : () => cluster.endpoints(), signal };
  }

  endpoints: readonly string[];

  get maxRecvBytes(): number | undefined {
    return this.options.maxRecvBytes;
  }

  async resolveEndpoints(): Promise<readonly string[]> {
    this.endpoints = await this.core.endpoints();
    return this.endpoints;
  }

  async connect(options: CallOptions = {}): Promise<void> {
    // As for a write: the server must have said a word.
    const attempts = new Attempts(this.core, 'KV', 'put', options, this.options.commandTimeout);
    try {
      await attempts.next();
    } finally {
      attempts.limit.dispose();
    }
  }

  async call<Response>(service: Service, method: string, request: object, options?: CallOptions): Promise<Response> {
    const { message, endpoint } = await this.callRaw(service, method, request, options);
    return decodeAnswer(service, method, message, endpoint);
  }

  async callRaw(service: Service, method: string, request: object, options: CallOptions = {}): Promise<RawReply> {
    const bytes = encodeMessage(methodOf(service, method).request, request);
    checkRequestSize(bytes.length, this.options.maxRequestBytes);
    const attempts = new Attempts(this.core, service, method, options, this.options.commandTimeout, request);
    try {
      for (;;) {
        const { session, spec } = await attempts.next();
        try {
          const message = await unaryCall(session, spec, bytes, attempts.limit);
          return { message, endpoint: session.endpoint.text };
        } catch (error) {
          if (!(error instanceof CallFailure)) throw error;
          await attempts.failed(error, session);
        }
      }
    } finally {
      attempts.limit.dispose();
    }
  }

  pieces(service: Service, method: string, request: object): ServerStream<Buffer> {
    const patienceMs = this.options.commandTimeout;
    const attempts = new Attempts(this.core, service, method, { timeoutMs: null, patienceMs }, undefined);
    const stream = new MessageStream(attempts, {
      patienceMs,
      inAll: this.options.waitForReady,
      pieces: () => (piece) => piece,
    });
    stream.sendBytes(encodeMessage(methodOf(service, method).request, request));
    stream.end();
    return stream;
  }

  serverStream<T>(service: Service, method: string, request: object, options?: CallOptions): ServerStream<T> {
    return new TypedStream(this.serverStreamRaw(service, method, request, options) as MessageStream, service, method);
  }

  serverStreamRaw(service: Service, method: string, request: object, options?: CallOptions): ServerStream<Buffer> {
    const stream = this.open(service, method, options);
    stream.sendBytes(encodeMessage(methodOf(service, method).request, request));
    stream.end();
    return stream;
  }

  duplex<Request extends object, Response>(
    service: Service,
    method: string,
    options?: CallOptions,
  ): Duplex<Request, Response> {
    return new TypedStream(this.open(service, method, options), service, method);
  }

  private open(service: Service, method: string, options: CallOptions = {}): MessageStream {
    const asTheyCome = options.inPieces ? () => (piece: Buffer) => piece : undefined;
    const pieces = service === 'Watch' ? fragmenter : asTheyCome;
    return new MessageStream(new Attempts(this.core, service, method, options, undefined), { pieces });
  }

  at(endpoint: string): Transport {
    const { cluster, login } = this.core;
    return new Transport(this.options, { cluster, login, endpoint });
  }

  /** A view with limits of its own over the same connections, which its end leaves open. */
  withOptions(options: ConnectionOptions): Transport {
    const { cluster, login } = this.core;
    return new Transport(options, { cluster, login });
  }

  forgetTokens(): void {
    this.core.cluster.forgetTokens();
  }

  close(): void {
    if (this.shared === undefined) this.core.cluster.close();
  }
}

/** Nobody to ask: that must never look like an answer. etcdctl takes a list of empty names for endpoints that do not answer. */
function noEndpoint({ endpoints, waitForReady }: ConnectionOptions): Failure {
  if (!waitForReady) {
    return new Failure('no endpoint was given', {
      exitCode: ExitCode.BadConnection,
      hint: '--endpoints is an empty list: is a variable not set?',
    });
  }
  if (endpoints.length > 0) return new Failure('context deadline exceeded');
  return new Failure('etcdclient: no available endpoints', { exitCode: ExitCode.BadConnection });
}
