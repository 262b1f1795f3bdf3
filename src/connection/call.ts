import type { ClientHttp2Stream, IncomingHttpHeaders } from 'node:http2';
import { CallFailure } from '../rpc/call-failure.js';
import { Code, codeOfHttpStatus, codeOfReset, H2, h2Name, type Status, statusOf } from '../rpc/status.js';
import { ConnectFailure } from './connect-failure.js';
import { encodeFrame, FrameError, FrameParser } from './grpc-frames.js';
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

/** One gRPC call on one connection, sent once. */
export class Call {
  private readonly stream: ClientHttp2Stream;
  private readonly parser: FrameParser;
  private status: Status | undefined;
  private answered = false;
  private problem: CallFailure | undefined;
  private error: Error | undefined;
  private done = false;

  constructor(
    private readonly session: Session,
    private readonly spec: CallSpec,
    private readonly listener: CallListener,
  ) {
    this.parser = new FrameParser((message, last) => listener.message(message, last), spec.maxRecvBytes, spec.inPieces);
    this.stream = session.request(headersOf(spec));
    this.stream.on('response', (headers) => this.onHeaders(headers));
    this.stream.on('trailers', (headers) => {
      this.status = statusOf(headers) ?? this.status;
    });
    this.stream.on('data', (chunk: Buffer) => this.onData(chunk));
    this.stream.on('error', (error) => {
      this.error = error;
    });
    this.stream.on('end', () => {
      if (this.status) this.finish();
    });
    this.stream.on('close', () => this.finish());
  }

  /** Sends one message; `flushed` is called when the connection has taken it. */
  send(message: Uint8Array, flushed?: () => void): void {
    if (this.stream.destroyed || this.stream.writableEnded) flushed?.();
    else this.stream.write(encodeFrame(message), flushed);
  }

  /** Sends one message and nothing after it. */
  sendLast(message: Uint8Array): void {
    this.stream.end(encodeFrame(message));
  }

  endRequests(): void {
    if (!this.stream.destroyed) this.stream.end();
  }

  pause(): void {
    this.stream.pause();
  }

  resume(): void {
    this.stream.resume();
  }

  /** Tells the server that nobody waits (RST_STREAM), and the listener `failure`, if there is one. */
  cancel(failure?: CallFailure): void {
    const tell = !this.done && failure;
    this.done = true;
    this.stream.close(H2.CANCEL);
    if (tell) this.listener.fail(tell);
  }

  private onHeaders(headers: IncomingHttpHeaders & { ':status'?: number | undefined }): void {
    this.answered = true;
    const http = Number(headers[':status']);
    const type = String(headers['content-type'] ?? '');
    this.status = statusOf(headers);
    if (this.status || (http === 200 && /^application\/grpc(?:$|[+;])/.test(type))) return;
    const code = http === 200 ? Code.Unknown : codeOfHttpStatus(http);
    this.abort(code, `the server answered HTTP status ${http}, content type "${type}": it is no gRPC server`);
  }

  private onData(chunk: Buffer): void {
    if (this.problem || this.done) return;
    try {
      this.parser.push(chunk);
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.abort(error.tooLarge ? Code.ResourceExhausted : Code.Internal, error.message);
    }
  }

  /** The answer is unusable: it says nothing about what became of the request. */
  private abort(code: Code, details: string): void {
    this.problem = new CallFailure(code, details, { endpoint: this.session.endpoint.text, sent: true });
    this.stream.close(H2.CANCEL);
    this.finish();
  }

  private finish(): void {
    if (this.done) return;
    this.done = true;
    const failure = this.problem ?? this.failure();
    if (failure) this.listener.fail(failure);
    else this.listener.end();
  }

  private failure(): CallFailure | undefined {
    const endpoint = this.session.endpoint.text;
    const { status } = this;
    if (status && isDeadline(status, this.spec.deadline)) {
      return new CallFailure(Code.DeadlineExceeded, status.details, { endpoint, sent: true });
    }
    if (status && status.code !== Code.OK) {
      return new CallFailure(status.code, status.details, { endpoint, sent: true, fromServer: true });
    }
    if (status && this.parser.complete) return undefined;
    if (status) return new CallFailure(Code.Internal, 'the answer is cut short', { endpoint, sent: true });
    return this.brokenStream(endpoint);
  }

  /** The stream ended without a status: reset by the server, refused, or the connection is gone. */
  private brokenStream(endpoint: string): CallFailure {
    const { rstCode, id } = this.stream;
    const surelyUnprocessed = rstCode === H2.REFUSED_STREAM || id === undefined || id > this.session.lastStreamId;
    const sent = !surelyUnprocessed;
    if (surelyUnprocessed) {
      return new CallFailure(Code.Unavailable, 'the server refused the call: it is ending the connection', {
        endpoint,
        sent,
      });
    }
    const lost = this.session.broken;
    if (lost) {
      const { message } = ConnectFailure.from(lost, this.session.endpoint);
      return new CallFailure(Code.Unavailable, message, { endpoint, sent });
    }
    if (rstCode === H2.ENHANCE_YOUR_CALM && !this.answered) {
      return new CallFailure(Code.ResourceExhausted, "the answer's headers are too large", { endpoint, sent });
    }
    const why = rstCode
      ? `the server reset the call (${h2Name(rstCode)})`
      : (this.error?.message ?? 'the call ended without a status');
    const code = codeOfReset(rstCode);
    if (isDeadline({ code, details: why }, this.spec.deadline)) {
      return new CallFailure(Code.DeadlineExceeded, why, { endpoint, sent });
    }
    return new CallFailure(code, why, { endpoint, sent, reset: true });
  }
}

/** How much earlier than our clock a server's may say that the time is over. */
const CLOCKS_DIFFER_MS = 100;

/**
 * The server saw the deadline before we did. etcd 3.4 calls that Unknown, and a handler whose context ended, or the reset of its
 * stream, speaks of a cancellation that nobody asked for. What became of a write is not known then.
 */
function isDeadline({ code, details }: Status, deadline: number | undefined): boolean {
  if (code === Code.Canceled) return deadline !== undefined && Date.now() >= deadline - CLOCKS_DIFFER_MS;
  return code === Code.DeadlineExceeded || (code === Code.Unknown && details === 'context deadline exceeded');
}

function headersOf(spec: CallSpec): Record<string, string> {
  return {
    ':method': 'POST',
    ':path': spec.path,
    'content-type': 'application/grpc',
    te: 'trailers',
    'user-agent': 'ketcdctl',
    ...(spec.deadline === undefined ? {} : { 'grpc-timeout': grpcTimeout(spec.deadline - Date.now()) }),
    ...(spec.token ? { token: spec.token } : {}),
    ...(spec.requireLeader ? { hasleader: 'true' } : {}),
  };
}

/** At most 8 digits and a unit (PROTOCOL-HTTP2.md of gRPC). */
function grpcTimeout(milliseconds: number): string {
  const ms = Math.max(1, Math.ceil(milliseconds));
  return ms < 1e8 ? `${ms}m` : `${Math.min(Math.ceil(ms / 1000), 99_999_999)}S`;
}
