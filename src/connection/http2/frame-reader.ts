import { HEADER_LENGTH } from './frames.js';
import { DEFAULT_FRAME_SIZE, ErrorCode, Flag, FrameType, ProtocolError } from './protocol.js';

/** What stands in front of every frame (RFC 9113 §4.1). */
export interface FrameHeader {
  length: number;
  type: number;
  flags: number;
  streamId: number;
}

/** Takes frames. Each may throw a ProtocolError, which ends the reading for good. */
export interface FrameSink {
  /** A frame begins; its payload need not be there yet. */
  frameBegins(header: FrameHeader): void;
  /** A part of a DATA frame's content, however it is cut: at least one for each frame, perhaps empty. `last`: the frame's. */
  frameData(header: FrameHeader, piece: Buffer, last: boolean): void;
  /** Any other frame, whole. The payload shares memory with what was received. */
  frame(header: FrameHeader, payload: Buffer): void;
}

/** What the reader is in the middle of. */
type ReaderState =
  /** A frame's header, of which some bytes are there. */
  | { at: 'header'; filled: number }
  /** The payload of a frame that is handed on whole, of which some bytes are there. */
  | { at: 'payload'; header: FrameHeader; payload: Buffer; filled: number }
  /** The byte that says how much of a DATA frame is padding. */
  | { at: 'pad length'; header: FrameHeader }
  /** A DATA frame's content, and how much is still to come. */
  | { at: 'content'; header: FrameHeader; left: number; padding: number }
  /** Bytes behind a DATA frame's content that mean nothing. */
  | { at: 'padding'; left: number };

/**
 * Cuts what the server sends into frames, however it is chunked. The content of DATA frames is handed on straight out of the chunks;
 * of other frames only one is held at a time, of at most 16 KiB.
 */
export class FrameReader {
  private state: ReaderState = { at: 'header', filled: 0 };
  private readonly headerBytes = Buffer.allocUnsafe(HEADER_LENGTH);

  constructor(private readonly sink: FrameSink) {}

  /** @throws ProtocolError */
  push(chunk: Buffer): void {
    let pos = 0;
    while (pos < chunk.length) pos += this.step(chunk, pos);
  }

  /** Reads on from `pos` as far as the state goes; gives how many bytes that were. */
  private step(chunk: Buffer, pos: number): number {
    const { state } = this;
    switch (state.at) {
      case 'header':
        return this.readHeader(state, chunk, pos);
      case 'payload': {
        const copied = chunk.copy(state.payload, state.filled, pos);
        state.filled += copied;
        if (state.filled === state.payload.length) this.whole(state.header, state.payload);
        return copied;
      }
      case 'pad length':
        this.content(state.header, state.header.length - 1, chunk[pos] as number);
        return 1;
      case 'content': {
        const piece = chunk.subarray(pos, pos + state.left);
        state.left -= piece.length;
        const last = state.left === 0;
        if (last) this.state = behindContent(state.padding);
        this.sink.frameData(state.header, piece, last);
        return piece.length;
      }
      case 'padding': {
        const skipped = Math.min(state.left, chunk.length - pos);
        state.left -= skipped;
        if (state.left === 0) this.state = { at: 'header', filled: 0 };
        return skipped;
      }
    }
  }

  private readHeader(state: { filled: number }, chunk: Buffer, pos: number): number {
    const copied = chunk.copy(this.headerBytes, state.filled, pos, pos + HEADER_LENGTH - state.filled);
    state.filled += copied;
    if (state.filled < HEADER_LENGTH) return copied;
    const header = parseHeader(this.headerBytes);
    if (header.length > DEFAULT_FRAME_SIZE) {
      throw new ProtocolError(ErrorCode.FRAME_SIZE_ERROR, `a frame of ${header.length} bytes`);
    }
    this.sink.frameBegins(header);
    return copied + this.beginPayload(header, chunk, pos + copied);
  }

  /** Gives how much of the payload was read at once. */
  private beginPayload(header: FrameHeader, chunk: Buffer, pos: number): number {
    if (header.type === FrameType.DATA) {
      if (!(header.flags & Flag.PADDED)) this.content(header, header.length, 0);
      else if (header.length === 0) throw badPadding();
      else this.state = { at: 'pad length', header };
      return 0;
    }
    if (chunk.length - pos >= header.length) {
      this.whole(header, chunk.subarray(pos, pos + header.length));
      return header.length;
    }
    this.state = { at: 'payload', header, payload: Buffer.allocUnsafe(header.length), filled: 0 };
    return 0;
  }

  private whole(header: FrameHeader, payload: Buffer): void {
    this.state = { at: 'header', filled: 0 };
    this.sink.frame(header, payload);
  }

  /** @param length of content and padding together */
  private content(header: FrameHeader, length: number, padding: number): void {
    if (padding > length) throw badPadding();
    const left = length - padding;
    if (left > 0) {
      this.state = { at: 'content', header, left, padding };
      return;
    }
    this.state = behindContent(padding);
    this.sink.frameData(header, Buffer.alloc(0), true);
  }
}

function behindContent(padding: number): ReaderState {
  return padding > 0 ? { at: 'padding', left: padding } : { at: 'header', filled: 0 };
}

/** The first bit of the stream number means nothing. */
function parseHeader(bytes: Buffer): FrameHeader {
  return {
    length: bytes.readUIntBE(0, 3),
    type: bytes[3] as number,
    flags: bytes[4] as number,
    streamId: bytes.readUInt32BE(5) & 0x7fffffff,
  };
}

/** The content of a HEADERS frame without its padding and its priority (§6.2). */
export function headerFragment({ flags }: FrameHeader, payload: Buffer): Buffer {
  const padded = (flags & Flag.PADDED) !== 0;
  const padding = padded ? (payload[0] ?? payload.length) : 0;
  const start = (padded ? 1 : 0) + (flags & Flag.PRIORITY ? 5 : 0);
  if (start + padding > payload.length) throw badPadding();
  return payload.subarray(start, payload.length - padding);
}

function badPadding(): ProtocolError {
  return new ProtocolError(ErrorCode.PROTOCOL_ERROR, 'more padding than frame');
}
