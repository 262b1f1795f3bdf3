import { settingsFrame, windowUpdateFrame } from './frames.js';
import { DEFAULT_WINDOW, ErrorCode, MAX_WINDOW, PREFACE, ProtocolError, Setting } from './protocol.js';

/**
 * How much a server may send ahead of what is read, for a stream and for all of them. HTTP/2's 64 KiB would have it wait for
 * every round trip, and a snapshot that is written slowly is kept in memory up to this.
 */
export const STREAM_WINDOW = 2 * 1024 * 1024;
export const CONNECTION_WINDOW = 16 * 1024 * 1024;
/** gRPC's metadata; etcd's own answers have less than 1 KiB. Go's gRPC takes 16 MiB by default, which nobody sends. */
export const MAX_HEADER_LIST = 1024 * 1024;

/** What a client says first (RFC 9113 §3.4): the preface, its SETTINGS, and how much may be sent on all streams together. */
export function hello(): Buffer {
  const settings = settingsFrame([
    [Setting.ENABLE_PUSH, 0],
    [Setting.INITIAL_WINDOW_SIZE, STREAM_WINDOW],
    [Setting.MAX_HEADER_LIST_SIZE, MAX_HEADER_LIST],
  ]);
  const window = windowUpdateFrame(0, CONNECTION_WINDOW - DEFAULT_WINDOW);
  return Buffer.concat([Buffer.from(PREFACE, 'latin1'), settings, window]);
}

/** The server's SETTINGS in a frame's payload. @throws ProtocolError when one is out of its range (RFC 9113 §6.5.2). */
export function readSettings(payload: Buffer): Map<number, number> {
  if (payload.length % 6 !== 0)
    throw new ProtocolError(ErrorCode.FRAME_SIZE_ERROR, `SETTINGS of ${payload.length} bytes`);
  const settings = new Map<number, number>();
  for (let pos = 0; pos < payload.length; pos += 6) {
    const id = payload.readUInt16BE(pos);
    const value = payload.readUInt32BE(pos + 2);
    check(id, value);
    settings.set(id, value);
  }
  return settings;
}

function check(id: number, value: number): void {
  // A server has nothing to push to.
  if (id === Setting.ENABLE_PUSH && value !== 0) throw outOfRange('ENABLE_PUSH', value);
  if (id === Setting.MAX_FRAME_SIZE && (value < 16_384 || value > 16_777_215))
    throw outOfRange('MAX_FRAME_SIZE', value);
  if (id === Setting.INITIAL_WINDOW_SIZE && value > MAX_WINDOW) {
    throw outOfRange('INITIAL_WINDOW_SIZE', value, ErrorCode.FLOW_CONTROL_ERROR);
  }
}

function outOfRange(name: string, value: number, code: number = ErrorCode.PROTOCOL_ERROR): ProtocolError {
  return new ProtocolError(code, `SETTINGS_${name} is ${value}`);
}
