import { type Headers, Malformed, readFields, readHead } from './headers.js';
import type { HeaderList } from './hpack/decoder.js';
import { ErrorCode } from './protocol.js';
import { ReceiveWindow, SendWindow } from './windows.js';

/** How a stream ended. */
export type StreamEnd =
  /** The server said all that it wanted. */
  | { how: 'complete' }
  /** One side gave it up (RST_STREAM); `by` us when the response cannot be understood, and `why` says what is wrong. */
  | { how: 'reset'; code: number; by: 'server' | 'us'; why?: string }
  /** The server surely did nothing for it: it was never sent, or the server said so. */
  | { how: 'refused' }
  /** The connection ended. */
  | { how: 'lost'; error: Error };

/** Told what comes on a stream. `closed` comes last, and once. */
export interface StreamListener {
  head(status: number, headers: Headers): void;
  /** Shares memory with what was received. */
  data(piece: Buffer): void;
  trailers(headers: Headers): void;
  closed(end: StreamEnd): void;
}

/** The side of the connection that a stream sees. */
export interface StreamHost {
  /** The stream has data to send. */
  wake(stream: Http2Stream): void;
  /** The reader took what was received: the server may send more. */
  giveBack(stream: Http2Stream): void;
  /** The stream has ended; with a `code` the server is told by RST_STREAM. */
  ended(stream: Http2Stream, code: number | undefined): void;
}

/** How far a stream is. */
type StreamState =
  /** The request goes on or is complete; the server's HEADERS are not there yet. */
  | { is: 'asking' }
  /** The response's body comes, of which so much is still to come where the server said how long it is. */
  | { is: 'answered'; bodyLeft: number | undefined }
  /** Nothing goes or comes any more. */
  | { is: 'closed' };

/** A part of the request. */
interface Portion {
  bytes: Uint8Array;
  /** The request ends with it. */
  last: boolean;
  /** To be called when the connection has taken it, or never will. */
  flushed?: (() => void) | undefined;
}

/** One request and its response (RFC 9113 §5.1). */
export class Http2Stream {
  /** Undefined while the server takes no more streams. */
  id: number | undefined;
  private state: StreamState = { is: 'asking' };
  /** What is to be sent, in order; the end of the request is part of the last. */
  private readonly outbox: Portion[] = [];
  private requestEnded = false;
  private endSent = false;
  private paused = false;
  private sendWindow = new SendWindow(0);
  private readonly receiveWindow: ReceiveWindow;

  constructor(
    private readonly host: StreamHost,
    private readonly listener: StreamListener,
    windowSize: number,
  ) {
    this.receiveWindow = new ReceiveWindow(windowSize);
  }

  /** Sends a part of the request; `flushed` is called when the connection has taken it, or never will. */
  write(bytes: Uint8Array, flushed?: () => void): void {
    this.push({ bytes, last: false, flushed });
  }

  /** Ends the request, perhaps with a last part. */
  end(bytes: Uint8Array = new Uint8Array()): void {
    this.push({ bytes, last: true });
  }

  private push(part: Portion): void {
    if (this.closed || this.requestEnded) {
      part.flushed?.();
      return;
    }
    this.requestEnded = part.last;
    this.outbox.push(part);
    this.host.wake(this);
  }

  /** The server may send no more than what it was allowed before. */
  pause(): void {
    this.paused = true;
  }

  resume(): void {
    this.paused = false;
    if (!this.closed) this.host.giveBack(this);
  }

  /** Gives it up; the listener is told nothing more. */
  reset(code: number): void {
    if (this.closed) return;
    this.shut();
    this.host.ended(this, code);
  }

  get closed(): boolean {
    return this.state.is === 'closed';
  }

  // What follows is called by the connection.

  /** Gives the stream its number, with which it may send. */
  open(id: number, windowSize: number): void {
    this.id = id;
    this.sendWindow = new SendWindow(windowSize);
  }

  /** Takes the next part of the request, of at most `limit` bytes; undefined when none may be sent. */
  nextPortion(limit: number): Portion | undefined {
    const part = this.outbox[0];
    if (!part) return undefined;
    const length = this.sendWindow.allows(Math.min(limit, part.bytes.length));
    if (length === 0 && part.bytes.length > 0) return undefined;
    this.sendWindow.take(length);
    if (length < part.bytes.length) {
      const bytes = part.bytes.subarray(0, length);
      part.bytes = part.bytes.subarray(length);
      return { bytes, last: false };
    }
    this.outbox.shift();
    this.endSent = part.last;
    return part;
  }

  growSendWindow(bytes: number): void {
    if (!this.sendWindow.grow(bytes)) this.refuse(ErrorCode.FLOW_CONTROL_ERROR, 'a window that is too large');
  }

  /** A DATA frame begins. */
  receive(bytes: number): void {
    if (!this.receiveWindow.receive(bytes)) this.refuse(ErrorCode.FLOW_CONTROL_ERROR, 'more than the window allows');
  }

  /** How much the server may be told to send again. */
  takeBack(): number {
    return this.paused || this.closed ? 0 : this.receiveWindow.giveBack();
  }

  onHeaders(list: HeaderList, endStream: boolean): void {
    if (list.tooLarge) {
      this.refuse(ErrorCode.ENHANCE_YOUR_CALM, "the answer's headers are too large");
      return;
    }
    this.take(() => {
      if (this.state.is === 'asking') this.takeHead(list, endStream);
      else this.takeTrailers(list, endStream);
    });
  }

  onData(piece: Buffer, endStream: boolean): void {
    this.take(() => {
      this.countBody(piece.length);
      if (piece.length > 0) this.listener.data(piece);
      if (endStream) this.complete();
    });
  }

  /** Takes a part of the response; one that is malformed ends the stream. */
  private take(read: () => void): void {
    if (this.closed) return;
    try {
      read();
    } catch (error) {
      if (!(error instanceof Malformed)) throw error;
      this.refuse(ErrorCode.PROTOCOL_ERROR, `the answer is malformed: ${error.message}`);
    }
  }

  private takeHead(list: HeaderList, endStream: boolean): void {
    const { status, headers } = readHead(list.fields);
    if (status < 200) {
      if (endStream || status === 101) throw new Malformed(`status ${status}`);
      return;
    }
    this.state = { is: 'answered', bodyLeft: contentLength(headers) };
    this.listener.head(status, headers);
    if (endStream) this.complete();
  }

  private takeTrailers(list: HeaderList, endStream: boolean): void {
    if (!endStream) throw new Malformed('a second head');
    this.listener.trailers(readFields(list.fields));
    this.complete();
  }

  private countBody(length: number): void {
    const { state } = this;
    if (state.is !== 'answered') throw new Malformed('a body before the head');
    if (state.bodyLeft === undefined) return;
    state.bodyLeft -= length;
    if (state.bodyLeft < 0) throw new Malformed('a body that is longer than it says');
  }

  private complete(): void {
    if (this.state.is === 'answered' && (this.state.bodyLeft ?? 0) > 0) {
      throw new Malformed('a body that is shorter than it says');
    }
    if (this.closed) return;
    // A server may answer before it has the whole request; what is left of that is not sent (§8.1).
    const cutShort = !this.endSent;
    this.shut();
    this.host.ended(this, cutShort ? ErrorCode.CANCEL : undefined);
    this.listener.closed({ how: 'complete' });
  }

  /** The server, or we in its name, ended it without a response's end. */
  close(end: StreamEnd): void {
    if (this.closed) return;
    this.shut();
    this.host.ended(this, undefined);
    this.listener.closed(end);
  }

  /** What came cannot be understood. */
  refuse(code: number, why: string): void {
    if (this.closed) return;
    this.shut();
    this.host.ended(this, code);
    this.listener.closed({ how: 'reset', code, by: 'us', why });
  }

  private shut(): void {
    this.state = { is: 'closed' };
    for (const part of this.outbox.splice(0)) part.flushed?.();
  }
}

function contentLength(headers: Headers): number | undefined {
  const text = headers.get('content-length');
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new Malformed('the value of content-length');
  return Number(text);
}
