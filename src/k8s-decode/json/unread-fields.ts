import type { Fields, Value } from '../value.js';

/**
 * Fields that are still the JSON text in which they were stored: most managed fields are never looked at, only written again, and
 * they are more than half of an object. Looking at them reads the text.
 */
export class UnreadFields extends Map<string, Value> {
  private isRead = false;

  /** @param source as {@link isPlainFields} takes it: what Go and we would write of the fields */
  constructor(
    private source: string | undefined,
    private readonly parse: (text: string) => Fields,
  ) {
    super();
  }

  /** The text, as long as it says what the fields are. */
  get text(): string | undefined {
    return this.source;
  }

  override get size(): number {
    this.read();
    return super.size;
  }

  override get(name: string): Value | undefined {
    this.read();
    return super.get(name);
  }

  override has(name: string): boolean {
    this.read();
    return super.has(name);
  }

  override set(name: string, value: Value): this {
    this.read();
    this.source = undefined;
    return super.set(name, value);
  }

  override delete(name: string): boolean {
    this.read();
    this.source = undefined;
    return super.delete(name);
  }

  override clear(): void {
    this.isRead = true;
    this.source = undefined;
    super.clear();
  }

  override forEach(callback: (value: Value, name: string, map: Map<string, Value>) => void): void {
    this.read();
    super.forEach(callback);
  }

  override keys(): MapIterator<string> {
    this.read();
    return super.keys();
  }

  override values(): MapIterator<Value> {
    this.read();
    return super.values();
  }

  override entries(): MapIterator<[string, Value]> {
    this.read();
    return super.entries();
  }

  override [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries();
  }

  private read(): void {
    if (this.isRead || this.source === undefined) return;
    this.isRead = true;
    for (const [name, value] of this.parse(this.source)) super.set(name, value);
  }
}

const [QUOTE, BACKSLASH, COMMA, COLON, OPEN, CLOSE] = [0x22, 0x5c, 0x2c, 0x3a, 0x7b, 0x7d];
/** `&`, `<` and `>`, which Go writes as escapes. */
const ESCAPED = new Set([0x26, 0x3c, 0x3e]);

/**
 * Whether bytes are JSON as managed fields have it: objects in objects without a blank between, their names of printable ASCII
 * in which nothing but `"` and `\` has to be escaped, nested at most `maxDepth` deep. Written anew it would be the same.
 */
export function isPlainFields(bytes: Buffer, maxDepth: number): boolean {
  const { length } = bytes;
  if (bytes[0] !== OPEN) return false;
  let depth = 1;
  let at = 1;
  while (depth > 0) {
    if (bytes[at] === CLOSE) {
      depth--;
      at++;
      continue;
    }
    // After the first field of an object comes the next one behind a comma.
    if (bytes[at] === COMMA) {
      if (bytes[at - 1] !== CLOSE) return false;
      at++;
    } else if (bytes[at - 1] !== OPEN) return false;
    at = endOfName(bytes, at);
    if (at < 0 || bytes[at] !== COLON || bytes[at + 1] !== OPEN) return false;
    at += 2;
    if (++depth > maxDepth) return false;
  }
  return at === length;
}

/** Where the name that begins at `start` ends, behind its quotation mark; -1 where there is none. */
function endOfName(bytes: Buffer, start: number): number {
  if (bytes[start] !== QUOTE) return -1;
  for (let at = start + 1; at < bytes.length; at++) {
    const code = bytes[at]!;
    if (code === QUOTE) return at + 1;
    if (code < 0x20 || code > 0x7e || ESCAPED.has(code)) return -1;
    if (code !== BACKSLASH) continue;
    const next = bytes[++at];
    if (next !== QUOTE && next !== BACKSLASH) return -1;
  }
  return -1;
}
