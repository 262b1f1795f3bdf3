import { maxDepth } from '../json/json.js';
import type { Fields, Value } from '../value.js';
import { resolvePlain } from './resolve.js';
import { doubleQuoted, endOfDouble, endOfSingle, singleQuoted } from './unquote.js';

/** Thrown where a text is not in the layout that is read here. */
export class OtherLayout extends Error {}

/**
 * Reads one YAML document in the layout that kubectl (and {@link toYaml}) writes: blocks, plain and quoted scalars,
 * literals. It is some twenty times as fast as a reader of all of YAML, and reads back what U+2028 does to that layout.
 *
 * @throws OtherLayout where the document has anything else in it, be it wrong or only unusual
 */
export function parseBlockYaml(text: string): Value {
  if (/[\t\r\x85\ufeff]/.test(text)) throw new OtherLayout();
  return new BlockReader(text).document();
}

class BlockReader {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

  document(): Value {
    const first = this.text[0] ?? '';
    if (first === '{' || first === '[') {
      const value = this.emptyCollection();
      if (this.at === this.text.length) return value;
    }
    // A scalar alone is left to the other reader: nobody stores one.
    const value = this.startsItem() ? this.list(0) : this.mapping(0);
    if (this.at < this.text.length) throw new OtherLayout();
    return value;
  }

  /** How far the current line is indented. Empty lines are in no place where that is asked for. */
  private indent(): number {
    let end = this.at;
    while (this.text.charCodeAt(end) === 0x20) end++;
    if (this.text.charCodeAt(end) === 0x0a) throw new OtherLayout();
    return end - this.at;
  }

  /** Whether a list item begins here. */
  private startsItem(): boolean {
    if (this.text.charCodeAt(this.at) !== 0x2d) return false;
    const next = this.text.charCodeAt(this.at + 1);
    return next === 0x20 || next === 0x0a;
  }

  private enter(): void {
    if (++this.depth > maxDepth) throw new OtherLayout();
  }

  /** A list whose first item begins here, in column `indent`. */
  private list(indent: number): Value[] {
    this.enter();
    const items: Value[] = [];
    do {
      if (!this.text.startsWith('- ', this.at)) throw new OtherLayout();
      this.at += 2;
      items.push(this.nested(indent));
    } while (this.goesOn(indent, true));
    this.depth--;
    return items;
  }

  /** What stands after `- ` or `: ` of a collection in column `indent`: it may begin a collection on the same line. */
  private nested(indent: number): Value {
    if (this.startsItem()) return this.list(indent + 2);
    if (this.text.charCodeAt(this.at) === 0x3f && this.text.charCodeAt(this.at + 1) === 0x20)
      return this.mapping(indent + 2);
    return this.startsMember() ? this.mapping(indent + 2) : this.inline(indent);
  }

  /** Goes past the margin of the next line where it belongs to the collection in column `indent`. */
  private goesOn(indent: number, isList: boolean): boolean {
    if (this.at >= this.text.length) return false;
    const found = this.indent();
    if (found > indent) throw new OtherLayout();
    if (found < indent) return false;
    this.at += indent;
    if (this.startsItem() === isList) return true;
    this.at -= indent;
    return false;
  }

  /** A mapping whose first name begins here, in column `indent`. */
  private mapping(indent: number): Fields {
    this.enter();
    const fields: Fields = new Map();
    do {
      const [name, value] = this.member(indent);
      if (fields.has(name)) throw new OtherLayout();
      fields.set(name, value);
    } while (this.goesOn(indent, false));
    this.depth--;
    return fields;
  }

  private member(indent: number): [string, Value] {
    if (this.text.startsWith('? ', this.at)) return this.complexMember(indent);
    const name = this.name();
    if (this.text.charCodeAt(this.at) === 0x0a) {
      this.at++;
      return [name, this.below(indent)];
    }
    this.at++;
    return [name, this.inline(indent)];
  }

  private complexMember(indent: number): [string, Value] {
    this.at += 2;
    const name = this.inline(indent);
    if (typeof name !== 'string' || !this.goesOn(indent, false) || !this.text.startsWith(': ', this.at)) {
      throw new OtherLayout();
    }
    this.at += 2;
    return [name, this.nested(indent)];
  }

  /** The value on the lines below a name: further in, or a list in the same column. */
  private below(indent: number): Value {
    if (this.at >= this.text.length) return null;
    const found = this.indent();
    if (found < indent) return null;
    this.at += found;
    if (this.startsItem()) return this.list(found);
    if (found > indent) return this.mapping(found);
    this.at -= found;
    return null;
  }

  /** A name and its colon; after it stands a space or the line's end. */
  private name(): string {
    const start = this.at;
    const quote = this.text.charCodeAt(start);
    if (quote === 0x22 || quote === 0x27) {
      const name = this.quoted(quote, -1);
      if (this.text.charCodeAt(this.at) !== 0x3a) throw new OtherLayout();
      this.at++;
      this.requireBreak();
      return name;
    }
    const colon = this.colon();
    const name = this.text.slice(start, colon);
    if (colon < 0 || !isPlain(name) || resolvePlain(name) !== undefined) throw new OtherLayout();
    this.at = colon + 1;
    return name;
  }

  private requireBreak(): void {
    const next = this.text.charCodeAt(this.at);
    if (next !== 0x20 && next !== 0x0a) throw new OtherLayout();
  }

  /** Where the colon stands that ends a plain name on this line; -1 where there is none. */
  private colon(): number {
    const { text } = this;
    for (let at = this.at; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x0a) return -1;
      if (code !== 0x3a) continue;
      const next = text.charCodeAt(at + 1);
      if (next === 0x20 || next === 0x0a) return at;
    }
    return -1;
  }

  /** Whether a name and its colon begin here. */
  private startsMember(): boolean {
    const quote = this.text.charCodeAt(this.at);
    if (quote !== 0x22 && quote !== 0x27) return this.colon() >= 0;
    const end = quote === 0x22 ? endOfDouble(this.text, this.at) : endOfSingle(this.text, this.at);
    const next = this.text.charCodeAt(end + 2);
    return this.text.charCodeAt(end + 1) === 0x3a && (next === 0x20 || next === 0x0a);
  }

  /** A scalar, or an empty collection, up to the end of its last line; `indent` is that of the collection around it. */
  private inline(indent: number): Value {
    const first = this.text.charCodeAt(this.at);
    if (first === 0x7b || first === 0x5b) return this.emptyCollection();
    if (first === 0x7c) return this.literal(indent);
    if (first === 0x22 || first === 0x27) {
      const value = this.quoted(first, indent);
      this.endLine();
      return value;
    }
    return this.plain(indent);
  }

  private emptyCollection(): Value {
    const isMap = this.text.startsWith('{}', this.at);
    if (!isMap && !this.text.startsWith('[]', this.at)) throw new OtherLayout();
    this.at += 2;
    this.endLine();
    return isMap ? new Map() : [];
  }

  private endLine(): void {
    if (this.text.charCodeAt(this.at) !== 0x0a) throw new OtherLayout();
    this.at++;
  }

  private plain(indent: number): Value {
    let text = this.plainLine();
    // A line that is further in goes on with it.
    while (this.at < this.text.length && this.text.startsWith(' ', this.at) && this.indent() > indent) {
      this.at += this.indent();
      text += ` ${this.plainLine(true)}`;
    }
    const value = resolvePlain(text);
    if (typeof value === 'number' && !Number.isFinite(value)) throw new OtherLayout();
    return value === undefined ? text : value;
  }

  private plainLine(isContinued = false): string {
    const end = this.text.indexOf('\n', this.at);
    const line = this.text.slice(this.at, end < 0 ? this.text.length : end);
    const isOrdinary = isContinued ? isPlain(`x${line}`) && !line.startsWith('#') : isPlain(line);
    if (!isOrdinary || end < 0) throw new OtherLayout();
    this.at = end + 1;
    return line;
  }

  /** A quoted scalar; lines after its first are further in than `indent`. */
  private quoted(quote: number, indent: number): string {
    const isDouble = quote === 0x22;
    const end = isDouble ? endOfDouble(this.text, this.at) : endOfSingle(this.text, this.at);
    if (end < 0) throw new OtherLayout();
    const body = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    if (body.includes('\n') && (indent < 0 || !areFurtherIn(body, indent))) throw new OtherLayout();
    const text = isDouble ? doubleQuoted(body) : singleQuoted(body);
    if (text === undefined) throw new OtherLayout();
    return text;
  }

  private literal(indent: number): string {
    const headerEnd = this.text.indexOf('\n', this.at);
    const header = /^\|([1-9]?)([-+]?)$/.exec(this.text.slice(this.at, headerEnd));
    if (!header) throw new OtherLayout();
    this.at = headerEnd + 1;
    const margin = header[1] ? indent + Number(header[1]) : this.indentOfText();
    if (margin <= indent) throw new OtherLayout();
    const lines = this.literalLines(margin);
    const kept = withoutLineEnds(lines);
    if (header[2] === '+') return lines;
    return header[2] === '-' ? kept : lines.slice(0, kept.length + (kept === '' ? 0 : 1));
  }

  /** How far the first line that is not empty is indented. */
  private indentOfText(): number {
    let at = this.at;
    while (this.text.charCodeAt(at) === 0x0a) at++;
    const start = at;
    while (this.text.charCodeAt(at) === 0x20) at++;
    if (this.text.charCodeAt(at) === 0x0a) throw new OtherLayout();
    return at - start;
  }

  /** The lines of a literal without their margin, up to a line that is not as far in. */
  private literalLines(margin: number): string {
    const space = ' '.repeat(margin);
    let lines = '';
    while (this.at < this.text.length) {
      const isText = this.text.startsWith(space, this.at);
      const start = isText ? this.at + margin : this.at;
      const end = lineEnd(this.text, start);
      if (!isText && end > start) {
        if (this.text.slice(start, end).trim() === '') throw new OtherLayout();
        break;
      }
      lines += this.text.slice(start, end + 1);
      this.at = end + 1;
    }
    return lines;
  }
}

const lineEnds = /[\n\u2028\u2029]/g;

/** Where a line ends, which YAML 1.1 has U+2028 and U+2029 do too. */
function lineEnd(text: string, from: number): number {
  lineEnds.lastIndex = from;
  return lineEnds.exec(text)?.index ?? text.length;
}

/** By hand: a regular expression would look at each run of line ends once for each of its characters. */
function withoutLineEnds(text: string): string {
  let end = text.length;
  while (end > 0 && '\n\u2028\u2029'.includes(text[end - 1]!)) end--;
  return text.slice(0, end);
}

function areFurtherIn(body: string, indent: number): boolean {
  const margin = ' '.repeat(indent + 1);
  for (let at = body.indexOf('\n'); at >= 0; at = body.indexOf('\n', at + 1)) {
    if (!body.startsWith(margin, at + 1)) return false;
  }
  return true;
}

/** Whether a line is nothing but a plain scalar, or a part of one. */
function isPlain(line: string): boolean {
  return !/^[#,[\]{}&*!|>'"%@`]|^[-?:](?: |$)|: | #|[: ]$|^ |^$|^---|^\.\.\.|[\u2028\u2029]/.test(line);
}
