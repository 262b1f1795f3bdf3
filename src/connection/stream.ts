import { CallFailure } from '../rpc/call-failure.js';
import type { Duplex, ServerStream, Service } from '../rpc/callable.js';
import { decodeMessage, encodeMessage } from '../rpc/codec.js';
import { type Method, methodOf } from '../rpc/messages.js';
import { Code } from '../rpc/status.js';
import type { Attempts } from './attempts.js';
import { Call } from './call.js';
import type { Session } from './session.js';

/** Received bytes that wait for the reader: above the first the connection is paused, below the second it goes on. */
const PAUSE_ABOVE = 1024 * 1024;
const RESUME_BELOW = 256 * 1024;

/** How the reader takes messages. */
interface Taking {
  /** Milliseconds that it waits for one. */
  patienceMs?: number | undefined;
  /** Not whole but in pieces: what makes, for one call, something of the pieces that can be read alone. */
  pieces?: (() => (piece: Buffer, last: boolean) => Buffer | undefined) | undefined;
}

type Settle = { resolve: (result: IteratorResult<Buffer>) => void; reject: (error: unknown) => void };

/**
 * A streaming call in bytes. Until the first answer a failure that the retry rule forgives is not seen: the call is opened again,
 * elsewhere or with a new token, and what was sent is sent again. After that a failure ends the iteration.
 */
export class MessageStream implements ServerStream<Buffer>, AsyncIterator<Buffer> {
  endpoint: string | undefined;
  private call: Call | undefined;
  private readonly requests: { bytes: Buffer; done?: () => void }[] = [];
  private requestsEnded = false;
  private answered = false;
  private readonly queue: Buffer[] = [];
  private queuedBytes = 0;
  private paused = false;
  private waiting: Settle | undefined;
  /** Set when no more messages come; `error` is given to the reader once, after those that are queued. */
  private ended: { error?: unknown } | undefined;
  private cancelled = false;

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
    if (!this.ended) return this.wait();
    const { error } = this.ended;
    this.ended = {};
    return error === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(error);
  }

  private async wait(): Promise<IteratorResult<Buffer>> {
    const { patienceMs } = this.taking;
    const timer = patienceMs && setTimeout(() => this.attempts.limit.expire(), patienceMs);
    try {
      return await new Promise((resolve, reject) => {
        this.waiting = { resolve, reject };
      });
    } finally {
      clearTimeout(timer || undefined);
    }
  }

  return(): Promise<IteratorResult<Buffer>> {
    this.cancel();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends the call; the reader sees the end, not an error. */
  cancel(): void {
    this.cancelled = true;
    this.call?.cancel();
    this.queue.length = 0;
    this.finish();
  }

  sendBytes(bytes: Buffer): Promise<void> {
    if (this.ended) return Promise.resolve();
    if (this.call && this.answered) return new Promise((resolve) => this.call!.send(bytes, resolve));
    return new Promise((done) => {
      this.requests.push({ bytes, done });
      this.call?.send(bytes, done);
    });
  }

  end(): void {
    this.requestsEnded = true;
    this.call?.endRequests();
  }

  private async open(): Promise<void> {
    const { session, spec } = await this.attempts.next();
    if (this.cancelled || this.ended) return;
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
      this.call = new Call(session, { ...spec, inPieces: take !== undefined }, listener);
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      this.onFailure(error, session);
      return;
    }
    for (const { bytes, done } of this.requests) this.call.send(bytes, done);
    if (this.requestsEnded) this.call.endRequests();
  }

  private onMessage(message: Buffer): void {
    if (!this.answered) {
      this.answered = true;
      // From here on nothing is sent a second time.
      this.requests.length = 0;
    }
    if (this.ended) return;
    const { waiting } = this;
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
    if (on) this.call?.resume();
    else this.call?.pause();
  }

  private onFailure(failure: CallFailure, session: Session): void {
    if (this.cancelled) return;
    this.call = undefined;
    if (this.answered) {
      this.finish(this.attempts.explain(failure));
      return;
    }
    this.attempts
      .failed(failure, session)
      .then(() => this.open())
      .catch((error) => this.finish(error));
  }

  private over({ code, details }: CallFailure): void {
    const failure = new CallFailure(code, details, { endpoint: this.endpoint ?? '', sent: true });
    this.call?.cancel();
    // Before there is a connection, the dialling itself ends with a better account of what was tried.
    if (this.call || code === Code.Canceled) this.finish(this.attempts.explain(failure));
  }

  private finish(error?: unknown): void {
    if (this.ended) return;
    this.ended = error === undefined ? {} : { error };
    this.attempts.limit.dispose();
    for (const { done } of this.requests) done?.();
    this.requests.length = 0;
    const { waiting } = this;
    if (!waiting) return;
    this.waiting = undefined;
    this.ended = {};
    if (error === undefined) waiting.resolve({ done: true, value: undefined });
    else waiting.reject(error);
  }
}

/** A streaming call in decoded messages. */
export class TypedStream<Request extends object, Response> implements Duplex<Request, Response> {
  private readonly types: Method;

  constructor(
    private readonly raw: MessageStream,
    service: Service,
    method: string,
  ) {
    this.types = methodOf(service, method);
  }

  get endpoint(): string | undefined {
    return this.raw.endpoint;
  }

  send(request: Request): Promise<void> {
    return this.raw.sendBytes(encodeMessage(this.types.request, request));
  }

  end(): void {
    this.raw.end();
  }

  cancel(): void {
    this.raw.cancel();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Response> {
    for await (const message of this.raw) yield decodeMessage<Response>(this.types.response, message);
  }
}
