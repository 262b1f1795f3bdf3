import { bytesArg } from './argument-bytes.js';

const SHORT: Record<string, number> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 0x5c, '"': 0x22 };
const DIGITS: Record<string, number> = { x: 2, u: 4, U: 8 };

/**
 * What a literal in Go's double quotes or back quotes stands for, as a word (see arg-bytes.ts: `"\xff"` is a byte, not a character).
 * @param literal with its quotes.
 * @returns undefined where Go finds no such literal.
 */
export function goUnquote(literal: string): string | undefined {
  const quote = literal[0];
  if (literal.length < 2 || literal.at(-1) !== quote) return undefined;
  const inner = literal.slice(1, -1);
  // Go drops carriage returns from raw strings.
  if (quote === '`') return inner.includes('`') ? undefined : inner.replaceAll('\r', '');
  if (quote !== '"' || /["\n]/.test(inner.replace(/\\./gs, ''))) return undefined;
  if (!inner.includes('\\')) return inner;
  return unescaped(inner);
}

/** The text with its escapes replaced; undefined where one is none of Go's. */
function unescaped(text: string): string | undefined {
  const parts: Buffer[] = [];
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('\\', at);
    if (next < 0) {
      parts.push(Buffer.from(text.slice(at)));
      break;
    }
    parts.push(Buffer.from(text.slice(at, next)));
    const found = readEscape(text.slice(next + 1, next + 10));
    if (!found) return undefined;
    parts.push(found.bytes);
    at = next + 1 + found.length;
  }
  return bytesArg(Buffer.concat(parts));
}

/** The bytes of the escape that `text` begins with, behind its backslash, and how long it is there. */
function readEscape(text: string): { bytes: Buffer; length: number } | undefined {
  const kind = text[0] ?? '';
  const byte = SHORT[kind];
  if (byte !== undefined) return { bytes: Buffer.from([byte]), length: 1 };
  const octal = /^[0-3][0-7]{2}/.exec(text)?.[0];
  if (octal) return { bytes: Buffer.from([Number.parseInt(octal, 8)]), length: 3 };
  const digits = DIGITS[kind];
  const hex = digits && text.slice(1, 1 + digits);
  if (!hex || hex.length < digits || !/^[0-9a-fA-F]+$/.test(hex)) return undefined;
  const code = Number.parseInt(hex, 16);
  if (kind === 'x') return { bytes: Buffer.from([code]), length: 3 };
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return undefined;
  return { bytes: Buffer.from(String.fromCodePoint(code)), length: 1 + digits };
}
