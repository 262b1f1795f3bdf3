/**
 * Cuts long answers of a watch while they arrive, so that an answer of any size takes no more memory than a part of it and its first
 * events are there before its last. A server can do that too (`fragment` of a WatchCreateRequest), but the time that it takes for it
 * grows with the square of the number of events: seconds for a hundred thousand.
 */
import { fieldLength } from '../base/wire/field-length.js';
import { FrameError } from './grpc-frames.js';

/** The field `fragment` of a WatchResponse, true. */
const MORE = Buffer.from([0x38, 1]);
/** The tag of `events`, the last of its fields. */
const EVENT = 0x5a;
/** Bytes that are gathered before they are given out. */
const ENOUGH = 64 * 1024;

/**
 * For one stream: takes pieces of WatchResponses, and gives WatchResponses. Each fragment of one has all of its fields but `events`, as
 * those of a server have; `fragment` is true in all but the last, which has what the server said.
 * What it gives throws FrameError for bytes that are no message.
 */
export function fragmenter(): (piece: Buffer, last: boolean) => Buffer | undefined {
  let pieces: Buffer[] = [];
  let size = 0;
  /** How many bytes there must be for the next fragment. */
  let needed = ENOUGH;
  /** The fields before the first event, when a fragment was given out. */
  let head: Buffer | undefined;
  const keep = (rest: Buffer[], need: number) => {
    pieces = rest;
    size = rest.reduce((sum, { length }) => sum + length, 0);
    needed = Math.max(ENOUGH, need);
  };
  return (piece, last) => {
    pieces.push(piece);
    size += piece.length;
    if (last) {
      const whole = head || pieces.length > 1 ? Buffer.concat(head ? [head, ...pieces] : pieces) : piece;
      head = undefined;
      keep([], 0);
      return whole;
    }
    if (size < needed) return undefined;
    const bytes = Buffer.concat(pieces);
    const { first, end, open } = wholeFields(bytes);
    if (end === first) {
      keep([bytes], end + open);
      return undefined;
    }
    head ??= bytes.subarray(0, first);
    keep([bytes.subarray(end)], open);
    return Buffer.concat([head, MORE, bytes.subarray(first, end)]);
  };
}

/** Where the first event begins, where the last whole field ends, and how long the field behind it is as far as that is known. */
function wholeFields(bytes: Buffer): { first: number; end: number; open: number } {
  let first: number | undefined;
  for (let at = 0; ; ) {
    const length = at < bytes.length ? lengthOf(bytes, at) : undefined;
    if (length !== undefined && bytes[at] === EVENT) first ??= at;
    if (length === undefined || at + length > bytes.length) return { first: first ?? at, end: at, open: length ?? 0 };
    at += length;
  }
}

function lengthOf(bytes: Buffer, at: number): number | undefined {
  try {
    return fieldLength(bytes, at);
  } catch (error) {
    throw new FrameError(`the answer to watch is no message of etcd's: ${(error as Error).message}`);
  }
}
