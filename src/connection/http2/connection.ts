import { broken } from './frame-rules.js';
import * as frames from './frames.js';
import type { HeaderList } from './hpack/decoder.js';
import { HpackEncoder } from './hpack/encoder.js';
import type { Field } from './hpack/tables.js';
import { Incoming, type IncomingListener } from './incoming.js';
import { Outbox } from './outbox.js';
import {
  DEFAULT_FRAME_SIZE,
  DEFAULT_WINDOW,
  ErrorCode,
  errorName,
  Flag,
  MAX_WINDOW,
  ProtocolError,
  Setting,
} from './protocol.js';
import { CONNECTION_WINDOW, hello, STREAM_WINDOW } from './settings.js';
import type { Socket, SocketListener } from './socket.js';
import { Http2Stream, type StreamHost, type StreamListener } from './stream.js';
import { ReceiveWindow, SendWindow } from './windows.js';

/** Streams that we gave up, of which frames may still be under way. */
const MAX_GIVEN_UP = 1000;

/** Told what becomes of a connection. */
export interface ConnectionListener {
  /** The server has sent its SETTINGS: it speaks HTTP/2. */
  greeted(): void;
  /** The server will take no more streams, for the reason of this code. */
  leaving(code: number): void;
  closed(error: Error): void;
}

/** How far a connection is. */
type ConnectionState =
  /** Streams can be opened. */
  | { is: 'open' }
  /** The server has said goodbye (GOAWAY), perhaps why: the streams that it has taken go on, others are not opened. */
  | { is: 'leaving'; why: string | undefined }
  /** Nothing goes or comes any more. */
  | { is: 'closed'; error: Error };

/** The client's side of an HTTP/2 connection (RFC 9113). A rule that the server breaks ends a stream, or all of them. */
export class Http2Connection implements SocketListener, IncomingListener, StreamHost {
  private state: ConnectionState = { is: 'open' };
  private readonly streams = new Map<number, Http2Stream>();
  /** Requests that the server takes no stream for yet. */
  private queued: { stream: Http2Stream; fields: readonly Field[] }[] = [];
  private nextStreamId = 1;
  private readonly givenUp = new Set<number>();
  private readonly incoming = new Incoming(this);
  private readonly encoder = new HpackEncoder();
  private readonly sendWindow = new SendWindow(DEFAULT_WINDOW);
  private readonly receiveWindow = new ReceiveWindow(CONNECTION_WINDOW);
  private readonly outbox: Outbox;
  private pinged: (() => void) | undefined;
  /** Of the server's SETTINGS. */
  private readonly peer = { maxStreams: MAX_WINDOW, streamWindow: DEFAULT_WINDOW, frameSize: DEFAULT_FRAME_SIZE };

  /** @param authority host and port, as requests name them */
  constructor(
    private readonly socket: Socket,
    private readonly scheme: 'http' | 'https',
    private readonly authority: string,
    private readonly listener: ConnectionListener,
  ) {
    this.outbox = new Outbox(socket);
    this.outbox.push(hello());
    socket.start(this);
  }

  /** Why it ended, once it has. */
  get error(): Error | undefined {
    return this.state.is === 'closed' ? this.state.error : undefined;
  }

  /** Whether new streams may be opened on it. */
  get usable(): boolean {
    return this.state.is === 'open' && this.nextStreamId < MAX_WINDOW;
  }

  /**
   * Asks with POST; the body is written to the stream.
   * @param fields those of the caller, names in lower case
   */
  request(path: string, fields: readonly Field[], listener: StreamListener): Http2Stream {
    const stream = new Http2Stream(this, listener, STREAM_WINDOW);
    const head: Field[] = [
      [':method', 'POST'],
      [':scheme', this.scheme],
      [':path', path],
      [':authority', this.authority],
    ];
    this.queued.push({ stream, fields: [...head, ...fields] });
    this.openQueued();
    return stream;
  }

  /** Asks whether the server is there; one question at a time. */
  ping(answered: () => void): void {
    this.pinged = answered;
    this.outbox.push(frames.pingFrame(Buffer.alloc(8)));
  }

  /** Says goodbye and ends it. */
  close(): void {
    this.fail(new Error('the connection was closed'), ErrorCode.NO_ERROR);
  }

  /** Ends it and all its streams. @param code what the server is told; undefined: nothing, for it does not hear */
  fail(error: Error, code?: number): void {
    if (this.state.is === 'closed') return;
    this.state = { is: 'closed', error };
    if (code !== undefined) {
      this.outbox.push(frames.goawayFrame(code));
      this.outbox.flush();
    }
    this.socket.destroy();
    const open = [...this.streams.values()];
    this.streams.clear();
    this.refuseQueued();
    for (const stream of open) stream.close({ how: 'lost', error });
    this.listener.closed(error);
  }

  // What the socket tells.

  data(chunk: Buffer): void {
    if (this.error) return;
    try {
      this.incoming.push(chunk);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.fail(error, error.code);
    }
  }

  drained(): void {
    this.outbox.drained();
    this.sendAll();
  }

  closed(error: Error | undefined): void {
    const why = this.state.is === 'leaving' ? this.state.why : undefined;
    this.fail(why ? new Error(why) : (error ?? new Error('the server closed the connection')));
  }

  // What the server says. A connection that has ended meanwhile, within one chunk, has no streams any more.

  onDataBegins(streamId: number, length: number): void {
    if (!this.receiveWindow.receive(length)) {
      throw new ProtocolError(ErrorCode.FLOW_CONTROL_ERROR, 'more data than the window allows');
    }
    this.find(streamId)?.receive(length);
  }

  onData(streamId: number, piece: Buffer, last: boolean, endStream: boolean): void {
    const stream = this.streams.get(streamId);
    stream?.onData(piece, endStream);
    if (!last || this.error) return;
    if (!stream) this.stray(streamId);
    const back = this.receiveWindow.giveBack();
    if (back > 0) this.outbox.push(frames.windowUpdateFrame(0, back));
    if (stream) this.giveBack(stream);
  }

  onHeaders(streamId: number, list: HeaderList, endStream: boolean): void {
    const stream = this.find(streamId);
    if (stream) stream.onHeaders(list, endStream);
    else this.stray(streamId);
  }

  onReset(streamId: number, code: number): void {
    const refused = code === ErrorCode.REFUSED_STREAM;
    this.find(streamId)?.close(refused ? { how: 'refused' } : { how: 'reset', code, by: 'server' });
  }

  onSettings(settings: ReadonlyMap<number, number>): void {
    if (this.error) return;
    const { peer } = this;
    const windowBefore = peer.streamWindow;
    peer.maxStreams = settings.get(Setting.MAX_CONCURRENT_STREAMS) ?? peer.maxStreams;
    peer.frameSize = settings.get(Setting.MAX_FRAME_SIZE) ?? peer.frameSize;
    peer.streamWindow = settings.get(Setting.INITIAL_WINDOW_SIZE) ?? peer.streamWindow;
    this.outbox.pushAnswer(frames.settingsAck());
    // The change counts for streams that are open, too (§6.9.2).
    for (const stream of [...this.streams.values()]) stream.growSendWindow(peer.streamWindow - windowBefore);
    this.listener.greeted();
    this.openQueued();
    this.sendAll();
  }

  onPing(opaque: Buffer): void {
    if (!this.error) this.outbox.pushAnswer(frames.pingFrame(opaque, Flag.ACK));
  }

  onPong(): void {
    const { pinged } = this;
    this.pinged = undefined;
    pinged?.();
  }

  onGoaway(lastStreamId: number, code: number): void {
    if (this.error) return;
    const why = code === ErrorCode.NO_ERROR ? undefined : `the server ended the connection (${errorName(code)})`;
    this.state = { is: 'leaving', why };
    this.listener.leaving(code);
    this.refuseQueued();
    for (const [id, stream] of [...this.streams]) if (id > lastStreamId) stream.close({ how: 'refused' });
  }

  onWindowUpdate(streamId: number, increment: number): void {
    if (streamId !== 0) {
      const stream = this.find(streamId);
      stream?.growSendWindow(increment);
      if (increment === 0) stream?.refuse(ErrorCode.PROTOCOL_ERROR, 'WINDOW_UPDATE of nothing');
      if (stream) this.wake(stream);
      return;
    }
    if (increment === 0) throw broken('WINDOW_UPDATE of nothing');
    if (!this.sendWindow.grow(increment)) {
      throw new ProtocolError(ErrorCode.FLOW_CONTROL_ERROR, 'a window that is too large');
    }
    this.sendAll();
  }

  /** The stream of a frame; undefined when it has ended. */
  private find(streamId: number): Http2Stream | undefined {
    if (streamId % 2 === 0 || streamId >= this.nextStreamId) throw broken(`stream ${streamId} was never opened`);
    return this.streams.get(streamId);
  }

  /** A frame of a stream that has ended: one under way when we gave it up, or the server does not know that it has ended. */
  private stray(streamId: number): void {
    if (!this.error && !this.givenUp.has(streamId)) this.giveUp(streamId, ErrorCode.STREAM_CLOSED);
  }

  private giveUp(streamId: number, code: number): void {
    this.outbox.push(frames.resetFrame(streamId, code));
    this.givenUp.add(streamId);
    if (this.givenUp.size <= MAX_GIVEN_UP) return;
    for (const oldest of this.givenUp) {
      this.givenUp.delete(oldest);
      return;
    }
  }

  // What the streams say.

  wake(stream: Http2Stream): void {
    if (stream.id === undefined) return;
    while (this.outbox.hasRoom) {
      const portion = stream.nextPortion(this.sendWindow.allows(this.peer.frameSize));
      if (!portion) return;
      const { bytes, last, flushed } = portion;
      this.sendWindow.take(bytes.length);
      this.outbox.push(frames.dataHeader(stream.id, bytes.length, last));
      if (bytes.length > 0) this.outbox.push(bytes);
      flushed?.();
    }
  }

  giveBack(stream: Http2Stream): void {
    const back = stream.takeBack();
    if (back > 0 && stream.id !== undefined) this.outbox.push(frames.windowUpdateFrame(stream.id, back));
  }

  ended(stream: Http2Stream, code: number | undefined): void {
    this.queued = this.queued.filter((one) => one.stream !== stream);
    if (stream.id === undefined || !this.streams.delete(stream.id)) return;
    if (code !== undefined) this.giveUp(stream.id, code);
    this.openQueued();
  }

  private openQueued(): void {
    while (this.usable && this.streams.size < this.peer.maxStreams) {
      const next = this.queued.shift();
      if (!next) return;
      const id = this.nextStreamId;
      this.nextStreamId += 2;
      this.streams.set(id, next.stream);
      const block = this.encoder.encode(next.fields);
      for (const frame of frames.headerFrames(id, block, this.peer.frameSize)) this.outbox.push(frame);
      next.stream.open(id, this.peer.streamWindow);
      this.wake(next.stream);
    }
  }

  private sendAll(): void {
    for (const stream of [...this.streams.values()]) this.wake(stream);
  }

  private refuseQueued(): void {
    for (const { stream } of this.queued.splice(0)) stream.close({ how: 'refused' });
  }
}
