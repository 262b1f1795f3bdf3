import { ExitCode, Failure } from '../../base/errors.js';

/** One JSON document of a stream, or one element of an array that was to be taken apart. */
export interface JsonPiece {
  text: Buffer;
  /** Whether the value was an element of the member that {@link JsonSplitter} takes apart. */
  isElement: boolean;
  /** The line on which it begins, from 1. */
  line: number;
}

const Byte = { Newline: 0x0a, Quote: 0x22, Comma: 0x2c, Backslash: 0x5c } as const;

/**
 * Cuts a stream of JSON documents (one a line, or over many lines) into its documents, whatever the size of the stream.
 * The elements of an array at the top, and those of the members that are named, come one by one too: the answer of a
 * large `get -w json` is a single line, and is never held as a whole.
 *
 * Only brackets and quotes are looked at: what is between them is for the parser.
 */
export class JsonSplitter {
  private depth = 0;
  private inString = false;
  private isEscaped = false;
  /** The last string of a document's own level, as far as it can be a member's name that matters. */
  private name = '';
  private line = 1;
  private pieceLine = 1;
  /** The depth at which the elements begin that come one by one; 0: none. */
  private elementDepth = 0;
  private isTakenApart = false;
  /** What came before of a piece that has begun. */
  private parts: Buffer[] | undefined;

  /** @param members names of the members whose elements come one by one */
  constructor(private readonly members: readonly string[] = []) {}

  /** The pieces that end in `chunk`. */
  *push(chunk: Buffer): Generator<JsonPiece> {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      if (this.inString) {
        at = this.string(chunk, at);
        continue;
      }
      switch (chunk[at]) {
        case Byte.Newline:
          this.line++;
          break;
        case Byte.Quote:
          this.requireInside(chunk, at);
          this.inString = true;
          this.name = '';
          break;
        case 0x7b: // {
        case 0x5b: // [
          if (this.open(chunk[at] === 0x5b)) start = at;
          break;
        case 0x7d: // }
        case 0x5d: // ]
          this.depth--;
          if (this.closesPiece()) yield this.piece(chunk.subarray(start, at + 1));
          break;
        default:
          if (this.depth === 0) this.requireInside(chunk, at);
      }
    }
    if (this.parts) this.parts.push(Buffer.from(chunk.subarray(start)));
  }

  /** @throws Failure when a document is not complete */
  end(): void {
    if (this.depth > 0 || this.inString) {
      throw new Failure(`the JSON document that begins on line ${this.pieceLine} is cut short`, {
        exitCode: ExitCode.InvalidInput,
      });
    }
  }

  /** Goes through a string, to its closing quote or the end of the chunk; gives the last place that was looked at. */
  private string(chunk: Buffer, from: number): number {
    let at = from;
    if (this.isEscaped) {
      this.isEscaped = false;
      at++;
    }
    while (at < chunk.length && chunk[at] !== Byte.Quote) at += chunk[at] === Byte.Backslash ? 2 : 1;
    if (at > chunk.length) this.isEscaped = true;
    if (this.depth === 1 && this.name.length < 16) this.name += chunk.toString('latin1', from, Math.min(at, from + 16));
    if (at < chunk.length) this.inString = false;
    return at;
  }

  /** An opening bracket; true where a piece begins with it. */
  private open(isArray: boolean): boolean {
    this.depth++;
    if (isArray && this.elementDepth === 0) {
      const isMember = this.depth === 2 && this.members.includes(this.name);
      if (this.depth === 1 || isMember) {
        this.elementDepth = this.depth + 1;
        this.isTakenApart = isMember;
        this.parts = undefined;
        return false;
      }
    }
    const begins = this.elementDepth === 0 ? this.depth === 1 : this.depth === this.elementDepth;
    if (!begins) return false;
    this.parts = [];
    this.pieceLine = this.line;
    return true;
  }

  /** After a closing bracket: whether a piece ends there. */
  private closesPiece(): boolean {
    if (this.elementDepth > 0 && this.depth < this.elementDepth - 1) this.elementDepth = 0;
    if (this.depth < 0) throw this.unexpected('a closing bracket');
    return this.parts !== undefined && this.depth === Math.max(this.elementDepth - 1, 0);
  }

  private piece(text: Buffer): JsonPiece {
    const whole = this.parts!.length === 0 ? text : Buffer.concat([...this.parts!, text]);
    this.parts = undefined;
    return { text: whole, isElement: this.elementDepth > 0 && this.isTakenApart, line: this.pieceLine };
  }

  private requireInside(chunk: Buffer, at: number): void {
    if (this.depth > 0) return;
    const byte = chunk[at]!;
    if (byte === 0x20 || byte === 0x09 || byte === 0x0d) return;
    throw this.unexpected(JSON.stringify(String.fromCharCode(byte)));
  }

  private unexpected(what: string): Failure {
    return new Failure(`unexpected ${what} between JSON documents (line ${this.line})`, {
      exitCode: ExitCode.InvalidInput,
    });
  }
}
