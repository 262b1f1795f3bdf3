/** Frames that a client sends (RFC 9113 §4.1 and §6): length in three bytes, type, flags, stream number in four; then the payload. */
import { Flag, FrameType } from './protocol.js';

export const HEADER_LENGTH = 9;

/** A frame with its payload, which is copied. */
export function frame(type: number, flags: number, streamId: number, payload: Uint8Array): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_LENGTH + payload.length);
  writeHeader(bytes, payload.length, type, flags, streamId);
  bytes.set(payload, HEADER_LENGTH);
  return bytes;
}

function writeHeader(bytes: Buffer, length: number, type: number, flags: number, streamId: number): void {
  bytes.writeUIntBE(length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(streamId, 5);
}

/** A header block in a HEADERS frame, and CONTINUATION frames where it is longer than one may be. */
export function headerFrames(streamId: number, block: Buffer, maxFrameSize: number): Buffer[] {
  const frames: Buffer[] = [];
  let pos = 0;
  do {
    const part = block.subarray(pos, pos + maxFrameSize);
    pos += part.length;
    const endHeaders = pos >= block.length ? Flag.END_HEADERS : 0;
    const type = frames.length === 0 ? FrameType.HEADERS : FrameType.CONTINUATION;
    frames.push(frame(type, endHeaders, streamId, part));
  } while (pos < block.length);
  return frames;
}

/** What stands in front of a DATA frame's payload. */
export function dataHeader(streamId: number, length: number, endStream: boolean): Buffer {
  const header = Buffer.allocUnsafe(HEADER_LENGTH);
  writeHeader(header, length, FrameType.DATA, endStream ? Flag.END_STREAM : 0, streamId);
  return header;
}

/** Six bytes a setting: its number and its value. */
export function settingsFrame(settings: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.allocUnsafe(settings.length * 6);
  settings.forEach(([id, value], i) => {
    payload.writeUInt16BE(id, i * 6);
    payload.writeUInt32BE(value, i * 6 + 2);
  });
  return frame(FrameType.SETTINGS, 0, 0, payload);
}

export function settingsAck(): Buffer {
  return frame(FrameType.SETTINGS, Flag.ACK, 0, Buffer.alloc(0));
}

/** `increment` more bytes may come, on a stream or (0) on all of them. */
export function windowUpdateFrame(streamId: number, increment: number): Buffer {
  return frame(FrameType.WINDOW_UPDATE, 0, streamId, uint32(increment));
}

export function resetFrame(streamId: number, code: number): Buffer {
  return frame(FrameType.RST_STREAM, 0, streamId, uint32(code));
}

export function pingFrame(opaque: Uint8Array, flags = 0): Buffer {
  return frame(FrameType.PING, flags, 0, opaque);
}

/** The last stream of the server's that was taken: it opens none. */
export function goawayFrame(code: number): Buffer {
  return frame(FrameType.GOAWAY, 0, 0, Buffer.concat([uint32(0), uint32(code)]));
}

function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
