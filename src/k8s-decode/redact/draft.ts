/** A value on its way to be redacted: what is taken out is replaced byte for byte, so that all lengths in it stay true. */
import type { NameMap } from './names.js';

/** What was taken out. */
export type Redacted =
  | 'secret data'
  | 'config map data'
  | 'environment'
  | 'annotation'
  | 'credential'
  | 'encrypted value'
  | 'unreadable value'
  | 'other value'
  | 'password hash'
  | 'name';

const X = 0x78;
const BACKSLASH = 0x5c;
/** Three letters `x` in base64. */
const XXX = Buffer.from('eHh4');
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

export class Draft {
  /**
   * @param bytes the value, which is changed in place
   * @param told what was taken out, and how many bytes
   */
  constructor(
    readonly bytes: Buffer,
    private readonly told: (what: Redacted, bytes: number) => void,
    readonly names: NameMap | undefined,
  ) {}

  tell(what: Redacted, bytes: number): void {
    this.told(what, bytes);
  }

  /** Puts another value of the same length in place of the whole. */
  replace(bytes: Buffer): void {
    bytes.copy(this.bytes);
  }

  /** Replaces bytes by as many `x`. */
  fill(what: Redacted, start: number, end: number): void {
    if (end <= start) return;
    this.bytes.fill(X, start, end);
    this.told(what, end - start);
  }

  /** Replaces a text that has to stay base64 by the base64 of as many `x`; one that is none, as {@link fill} does. */
  fillBase64(what: Redacted, start: number, end: number): void {
    if (!BASE64.test(this.bytes.latin1Slice(start, end))) {
      this.fill(what, start, end);
      return;
    }
    if (end <= start) return;
    const { bytes } = this;
    const padding = bytes[end - 2] === 0x3d ? 2 : bytes[end - 1] === 0x3d ? 1 : 0;
    bytes.fill(XXX, start, end);
    if (padding === 2) bytes.write('eA==', end - 4);
    else if (padding === 1) bytes.write('eHg=', end - 4);
    this.told(what, end - start);
  }

  /** Replaces letters and digits, and leaves what parts lines and is escaped. */
  fillLetters(what: Redacted, start: number, end: number): void {
    if (end <= start) return;
    const { bytes } = this;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte === BACKSLASH) at++;
      else if (byte > 0x20) bytes[at] = X;
    }
    this.told(what, end - start);
  }

  /** Replaces the digits of a number by ones: what it is, a whole number or a negative one, stays. */
  fillDigits(what: Redacted, start: number, end: number): void {
    const { bytes } = this;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte >= 0x30 && byte <= 0x39) bytes[at] = 0x31;
    }
    this.told(what, end - start);
  }

  /** Puts hashes in place of the names that stand in a text. */
  hashNames(start: number, end: number): void {
    if (!this.names || end <= start) return;
    const text = this.bytes.latin1Slice(start, end);
    const hashed = this.names.inText(text);
    if (hashed === text) return;
    this.bytes.latin1Write(hashed, start);
    this.told('name', end - start);
  }
}

declare global {
  interface Buffer {
    /** Node's own methods behind toString and write in latin1: a letter a byte. */
    latin1Slice(start: number, end: number): string;
    latin1Write(text: string, start: number): number;
  }
}
