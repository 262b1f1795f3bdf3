/** Objects in JSON and CBOR as trees of places: what each part is, and which bytes it is. */

/** A part of an object. `[start, end)` are the bytes of a string without its quotes, of anything else all of it. */
export interface Part {
  type: 'string' | 'number' | 'object' | 'list' | 'other';
  start: number;
  end: number;
  /** Of an object, in their order. */
  members?: { name: string; nameStart: number; nameEnd: number; part: Part }[];
  /** Of a list. */
  items?: Part[];
}

/** Far more than any object has. */
const MAX_DEPTH = 500;

/** What is no JSON, or no CBOR as Kubernetes writes it. */
export class NotReadable extends Error {}

/**
 * The parts of a JSON text in `[start, end)`.
 * @throws NotReadable
 */
export function jsonParts(bytes: Buffer, start: number, end: number): Part {
  const reader = new JsonParts(bytes, start, end);
  const part = reader.value(0);
  if (reader.token() !== -1) throw new NotReadable();
  return part;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Reads a JSON text in `[at, end)`. */
export class JsonParts {
  constructor(
    private readonly bytes: Buffer,
    private at: number,
    private readonly end: number,
  ) {}

  /** The byte that begins the next token, -1 at the end. */
  token(): number {
    for (; this.at < this.end; this.at++) {
      const byte = this.bytes[this.at]!;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
    }
    return -1;
  }

  value(depth: number): Part {
    if (depth > MAX_DEPTH) throw new NotReadable();
    const first = this.token();
    if (first === QUOTE) return this.string();
    if (first === 0x7b) return this.object(depth);
    if (first === 0x5b) return this.list(depth);
    const start = this.at;
    while (this.at < this.end && !' \n\r\t,]}:'.includes(String.fromCharCode(this.bytes[this.at]!))) this.at++;
    if (this.at === start) throw new NotReadable();
    const isNumber = first === 0x2d || (first >= 0x30 && first <= 0x39);
    if (!isNumber && !['true', 'false', 'null'].includes(this.bytes.latin1Slice(start, this.at)))
      throw new NotReadable();
    return { type: isNumber ? 'number' : 'other', start, end: this.at };
  }

  private string(): Part {
    const start = ++this.at;
    for (; this.at < this.end; this.at++) {
      const byte = this.bytes[this.at]!;
      if (byte === BACKSLASH) this.at++;
      else if (byte === QUOTE) return { type: 'string', start, end: this.at++ };
    }
    throw new NotReadable();
  }

  private object(depth: number): Part {
    const start = this.at++;
    const members: NonNullable<Part['members']> = [];
    while (this.token() !== 0x7d) {
      if (members.length > 0) this.take(0x2c);
      if (this.token() !== QUOTE) throw new NotReadable();
      const { start: nameStart, end: nameEnd } = this.string();
      this.take(0x3a);
      members.push({ name: jsonText(this.bytes, nameStart, nameEnd), nameStart, nameEnd, part: this.value(depth + 1) });
    }
    return { type: 'object', start, end: ++this.at, members };
  }

  private list(depth: number): Part {
    const start = this.at++;
    const items: Part[] = [];
    while (this.token() !== 0x5d) {
      if (items.length > 0) this.take(0x2c);
      items.push(this.value(depth + 1));
    }
    return { type: 'list', start, end: ++this.at, items };
  }

  private take(byte: number): void {
    if (this.token() !== byte) throw new NotReadable();
    this.at++;
  }
}

/** The text of a JSON string, of the bytes between its quotes. */
export function jsonText(bytes: Buffer, start: number, end: number): string {
  const text = bytes.utf8Slice(start, end);
  if (!text.includes('\\')) return text;
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    throw new NotReadable();
  }
}

/**
 * The parts of a CBOR value, as Kubernetes writes it: lengths are given, names are byte strings or texts.
 * @throws NotReadable
 */
export function cborParts(bytes: Buffer): Part {
  const reader = new CborParts(bytes);
  const part = reader.item(0);
  if (reader.at !== bytes.length) throw new NotReadable();
  return part;
}

class CborParts {
  at = 0;

  constructor(private readonly bytes: Buffer) {}

  item(depth: number): Part {
    if (depth > MAX_DEPTH || this.at >= this.bytes.length) throw new NotReadable();
    const start = this.at;
    const first = this.bytes[this.at++]!;
    const major = first >> 5;
    const argument = this.argument(first & 0x1f);
    if (major === 0 || major === 1) return { type: 'number', start, end: this.at };
    if (major === 7) return { type: 'other', start, end: this.at };
    if (major === 6) return this.item(depth + 1);
    if (major === 2 || major === 3) return this.string(argument);
    return major === 4 ? this.list(start, argument, depth) : this.object(start, argument, depth);
  }

  private argument(info: number): number {
    if (info < 24) return info;
    const size = 1 << (info - 24);
    if (info > 27 || this.at + size > this.bytes.length) throw new NotReadable();
    this.at += size;
    const place = this.at - size;
    return size < 8 ? this.bytes.readUIntBE(place, size) : Number(this.bytes.readBigUInt64BE(place));
  }

  private string(length: number): Part {
    const start = this.at;
    if (length > this.bytes.length - start) throw new NotReadable();
    this.at += length;
    return { type: 'string', start, end: this.at };
  }

  private list(start: number, count: number, depth: number): Part {
    const items: Part[] = [];
    for (let i = 0; i < count; i++) items.push(this.item(depth + 1));
    return { type: 'list', start, end: this.at, items };
  }

  private object(start: number, count: number, depth: number): Part {
    const members: NonNullable<Part['members']> = [];
    for (let i = 0; i < count; i++) {
      const { type, start: nameStart, end: nameEnd } = this.item(depth + 1);
      if (type !== 'string') throw new NotReadable();
      members.push({
        name: this.bytes.utf8Slice(nameStart, nameEnd),
        nameStart,
        nameEnd,
        part: this.item(depth + 1),
      });
    }
    return { type: 'object', start, end: this.at, members };
  }
}
