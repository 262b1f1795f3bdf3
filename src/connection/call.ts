import { CallFailure } from '../rpc/call-failure.js';
import { Code, codeOfHttpStatus, type Status, statusOf } from '../rpc/status.js';
import { ConnectFailure } from './connect-failure.js';
import { encodeFrame, FrameError, FrameParser } from './grpc-frames.js';
import type { Headers } from './http2/headers.js';
import type { Field } from './http2/hpack/tables.js';
import { ErrorCode, errorName } from './http2/protocol.js';
import type { Http2Stream, StreamEnd, StreamListener } from './http2/stream.js';
import type { Session } from './session.js';

/** What a call is opened with. */
export interface CallSpec {
  path: string;
  token?: string | undefined;
  requireLeader?: boolean | undefined;
  /** Moment (ms since the epoch) that is told to the server; ending the call then is the caller's business. */
  deadline?: number | undefined;
  /** 0: no limit. */
  maxRecvBytes: number;
  /** Each message in the pieces in which it comes. */
  inPieces?: boolean;
}

/** Told what comes in; exactly one of the last two ends the call. */
export interface CallListener {
  /** `last`: it ends with this; false for a piece that others follow. */
  message(message: Buffer, last: boolean): void;
  end(): void;
  fail(failure: CallFailure): void;
}

/** How far a call is. */
type CallState =
  /** The server has not answered. */
  | { is: 'asking' }
  /** The server has answered as gRPC; messages come. */
  | { is: 'answered' }
  /** The server has said how the call ended; the stream's end is still to come. */
  | { is: 'judged'; status: Status }
  /** The listener knows how it ended, or does not want to. */
  | { is: 'done' };

/** One gRPC call on one connection, sent once. */
export class Call implements StreamListener {
  private state: CallState = { is: 'asking' };
  private readonly stream: Http2Stream;
  private readonly parser: FrameParser;

  /** @throws CallFailure when the connection has ended */
  constructor(
    private readonly session: Session,
    private readonly spec: CallSpec,
    private readonly listener: CallListener,
  ) {
    this.parser = new FrameParser((message, last) => listener.message(message, last), spec.maxRecvBytes, spec.inPieces);
    this.stream = session.request(spec.path, requestHeaders(spec), this);
  }

  /** Sends one message; `flushed` is called when the connection has taken it. */
  send(message: Uint8Array, flushed?: () => void): void {
    this.stream.write(encodeFrame(message), flushed);
  }

  /** Sends one message and nothing after it. */
  sendLast(message: Uint8Array): void {
    this.stream.end(encodeFrame(message));
  }

  endRequests(): void {
    this.stream.end();
  }

  pause(): void {
    this.stream.pause();
  }

  resume(): void {
    this.stream.resume();
  }

  /** Tells the server that nobody waits (RST_STREAM), and the listener `failure`, if there is one. */
  cancel(failure?: CallFailure): void {
    if (this.state.is === 'done') return;
    this.settle();
    this.stream.reset(ErrorCode.CANCEL);
    if (failure) this.listener.fail(failure);
  }

  // What the stream tells.

  head(http: number, headers: Headers): void {
    const status = statusOf(headers);
    const type = headers.get('content-type') ?? '';
    if (status) this.state = { is: 'judged', status };
    else if (http === 200 && /^application\/grpc(?:$|[+;])/.test(type)) this.state = { is: 'answered' };
    else {
      const code = http === 200 ? Code.Unknown : codeOfHttpStatus(http);
      this.abort(code, `the server answered HTTP status ${http}, content type "${type}": it is no gRPC server`);
    }
  }

  data(piece: Buffer): void {
    if (this.state.is === 'done') return;
    try {
      this.parser.push(piece);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.abort(error.tooLarge ? Code.ResourceExhausted : Code.Internal, error.message);
    }
  }

  trailers(headers: Headers): void {
    const status = statusOf(headers);
    if (status && this.state.is !== 'done') this.state = { is: 'judged', status };
  }

  closed(end: StreamEnd): void {
    if (this.state.is === 'done') return;
    const failure = this.state.is === 'judged' ? this.failureOf(this.state.status) : this.failureWithout(end);
    this.settle();
    if (failure) this.listener.fail(failure);
    else this.listener.end();
  }

  /** The answer is unusable: it says nothing about what became of the request. */
  private abort(code: Code, details: string): void {
    this.cancel(new CallFailure(code, details, { endpoint: this.session.endpoint.text, sent: true }));
  }

  private settle(): void {
    this.state = { is: 'done' };
    this.session.release();
  }

  private failureOf(status: Status): CallFailure | undefined {
    const facts = { endpoint: this.session.endpoint.text, sent: true };
    if (isDeadline(status, this.spec.deadline)) return new CallFailure(Code.DeadlineExceeded, status.details, facts);
    if (status.code !== Code.OK) return new CallFailure(status.code, status.details, { ...facts, fromServer: true });
    if (this.parser.complete) return undefined;
    return new CallFailure(Code.Internal, 'the answer is cut short', facts);
  }

  /** The stream ended without a status. */
  private failureWithout(end: StreamEnd): CallFailure {
    const facts = { endpoint: this.session.endpoint.text, sent: true };
    switch (end.how) {
      case 'refused': {
        const why = 'the server refused the call: it is ending the connection';
        return new CallFailure(Code.Unavailable, why, { ...facts, sent: false });
      }
      case 'lost': {
        const { message } = ConnectFailure.from(end.error, this.session.endpoint);
        return new CallFailure(Code.Unavailable, message, facts);
      }
      case 'complete':
        return new CallFailure(Code.Internal, 'the call ended without a status', { ...facts, reset: true });
      case 'reset':
        return this.failureOfReset(end);
    }
  }

  private failureOfReset({ code: h2Code, by, why }: Extract<StreamEnd, { how: 'reset' }>): CallFailure {
    const code = codeOfReset(h2Code);
    const details = why ?? `the server reset the call (${errorName(h2Code)})`;
    const facts = { endpoint: this.session.endpoint.text, sent: true };
    if (by === 'us') return new CallFailure(code, details, facts);
    if (isDeadline({ code, details }, this.spec.deadline))
      return new CallFailure(Code.DeadlineExceeded, details, facts);
    return new CallFailure(code, details, { ...facts, reset: true });
  }
}

/** The code for a stream that was reset with an HTTP/2 error (PROTOCOL-HTTP2.md of gRPC). */
export function codeOfReset(h2Code: number): Code {
  if (h2Code === ErrorCode.REFUSED_STREAM) return Code.Unavailable;
  if (h2Code === ErrorCode.CANCEL) return Code.Canceled;
  if (h2Code === ErrorCode.ENHANCE_YOUR_CALM) return Code.ResourceExhausted;
  return h2Code === ErrorCode.INADEQUATE_SECURITY ? Code.PermissionDenied : Code.Internal;
}

/** How much earlier than our clock a server's may say that the time is over. */
const CLOCKS_DIFFER_MS = 100;

/**
 * The server saw the deadline before we did. etcd 3.4 calls that Unknown, and a handler whose context ended, or the reset of its
 * stream, speaks of a cancellation that nobody asked for. What became of a write is not known then.
 */
function isDeadline({ code, details }: Status, deadline: number | undefined): boolean {
  if (deadline === undefined || Date.now() < deadline - CLOCKS_DIFFER_MS) return false;
  if (code === Code.Canceled || code === Code.DeadlineExceeded) return true;
  return code === Code.Unknown && details === 'context deadline exceeded';
}

function requestHeaders({ deadline, token, requireLeader }: CallSpec): Field[] {
  const fields: Field[] = [
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
    ['user-agent', 'ketcdctl'],
  ];
  if (deadline !== undefined) fields.push(['grpc-timeout', grpcTimeout(deadline - Date.now())]);
  if (token) fields.push(['token', token]);
  if (requireLeader) fields.push(['hasleader', 'true']);
  return fields;
}

/** At most 8 digits and a unit (PROTOCOL-HTTP2.md of gRPC). */
function grpcTimeout(milliseconds: number): string {
  const ms = Math.max(1, Math.ceil(milliseconds));
  return ms < 1e8 ? `${ms}m` : `${Math.min(Math.ceil(ms / 1000), 99_999_999)}S`;
}
