/**
 * Reads the SnapshotResponses of a member while they arrive. A database is a hundred megabytes in messages of 32 KiB, none of which has
 * to be put together: their blobs are handed on in the parts in which they came.
 *
 * SnapshotResponse: header = 1, remaining_bytes = 2 (varint), blob = 3, version = 4 (text). Messages that follow one another read as
 * one message with each of its fields many times.
 */
export class SnapshotReader {
  /** Bytes that the server says are still to come. */
  remaining = 0;
  /** The server's version, from 3.6 on; else empty. */
  version = '';
  /** The field that is being read: its number and wire type, then its number or its length, and its bytes if they are no blob. */
  private tag = 0;
  private number = 0;
  private scale = 0;
  private left = 0;
  private bytes: Buffer[] = [];

  /**
   * Takes the next piece of the messages, and gives the parts of the database that are in it.
   * @throws RangeError when the bytes are no such messages.
   */
  push(piece: Buffer): Buffer[] {
    const blobs: Buffer[] = [];
    let at = 0;
    while (at < piece.length) {
      if (this.left === 0) {
        this.readByte(piece[at++]!);
        continue;
      }
      const part = piece.subarray(at, at + this.left);
      at += part.length;
      this.left -= part.length;
      if (this.tag === BLOB) blobs.push(part);
      else if (this.tag === VERSION) this.bytes.push(part);
      if (this.left === 0) this.endField();
    }
    return blobs;
  }

  /** A byte of a tag, which is one byte for these fields, or of the varint behind it. */
  private readByte(byte: number): void {
    if (this.scale === 0) {
      if ((byte & 7) !== VARINT && (byte & 7) !== LENGTH) throw new RangeError(`no such wire type: ${byte & 7}`);
      this.tag = byte;
      this.number = 0;
      this.scale = 1;
      return;
    }
    this.number += (byte & 0x7f) * this.scale;
    this.scale *= 128;
    if (byte >= 0x80) {
      if (this.scale > 2 ** 63) throw new RangeError('a number of more than 64 bits');
      return;
    }
    if ((this.tag & 7) === LENGTH) this.left = this.number;
    if (this.left === 0) this.endField();
  }

  private endField(): void {
    if (this.tag === REMAINING) this.remaining = this.number;
    else if (this.tag === VERSION) this.version = Buffer.concat(this.bytes).toString();
    this.bytes = [];
    this.scale = 0;
  }
}

const VARINT = 0;
const LENGTH = 2;
const REMAINING = 0x10;
const BLOB = 0x1a;
const VERSION = 0x22;
