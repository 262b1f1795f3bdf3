import { corrupt, type DbFile } from './db-file.js';

const SMALLEST = 16 * 1024;

/** Largest stretch that can be asked for at once: also the most that the elements of one page can take. */
export const LARGEST = 1024 * 1024;

/**
 * Reads a file in stretches that grow while the places asked for follow each other, and shrink when they jump.
 * What `at` promised is valid until the next call.
 */
export class ReadAhead {
  readonly bytes = Buffer.allocUnsafeSlow(LARGEST);
  private start = 0;
  private end = 0;
  private stretch = SMALLEST;

  constructor(private readonly file: DbFile) {}

  /** Makes `length` bytes at `offset` available. Gives where they begin in `bytes`. */
  at(offset: number, length: number): number {
    if (offset < this.start || offset + length > this.end) this.fill(offset, length);
    return offset - this.start;
  }

  /** How many bytes are there from `offset` on. */
  available(offset: number): number {
    return this.end - offset;
  }

  private fill(offset: number, length: number): void {
    const follows = offset >= this.start && offset <= this.end + this.stretch;
    this.stretch = follows ? Math.min(LARGEST, this.stretch * 2) : SMALLEST;
    const wanted = Math.max(length, this.stretch);
    const got = this.file.readInto(this.bytes, offset, wanted);
    this.start = offset;
    this.end = offset + got;
    if (got >= length) return;
    throw corrupt(
      this.file.path,
      'cut short',
      `expected ${length} bytes at ${offset}, but the file ends at ${this.end}`,
    );
  }
}
