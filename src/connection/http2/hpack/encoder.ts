import { type Field, staticIndex } from './tables.js';

/** Has the receiver's table hold nothing (RFC 7541 §6.3), whatever size it allows: every block stands for itself then. */
const EMPTY_TABLE = 0x20;
/** First bits of an indexed field, of a literal one that no table keeps, and of one that no proxy may keep either (§6.1, §6.2). */
const INDEXED = 0x80;
const LITERAL = 0x00;
const NEVER_INDEXED = 0x10;
const SECRET = new Set(['authorization', 'token']);

/**
 * Encodes header blocks without a dynamic table and without Huffman's code: requests have a dozen short fields, and what the two
 * would save on the wire is less than it takes to look things up.
 */
export class HpackEncoder {
  private started = false;

  encode(fields: readonly Field[]): Buffer {
    const bytes: number[] = [];
    if (!this.started) bytes.push(EMPTY_TABLE);
    this.started = true;
    for (const [name, value] of fields) encodeField(bytes, name, value);
    return Buffer.from(bytes);
  }
}

function encodeField(out: number[], name: string, value: string): void {
  const index = staticIndex(name, value);
  if (index && 'whole' in index) {
    pushInteger(out, INDEXED, 7, index.whole);
    return;
  }
  pushInteger(out, SECRET.has(name) ? NEVER_INDEXED : LITERAL, 4, index?.name ?? 0);
  if (!index) pushString(out, name);
  pushString(out, value);
}

function pushString(out: number[], text: string): void {
  pushInteger(out, 0, 7, text.length);
  for (let i = 0; i < text.length; i += 1) out.push(text.charCodeAt(i) & 0xff);
}

/** §5.1: in the last bits of a byte, and what is too large for that in bytes of seven bits behind it, lowest first. */
function pushInteger(out: number[], firstBits: number, prefixBits: number, value: number): void {
  const mask = (1 << prefixBits) - 1;
  if (value < mask) {
    out.push(firstBits | value);
    return;
  }
  out.push(firstBits | mask);
  let rest = value - mask;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) out.push((rest & 0x7f) | 0x80);
  out.push(rest);
}
