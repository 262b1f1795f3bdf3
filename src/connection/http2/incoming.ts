import { type FrameHeader, FrameReader, type FrameSink, headerFragment } from './frame-reader.js';
import { broken, checkFrame } from './frame-rules.js';
import { type HeaderList, HpackDecoder } from './hpack/decoder.js';
import { ErrorCode, Flag, FrameType, MAX_WINDOW, ProtocolError } from './protocol.js';
import { MAX_HEADER_LIST, readSettings } from './settings.js';

/** Frames that a header block may come in, empty ones among them. */
const MAX_HEADER_FRAMES = 256;
/** Frames in a second that bring nothing. No server has a reason for more. */
const MAX_IDLE_FRAMES = 20_000;

/** What the server said, in the order in which it came. Each may throw a ProtocolError. */
export interface IncomingListener {
  /** A DATA frame begins, of which so much counts against the windows. */
  onDataBegins(streamId: number, length: number): void;
  /** A part of a DATA frame; `last` of the frame, `endStream`: of the stream. */
  onData(streamId: number, piece: Buffer, last: boolean, endStream: boolean): void;
  onHeaders(streamId: number, list: HeaderList, endStream: boolean): void;
  onReset(streamId: number, code: number): void;
  onSettings(settings: ReadonlyMap<number, number>): void;
  onPing(opaque: Buffer): void;
  onPong(): void;
  onGoaway(lastStreamId: number, code: number): void;
  onWindowUpdate(streamId: number, increment: number): void;
}

/** A header block whose last frame is not there yet. */
interface OpenBlock {
  streamId: number;
  endStream: boolean;
  fragments: Buffer[];
  bytes: number;
}

/** The receiving half of a connection: checks each frame by itself and in its order, and puts header blocks together. */
export class Incoming implements FrameSink {
  private readonly reader = new FrameReader(this);
  private readonly decoder = new HpackDecoder(MAX_HEADER_LIST);
  private isFirst = true;
  private block: OpenBlock | undefined;
  private second = 0;
  private idleFrames = 0;

  constructor(private readonly listener: IncomingListener) {}

  /** @throws ProtocolError; nothing can be read after that */
  push(chunk: Buffer): void {
    this.reader.push(chunk);
  }

  frameBegins(header: FrameHeader): void {
    const { type, streamId, length } = header;
    if (this.isFirst && (type !== FrameType.SETTINGS || header.flags & Flag.ACK)) {
      throw broken('the first frame is not SETTINGS');
    }
    this.isFirst = false;
    checkFrame(header);
    const continues = type === FrameType.CONTINUATION && streamId === this.block?.streamId;
    if (this.block ? !continues : type === FrameType.CONTINUATION) throw broken('a header block that is torn apart');
    if (type === FrameType.DATA) this.listener.onDataBegins(streamId, length);
  }

  frameData({ streamId, flags }: FrameHeader, piece: Buffer, last: boolean): void {
    const endStream = last && (flags & Flag.END_STREAM) !== 0;
    if (piece.length === 0 && !endStream) this.countIdleFrame();
    this.listener.onData(streamId, piece, last, endStream);
  }

  frame(header: FrameHeader, payload: Buffer): void {
    const { type, streamId, flags } = header;
    if (type === FrameType.HEADERS) {
      const endStream = (flags & Flag.END_STREAM) !== 0;
      this.block = { streamId, endStream, fragments: [], bytes: 0 };
      this.addToBlock(this.block, headerFragment(header, payload), flags);
      return;
    }
    if (type === FrameType.CONTINUATION && this.block) {
      this.addToBlock(this.block, payload, flags);
      return;
    }
    this.countIdleFrame();
    this.control(header, payload);
  }

  private control({ type, streamId, flags }: FrameHeader, payload: Buffer): void {
    const { listener } = this;
    if (type === FrameType.RST_STREAM) listener.onReset(streamId, payload.readUInt32BE(0));
    else if (type === FrameType.SETTINGS) this.onSettings(flags, payload);
    else if (type === FrameType.PING) {
      if (flags & Flag.ACK) listener.onPong();
      else listener.onPing(payload);
    } else if (type === FrameType.GOAWAY) {
      listener.onGoaway(payload.readUInt32BE(0) & MAX_WINDOW, payload.readUInt32BE(4));
    } else if (type === FrameType.WINDOW_UPDATE) {
      listener.onWindowUpdate(streamId, payload.readUInt32BE(0) & MAX_WINDOW);
    }
    // PRIORITY says nothing to a client, and what is not known must be passed over (§4.1).
  }

  private onSettings(flags: number, payload: Buffer): void {
    if (!(flags & Flag.ACK)) this.listener.onSettings(readSettings(payload));
    else if (payload.length > 0) {
      throw new ProtocolError(ErrorCode.FRAME_SIZE_ERROR, 'acknowledged SETTINGS with content');
    }
  }

  private addToBlock(block: OpenBlock, fragment: Buffer, flags: number): void {
    const endHeaders = (flags & Flag.END_HEADERS) !== 0;
    block.bytes += fragment.length;
    if (block.bytes > MAX_HEADER_LIST || block.fragments.length >= MAX_HEADER_FRAMES) {
      throw new ProtocolError(ErrorCode.ENHANCE_YOUR_CALM, `headers in ${block.bytes} bytes and more`);
    }
    // A copy: the chunk that it lies in is larger, and would be kept with it.
    block.fragments.push(endHeaders ? fragment : Buffer.from(fragment));
    if (!endHeaders) return;
    this.block = undefined;
    const list = this.decoder.decode(block.fragments.length === 1 ? fragment : Buffer.concat(block.fragments));
    this.listener.onHeaders(block.streamId, list, block.endStream);
  }

  /** A flood of frames that cost work and bring nothing (§10.5). */
  private countIdleFrame(): void {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.second) this.idleFrames = 0;
    this.second = second;
    this.idleFrames += 1;
    if (this.idleFrames > MAX_IDLE_FRAMES) throw new ProtocolError(ErrorCode.ENHANCE_YOUR_CALM, 'a flood of frames');
  }
}
