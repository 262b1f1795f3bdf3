/**
 * gRPC's length-prefixed messages: a byte that tells whether the message is compressed (0: no), its length in 4 bytes
 * big-endian, the message. Several may share a DATA frame of HTTP/2, and one may be spread over many.
 */
import { constants } from 'node:buffer';

const HEADER_LENGTH = 5;

/**
 * Smaller messages are put together in slabs of this size: a snapshot is thousands of 32 KiB, and as many buffers of their own
 * leave the C heap in holes (30 MB of them at 140 MB).
 */
const SLAB_LENGTH = 256 * 1024;

/** A message with its prefix. */
export function encodeFrame(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_LENGTH + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, HEADER_LENGTH);
  return frame;
}

/** What is wrong with the bytes of a call: `tooLarge` when the message is over the limit. */
export class FrameError extends Error {
  readonly tooLarge: boolean;
  constructor(message: string, tooLarge = false) {
    super(message);
    this.tooLarge = tooLarge;
  }
}

/**
 * Cuts the bytes of a call into messages, however they are chunked.
 * A message within one chunk shares its memory; any other is copied once, into a buffer of its size.
 */
export class FrameParser {
  private readonly header = Buffer.allocUnsafe(HEADER_LENGTH);
  private headerFilled = 0;
  private body: Buffer | undefined;
  private bodyFilled = 0;
  private slab = Buffer.alloc(0);
  private slabUsed = 0;

  /** In pieces: how much of the message is still to come. */
  private remaining = 0;

  /**
   * @param onMessage is told a message, and whether this is the end of it.
   * @param maxBytes the longest message that is taken; 0 is no limit.
   * @param inPieces hands on each part of a message as it comes, in place of the whole.
   */
  constructor(
    private readonly onMessage: (message: Buffer, last: boolean) => void,
    private readonly maxBytes = 0,
    private readonly inPieces = false,
  ) {}

  /** @throws FrameError when the prefix is none or the message is too long. */
  push(chunk: Buffer): void {
    let pos = 0;
    while (pos < chunk.length) {
      if (this.remaining > 0) {
        pos += this.passOn(chunk, pos);
        continue;
      }
      if (this.body) {
        pos += this.fillBody(this.body, chunk, pos);
        continue;
      }
      pos += this.fillHeader(chunk, pos);
      if (this.headerFilled < HEADER_LENGTH) return;
      const length = this.readHeader();
      if (this.inPieces) this.remaining = length;
      else if (chunk.length - pos >= length) {
        this.onMessage(chunk.subarray(pos, pos + length), true);
        pos += length;
      } else {
        this.body = this.allocate(length);
        this.bodyFilled = 0;
      }
    }
  }

  /** Pages of a buffer that are not written to take no memory, so a length that is a lie costs nothing. */
  private allocate(length: number): Buffer {
    if (length > SLAB_LENGTH / 4) return Buffer.allocUnsafeSlow(length);
    if (this.slabUsed + length > this.slab.length) {
      this.slab = Buffer.allocUnsafeSlow(SLAB_LENGTH);
      this.slabUsed = 0;
    }
    this.slabUsed += length;
    return this.slab.subarray(this.slabUsed - length, this.slabUsed);
  }

  /** Whether all messages that were begun are complete. */
  get complete(): boolean {
    return this.body === undefined && this.remaining === 0 && this.headerFilled === 0;
  }

  private fillHeader(chunk: Buffer, pos: number): number {
    const copied = chunk.copy(this.header, this.headerFilled, pos, pos + HEADER_LENGTH - this.headerFilled);
    this.headerFilled += copied;
    return copied;
  }

  private readHeader(): number {
    this.headerFilled = 0;
    const length = this.header.readUInt32BE(1);
    if (this.header[0] !== 0) throw new FrameError(`the answer is compressed or no gRPC (flag byte ${this.header[0]})`);
    const max = this.maxBytes || constants.MAX_LENGTH;
    // The words of gRPC for Go, which etcdctl prints.
    if (length > max) throw new FrameError(`grpc: received message larger than max (${length} vs. ${max})`, true);
    return length;
  }

  private passOn(chunk: Buffer, pos: number): number {
    const piece = chunk.subarray(pos, pos + this.remaining);
    this.remaining -= piece.length;
    this.onMessage(piece, this.remaining === 0);
    return piece.length;
  }

  private fillBody(body: Buffer, chunk: Buffer, pos: number): number {
    const copied = chunk.copy(body, this.bodyFilled, pos);
    this.bodyFilled += copied;
    if (this.bodyFilled === body.length) {
      this.body = undefined;
      this.onMessage(body, true);
    }
    return copied;
  }
}
