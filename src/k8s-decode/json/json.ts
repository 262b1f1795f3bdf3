import { Failure } from '../../base/errors.js';
import { type Fields, integer, JsonText, type Value, wellFormed } from '../value.js';
import { toJson } from './write.js';

export { quoteJson, toJson } from './write.js';

/** Deeper nesting is refused: no Kubernetes object comes near it, and every reader of a {@link Value} recurses. */
export const maxDepth = 1000;

const minInt64 = -(2n ** 63n);
const maxInt64 = 2n ** 63n - 1n;

/**
 * Where objects and arrays that were read with `keepSource` stood. A property of each: a WeakMap of as many entries costs more
 * than all of the reading.
 */
const SOURCE = Symbol('source');

interface Sourced {
  [SOURCE]?: { text: string; start: number; end: number };
}

/**
 * Reads one JSON text, exactly: members keep their order, integers of 64 bits stay whole. Anything wider is a
 * double, as Go's unstructured objects hold it. Of members with the same name the last one wins.
 *
 * @throws Failure that names the byte offset of what cannot be read
 */
export function parseJson(input: string | Uint8Array, options: JsonOptions = {}): Value {
  const text = typeof input === 'string' ? input : utf8(input);
  return new Parser(text, options).document();
}

export interface JsonOptions {
  /**
   * Whether {@link sourceOf} is to know the text of each object and array: Kubernetes stores some parts of an object as the JSON that it
   * was given, with its spelling of numbers and strings.
   */
  keepSource?: boolean;
  /** Whether numbers and objects that a {@link Value} would change are a {@link JsonText}. */
  isExact?: boolean;
}

/** The text that `value` was read from with `keepSource`, if it still says what `value` does. */
export function sourceOf(value: Value): string | undefined {
  const source = typeof value === 'object' && value !== null ? (value as Sourced)[SOURCE] : undefined;
  const text = source?.text.slice(source.start, source.end);
  return text !== undefined && toJson(parseJson(text)) === toJson(value) ? text : undefined;
}

function utf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

class Parser {
  private at = 0;
  private depth = 0;
  private readonly keepSource: boolean;
  private readonly isExact: boolean;

  constructor(
    private readonly text: string,
    { keepSource = false, isExact = false }: JsonOptions,
  ) {
    this.keepSource = keepSource;
    this.isExact = isExact;
  }

  document(): Value {
    const value = this.value(this.token());
    if (!Number.isNaN(this.token())) throw this.unexpected('after the value');
    return value;
  }

  /** The character that begins the next token, NaN at the end. */
  private token(): number {
    const text = this.text;
    let code = text.charCodeAt(this.at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = text.charCodeAt(++this.at);
    return code;
  }

  private value(code: number): Value {
    switch (code) {
      case 0x22:
        return this.string();
      case 0x7b:
        return this.object();
      case 0x5b:
        return this.array();
      case 0x74:
        return this.word('true', true);
      case 0x66:
        return this.word('false', false);
      case 0x6e:
        return this.word('null', null);
      default:
        return this.number(code);
    }
  }

  private word(word: string, value: Value): Value {
    if (!this.text.startsWith(word, this.at)) throw this.unexpected('in place of a value');
    this.at += word.length;
    return value;
  }

  private object(): Fields | JsonText {
    const start = this.enter();
    const fields: Fields = new Map();
    let isRepeated = false;
    let code = this.token();
    if (code !== 0x7d) {
      for (;;) {
        if (code !== 0x22) throw this.unexpected("in place of a member's name");
        const name = this.string();
        if (this.token() !== 0x3a) throw this.unexpected("after a member's name");
        this.at++;
        if (this.isExact && fields.has(name)) isRepeated = true;
        fields.set(name, this.value(this.token()));
        code = this.token();
        if (code === 0x7d) break;
        if (code !== 0x2c) throw this.unexpected('after a member');
        this.at++;
        code = this.token();
      }
    }
    this.leave(fields, start);
    return isRepeated ? new JsonText(withoutSpace(this.text.slice(start, this.at))) : fields;
  }

  private array(): Value[] {
    const start = this.enter();
    const items: Value[] = [];
    let code = this.token();
    if (code !== 0x5d) {
      for (;;) {
        items.push(this.value(code));
        code = this.token();
        if (code === 0x5d) break;
        if (code !== 0x2c) throw this.unexpected('after an array element');
        this.at++;
        code = this.token();
      }
    }
    this.leave(items, start);
    return items;
  }

  private enter(): number {
    if (++this.depth > maxDepth) throw this.failure(`nested more than ${maxDepth} levels deep`);
    return this.at++;
  }

  private leave(value: Fields | Value[], start: number): void {
    this.at++;
    this.depth--;
    if (this.keepSource) (value as Sourced)[SOURCE] = { text: this.text, start, end: this.at };
  }

  private number(code: number): number | bigint | JsonText {
    const start = this.at;
    const value = this.rounded(code);
    if (!this.isExact) return value;
    const text = this.text.slice(start, this.at);
    return String(value) === text ? value : new JsonText(text);
  }

  private rounded(code: number): number | bigint {
    const negative = code === 0x2d;
    const start = this.at;
    const first = negative ? start + 1 : start;
    let at = first;
    let whole = 0;
    let digit = this.text.charCodeAt(at) - 0x30;
    while (digit >= 0 && digit <= 9) {
      whole = whole * 10 + digit;
      digit = this.text.charCodeAt(++at) - 0x30;
    }
    if (at === first) throw this.unexpected('in place of a value');
    if (at - first > 1 && this.text.charCodeAt(first) === 0x30) throw this.failure('number with a leading zero');
    // Offsets from '0': '.' is -2, 'E' 21, 'e' 53.
    if (digit === -2 || digit === 21 || digit === 53) return this.float(start);
    this.at = at;
    if (at - first <= 15) return negative && whole !== 0 ? -whole : whole;
    const digits = this.text.slice(start, at);
    const exact = at - first <= 19 ? BigInt(digits) : maxInt64 + 1n;
    return exact < minInt64 || exact > maxInt64 ? this.finite(digits) : integer(exact);
  }

  private float(start: number): number {
    const pattern = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    pattern.lastIndex = start;
    const digits = pattern.exec(this.text)?.[0] ?? '';
    this.at = start + digits.length;
    const next = this.text[this.at] ?? '';
    if (next !== '' && '.eE'.includes(next)) throw this.unexpected('in a number');
    return this.finite(digits);
  }

  private finite(digits: string): number {
    const value = Number(digits);
    if (!Number.isFinite(value) && !this.isExact) throw this.failure('number out of range');
    return value;
  }

  private string(): string {
    const text = this.text;
    const start = ++this.at;
    let at = start;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 0x22) {
        this.at = at + 1;
        return text.slice(start, at);
      }
      if (code === 0x5c) return this.escapedString(start, at);
      if (!(code >= 0x20)) {
        this.at = at;
        throw this.unexpected('in a string');
      }
      at++;
    }
  }

  /** Continues a string at its first backslash. */
  private escapedString(start: number, backslash: number): string {
    const text = this.text;
    let out = '';
    let from = start;
    let at = backslash;
    let hasHalves = false;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 0x5c) {
        out += text.slice(from, at);
        this.at = at;
        const character = this.escape();
        hasHalves ||= character >= '\ud800' && character <= '\udfff';
        out += character;
        at = from = this.at;
      } else if (code === 0x22) {
        this.at = at + 1;
        // Halves of surrogate pairs can come from escapes alone; Go reads them as U+FFFD.
        return hasHalves ? wellFormed(out + text.slice(from, at)) : out + text.slice(from, at);
      } else if (code >= 0x20) {
        at++;
      } else {
        this.at = at;
        throw this.unexpected('in a string');
      }
    }
  }

  private escape(): string {
    const letter = this.text[this.at + 1] ?? '';
    if (letter === 'u') {
      const hex = this.text.slice(this.at + 2, this.at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) throw this.failure('invalid \\u escape');
      this.at += 6;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const plain = '"\\/bfnrt'.indexOf(letter);
    if (letter === '' || plain < 0) throw this.failure('invalid escape');
    this.at += 2;
    return '"\\/\b\f\n\r\t'[plain] as string;
  }

  private unexpected(where: string): Failure {
    const code = this.text.codePointAt(this.at);
    if (code === undefined) return this.failure('unexpected end');
    return this.failure(`unexpected ${JSON.stringify(String.fromCodePoint(code))} ${where}`);
  }

  private failure(reason: string): Failure {
    return new Failure(`invalid JSON: ${reason} (byte ${Buffer.byteLength(this.text.slice(0, this.at))})`);
  }
}

/** JSON without the white space between its tokens. */
function withoutSpace(json: string): string {
  return json.replace(/("[^"\\]*(?:\\.[^"\\]*)*")|[ \t\r\n]+/g, '$1');
}
