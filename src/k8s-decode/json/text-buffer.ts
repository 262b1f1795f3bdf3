import { Failure } from '../../base/errors.js';

/**
 * The text of one object is never longer: a value of etcd has 1.5 MiB, some more where a server allows it. What is nested deep has
 * all of its indentation on every line, though, and would be hundreds of times as long.
 */
const MAX_BYTES = 64 << 20;

/** How many bytes a buffer keeps for the next text. */
const keptBytes = 1 << 20;

/**
 * Collects text as UTF-8 bytes. Pieces of text are short and many: copying their characters costs less than
 * chaining strings that are put together in the end.
 */
export class TextBuffer {
  private bytes = Buffer.allocUnsafeSlow(1 << 16);
  private end = 0;
  private isAscii = true;

  /** Begins anew. */
  clear(): void {
    if (this.bytes.length > keptBytes) this.bytes = Buffer.allocUnsafeSlow(keptBytes);
    this.end = 0;
    this.isAscii = true;
  }

  get size(): number {
    return this.end;
  }

  /**
   * Makes room for `bytes` more bytes.
   * @throws Failure for more than the text of an object may have
   */
  private reserve(bytes: number): void {
    if (this.end + bytes <= this.bytes.length) return;
    if (this.end + bytes > MAX_BYTES) throw new Failure('the object is more than 64 MiB of text, so deep is it nested');
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.end + bytes));
    this.bytes.copy(larger, 0, 0, this.end);
    this.bytes = larger;
  }

  spaces(count: number): void {
    this.reserve(count);
    const { bytes } = this;
    let at = this.end;
    for (const stop = at + count; at < stop; at++) bytes[at] = 0x20;
    this.end = at;
  }

  byte(code: number): void {
    this.reserve(1);
    this.bytes[this.end++] = code;
  }

  text(text: string): void {
    const { length } = text;
    this.reserve(length * 3);
    if (length < 64 && this.shortAscii(text)) return;
    const written = this.bytes.write(text, this.end, 'utf8');
    this.end += written;
    if (written !== length) this.isAscii = false;
  }

  private shortAscii(text: string): boolean {
    const { bytes, end } = this;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code > 0x7f) return false;
      bytes[end + at] = code;
    }
    this.end = end + text.length;
    return true;
  }

  /** The bytes themselves: overwritten by the next text. */
  view(): Buffer {
    return this.bytes.subarray(0, this.end);
  }

  toString(): string {
    return this.bytes.toString(this.isAscii ? 'latin1' : 'utf8', 0, this.end);
  }
}
