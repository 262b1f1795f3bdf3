import { after } from '../base/timer.js';
import { CallFailure } from '../rpc/call-failure.js';
import type { Duplex, ServerStream, Service } from '../rpc/callable.js';
import { encodeMessage } from '../rpc/codec.js';
import { methodOf } from '../rpc/messages.js';
import { Code } from '../rpc/status.js';
import { decodeAnswer } from './answer.js';
import type { Attempts } from './attempts.js';
import { Call } from './call.js';
import type { Session } from './session.js';

/** Received bytes that wait for the reader: above the first the connection is paused, below the second it goes on. */
const PAUSE_ABOVE = 1024 * 1024;
const RESUME_BELOW = 256 * 1024;

/** How the reader takes messages. */
interface Taking {
  /** Milliseconds that it waits for one, or `inAll` for all of them. */
  patienceMs?: number | undefined;
  inAll?: boolean | undefined;
  /** Not whole but in pieces: what makes, for one call, something of the pieces that can be read alone. */
  pieces?: (() => (piece: Buffer, last: boolean) => Buffer | undefined) | undefined;
}

/** A message that was sent before there was an answer. */
interface Sent {
  bytes: Buffer;
  done: () => void;
}

/** How far a streaming call is. */
type StreamState =
  /** No answer yet: what was sent is kept, for it may have to be sent again. Without a `call` a connection is being looked for. */
  | { is: 'asking'; call: Call | undefined; requests: Sent[]; requestsEnded: boolean }
  /** Answers come. Nothing is sent a second time. */
  | { is: 'answered'; call: Call }
  /** No more answers come. An error is given to the reader once, after those that are queued. */
  | { is: 'ended'; error?: unknown };

type Settle = { resolve: (result: IteratorResult<Buffer>) => void; reject: (error: unknown) => void };

/**
 * A streaming call in bytes. Until the first answer a failure that the retry rule forgives is not seen: the call is opened again,
 * elsewhere or with a new token, and what was sent is sent again. After that a failure ends the iteration.
 */
export class MessageStream implements ServerStream<Buffer>, AsyncIterator<Buffer> {
  endpoint: string | undefined;
  private state: StreamState = { is: 'asking', call: undefined, requests: [], requestsEnded: false };
  private readonly queue: Buffer[] = [];
  private queuedBytes = 0;
  private paused = false;
  private waited = 0;
  private waiting: Settle | undefined;

  constructor(
    private readonly attempts: Attempts,
    private readonly taking: Taking = {},
  ) {
    attempts.limit.onOver((failure) => this.over(failure));
    this.open().catch((error) => this.finish(error));
  }

  [Symbol.asyncIterator](): AsyncIterator<Buffer> {
    return this;
  }

  next(): Promise<IteratorResult<Buffer>> {
    const message = this.queue.shift();
    if (message) {
      this.queuedBytes -= message.length;
      if (this.paused && this.queuedBytes < RESUME_BELOW) this.flow(true);
      return Promise.resolve({ done: false, value: message });
    }
    if (this.state.is !== 'ended') return this.wait();
    const { error } = this.state;
    this.state = { is: 'ended' };
    return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
  }

  private async wait(): Promise<IteratorResult<Buffer>> {
    const { patienceMs = Number.POSITIVE_INFINITY, inAll } = this.taking;
    const timer = after(patienceMs - this.waited, () => this.attempts.limit.expire());
    const start = performance.now();
    try {
      return await new Promise((resolve, reject) => {
        this.waiting = { resolve, reject };
      });
    } finally {
      timer.cancel();
      if (inAll) this.waited += performance.now() - start;
    }
  }

  return(): Promise<IteratorResult<Buffer>> {
    this.cancel();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends the call; the reader sees the end, not an error. */
  cancel(): void {
    this.queue.length = 0;
    this.finish();
    // An error that nobody has read yet is none any more.
    this.state = { is: 'ended' };
  }

  sendBytes(bytes: Buffer): Promise<void> {
    const { state } = this;
    if (state.is === 'ended') return Promise.resolve();
    return new Promise((done) => {
      if (state.is === 'asking') state.requests.push({ bytes, done });
      state.call?.send(bytes, done);
    });
  }

  end(): void {
    const { state } = this;
    if (state.is === 'ended') return;
    if (state.is === 'asking') state.requestsEnded = true;
    state.call?.endRequests();
  }

  private async open(): Promise<void> {
    const { session, spec } = await this.attempts.next();
    const { state } = this;
    if (state.is !== 'asking') return;
    this.endpoint = session.endpoint.text;
    const take = this.taking.pieces?.();
    const listener = {
      message: (bytes: Buffer, last: boolean) => {
        const message = take ? take(bytes, last) : bytes;
        if (message) this.onMessage(message);
      },
      end: () => this.finish(),
      fail: (failure: CallFailure) => this.onFailure(failure, session),
    };
    try {
      state.call = new Call(session, { ...spec, inPieces: take !== undefined }, listener);
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      this.onFailure(error, session);
      return;
    }
    for (const { bytes, done } of state.requests) state.call.send(bytes, done);
    if (state.requestsEnded) state.call.endRequests();
  }

  private onMessage(message: Buffer): void {
    const { state, waiting } = this;
    if (state.is === 'asking' && state.call) this.state = { is: 'answered', call: state.call };
    if (state.is === 'ended') return;
    if (waiting) {
      this.waiting = undefined;
      waiting.resolve({ done: false, value: message });
      return;
    }
    this.queue.push(message);
    this.queuedBytes += message.length;
    if (!this.paused && this.queuedBytes > PAUSE_ABOVE) this.flow(false);
  }

  private flow(on: boolean): void {
    this.paused = !on;
    if (this.state.is !== 'answered') return;
    if (on) this.state.call.resume();
    else this.state.call.pause();
  }

  private onFailure(failure: CallFailure, session: Session): void {
    const { state } = this;
    if (state.is === 'answered') this.finish(this.attempts.explain(failure));
    if (state.is !== 'asking') return;
    state.call = undefined;
    this.attempts
      .failed(failure, session)
      .then(() => this.open())
      .catch((error) => this.finish(error));
  }

  private over({ code, details }: CallFailure): void {
    const failure = new CallFailure(code, details, { endpoint: this.endpoint ?? '', sent: true });
    const hasCall = this.state.is === 'answered' || (this.state.is === 'asking' && this.state.call !== undefined);
    // Before there is a connection, the dialling itself ends with a better account of what was tried.
    if (hasCall || code === Code.Canceled) this.finish(this.attempts.explain(failure));
  }

  /** Ends the call, if it has not ended, and lets go of everybody who waits. */
  private finish(error?: unknown): void {
    const { state, waiting } = this;
    if (state.is === 'ended') return;
    this.state = { is: 'ended', error };
    state.call?.cancel();
    this.attempts.limit.dispose();
    if (state.is === 'asking') for (const { done } of state.requests) done();
    if (!waiting) return;
    this.waiting = undefined;
    this.state = { is: 'ended' };
    if (error === undefined) waiting.resolve({ done: true, value: undefined });
    else waiting.reject(error);
  }
}

/** A streaming call in decoded messages. */
export class TypedStream<Request extends object, Response> implements Duplex<Request, Response> {
  constructor(
    private readonly raw: MessageStream,
    private readonly service: Service,
    private readonly method: string,
  ) {}

  get endpoint(): string | undefined {
    return this.raw.endpoint;
  }

  send(request: Request): Promise<void> {
    return this.raw.sendBytes(encodeMessage(methodOf(this.service, this.method).request, request));
  }

  end(): void {
    this.raw.end();
  }

  cancel(): void {
    this.raw.cancel();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Response> {
    for await (const message of this.raw) yield decodeAnswer(this.service, this.method, message, this.endpoint ?? '');
  }
}
