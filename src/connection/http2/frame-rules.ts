import type { FrameHeader } from './frame-reader.js';
import { ErrorCode, FrameType, ProtocolError } from './protocol.js';

interface Rule {
  name: string;
  /** Whether it belongs to a stream (which must have a number then) or to the connection; undefined: either. */
  ofStream: boolean | undefined;
  /** How long its payload must be, or at least be. */
  length?: number;
  atLeast?: number;
}

/** RFC 9113 §6. */
const RULES: Record<number, Rule> = {
  [FrameType.DATA]: { name: 'DATA', ofStream: true },
  [FrameType.HEADERS]: { name: 'HEADERS', ofStream: true },
  [FrameType.PRIORITY]: { name: 'PRIORITY', ofStream: true, length: 5 },
  [FrameType.RST_STREAM]: { name: 'RST_STREAM', ofStream: true, length: 4 },
  [FrameType.SETTINGS]: { name: 'SETTINGS', ofStream: false },
  [FrameType.PING]: { name: 'PING', ofStream: false, length: 8 },
  [FrameType.GOAWAY]: { name: 'GOAWAY', ofStream: false, atLeast: 8 },
  [FrameType.WINDOW_UPDATE]: { name: 'WINDOW_UPDATE', ofStream: undefined, length: 4 },
  [FrameType.CONTINUATION]: { name: 'CONTINUATION', ofStream: true },
};

/** What a frame's header must keep by itself, whatever came before. @throws ProtocolError. Types that are not known may be anything. */
export function checkFrame({ type, streamId, length }: FrameHeader): void {
  if (type === FrameType.PUSH_PROMISE) throw broken('PUSH_PROMISE, which our SETTINGS forbid');
  const rule = RULES[type];
  if (!rule) return;
  if (rule.ofStream === true && streamId === 0) throw broken(`${rule.name} without a stream`);
  if (rule.ofStream === false && streamId !== 0) throw broken(`${rule.name} on stream ${streamId}`);
  if ((rule.length ?? length) !== length || length < (rule.atLeast ?? 0)) {
    throw new ProtocolError(ErrorCode.FRAME_SIZE_ERROR, `${rule.name} of ${length} bytes`);
  }
}

export function broken(why: string): ProtocolError {
  return new ProtocolError(ErrorCode.PROTOCOL_ERROR, why);
}
