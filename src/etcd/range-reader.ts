/**
 * Reads a RangeResponse while it arrives, so that an answer of any size takes no more memory than a piece of it. Key-values lie in the
 * piece that they came in; only one that is spread over several is copied.
 */
import { fieldLength } from '../base/wire/field-length.js';
import type { KeyValue } from '../base/wire/key-value.js';
import { emptyPage, type RangePage, readRangeFields } from './range-page.js';

const NOTHING = Buffer.alloc(0);

export class RangeReader {
  /** What is known so far; its `kvs` are those of the last piece. */
  readonly page: RangePage = emptyPage();
  /** The first bytes of a field, as long as they do not tell how long it is. */
  private start: Buffer = NOTHING;
  /** A field that is spread over pieces, and how much of it has come. */
  private field: Buffer | undefined;
  private filled = 0;

  /**
   * Takes the next piece of the message, and gives the key-values that are complete with it.
   * @throws RangeError when the bytes are no such message.
   */
  push(piece: Buffer): KeyValue[] {
    this.page.kvs = [];
    let at = 0;
    while (at < piece.length) {
      if (this.field) at += this.fill(this.field, piece, at);
      else if (this.start.length > 0) this.lengthen(piece.subarray(at, ++at));
      else at += this.readInPlace(piece, at);
    }
    return this.page.kvs;
  }

  /** @throws RangeError when the message ended within a field. */
  end(): void {
    if (this.field || this.start.length > 0) throw new RangeError('the answer is cut short');
  }

  /** Reads the fields that are whole in the piece, and keeps the beginning of the one that is not. */
  private readInPlace(piece: Buffer, from: number): number {
    let at = from;
    for (;;) {
      const length = at < piece.length ? fieldLength(piece, at) : undefined;
      if (length === undefined || at + length > piece.length) {
        readRangeFields(this.page, piece, from, at);
        if (length === undefined) this.start = Buffer.from(piece.subarray(at));
        else this.begin(length, piece.subarray(at));
        return piece.length - from;
      }
      at += length;
    }
  }

  private begin(length: number, bytes: Buffer): void {
    this.field = Buffer.allocUnsafeSlow(length);
    this.filled = bytes.copy(this.field);
  }

  private fill(field: Buffer, piece: Buffer, at: number): number {
    const copied = piece.copy(field, this.filled, at);
    this.filled += copied;
    if (this.filled === field.length) {
      this.field = undefined;
      readRangeFields(this.page, field, 0, field.length);
    }
    return copied;
  }

  private lengthen(byte: Buffer): void {
    const bytes = Buffer.concat([this.start, byte]);
    const length = fieldLength(bytes, 0);
    this.start = length === undefined ? bytes : NOTHING;
    if (length === undefined) return;
    if (length > bytes.length) this.begin(length, bytes);
    else readRangeFields(this.page, bytes, 0, length);
  }
}
