import { wellFormed } from '../value.js';
import { looksLikeOtherType } from './resolve.js';

/** A space beyond this column is where a long scalar is folded. */
const bestWidth = 80;

/** `false` and `.Inf` are the longest words that are other types; `+.inf` and the like begin with no letter. */
const longestWord = 5;

/** A key longer than this many bytes, or of several lines, is written after a `?`. */
const longestSimpleKey = 128;

/** Kinds of ASCII characters, for {@link isOrdinary}. */
const ordinary = 0;
const anywhereButFirst = 1;
const space = 2;
const colon = 3;
const other = 4;
const wordStart = 5;
const kinds = asciiKinds();

function asciiKinds(): Uint8Array {
  const table = new Uint8Array(128).fill(other);
  for (let code = 0x21; code < 0x7f; code++) table[code] = ordinary;
  for (const indicator of '#,[]{}&*!|>\'"%@`?-+.~<0123456789') table[indicator.charCodeAt(0)] = anywhereButFirst;
  for (const letter of 'yYnNtTfFoO') table[letter.charCodeAt(0)] = wordStart;
  table[0x20] = space;
  table[0x3a] = colon;
  return table;
}

/**
 * Whether `text` can stand unquoted beyond doubt: most strings of most objects pass this one cheap look. Where it says
 * no, {@link styleOf} decides.
 */
export function isOrdinary(text: string): boolean {
  const length = text.length;
  const first = kinds[text.charCodeAt(0)];
  if (first !== ordinary && (first !== wordStart || (length <= longestWord && looksLikeOtherType(text)))) return false;
  for (let at = 1; at < length; at++) {
    const kind = kinds[text.charCodeAt(at)];
    if (kind === space) {
      const next = text.charCodeAt(at + 1);
      if (at + 1 === length || next === 0x20 || next === 0x23) return false;
    } else if (kind === colon) {
      if (at + 1 === length || text.charCodeAt(at + 1) === 0x20) return false;
    } else if (kind === undefined || kind === other) return false;
  }
  return true;
}

type Style = 'plain' | 'single' | 'double' | 'literal';

// What YAML 1.1 holds for printable, without characters beyond U+FFFF, which are escaped.
const unprintable = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;
const spaceAtBreak = / [\n\u2028\u2029]/;
const edgeBlank = /^[ \n\u2028\u2029]|[ \n\u2028\u2029]$/;
const indicators = /^(?:---|\.\.\.)|^[#,[\]{}&*!|>'"%@`]|^[-?:](?: |$)|:(?: |$)| #/;

/** How the reference writer writes `text`, which is well formed. */
function styleOf(text: string): Style {
  const hasLines = text.includes('\n');
  if (!hasLines && looksLikeOtherType(text)) return 'double';
  const readable = !unprintable.test(text) && !spaceAtBreak.test(text);
  if (hasLines) return readable && !text.endsWith(' ') ? 'literal' : 'double';
  if (!readable || /[\u2028\u2029] /.test(text)) return 'double';
  return edgeBlank.test(text) || /[\u2028\u2029]/.test(text) || indicators.test(text) ? 'single' : 'plain';
}

/**
 * A string and the end of its last line: it begins at `column`, and its further lines, if it has any, are indented by
 * `indent`.
 */
export function scalarText(text: string, indent: number, column: number): string {
  const clean = wellFormed(text);
  const style = styleOf(clean);
  if (style === 'literal') return literal(clean, indent);
  return `${fold(quoted(clean, style), style, indent, column)}\n`;
}

/** A field's name and its colon; undefined where the name must stand after a `?`, as {@link scalarText} writes it. */
export function simpleKey(name: string): string | undefined {
  if (isOrdinary(name) && name.length <= longestSimpleKey) return `${name}:`;
  const clean = wellFormed(name);
  if (/[\n\r\x85\u2028\u2029]/.test(clean) || Buffer.byteLength(clean) > longestSimpleKey) return undefined;
  return `${quoted(clean, styleOf(clean))}:`;
}

const escaped = /[^ !#-[\]-~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/gu;

function quoted(text: string, style: Style): string {
  if (style === 'plain') return text;
  if (style === 'single') return `'${text.replaceAll("'", "''")}'`;
  // The reference writer takes every character of a string that begins with a byte order mark for one.
  const pattern = text.startsWith('\ufeff') ? /./gsu : escaped;
  return `"${text.replace(pattern, escapeOf)}"`;
}

const escapes = new Map(
  Object.entries({
    '\0': '0',
    '\x07': 'a',
    '\b': 'b',
    '\t': 't',
    '\n': 'n',
    '\v': 'v',
    '\f': 'f',
    '\r': 'r',
    '\x1b': 'e',
    '"': '"',
    '\\': '\\',
    '\x85': 'N',
    '\xa0': '_',
    '\u2028': 'L',
    '\u2029': 'P',
  }),
);

function escapeOf(character: string): string {
  const letter = escapes.get(character);
  if (letter !== undefined) return `\\${letter}`;
  const code = character.codePointAt(0)!;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** Whether a scalar that begins at `column` needs no folding, whatever it is made of. */
export function fitsLine(text: string, column: number): boolean {
  return text.length + column <= bestWidth || !text.includes(' ');
}

/**
 * Breaks a scalar, its quotes included, into lines where a space lies beyond the width. All of its characters are one
 * column wide: those outside the basic plane are escaped by now.
 */
function fold(text: string, style: Style, indent: number, column: number): string {
  const isBroken = style === 'single' && /[\u2028\u2029]/.test(text);
  if (!isBroken && fitsLine(text, column)) return text;
  const margin = ' '.repeat(indent);
  const quote = style === 'plain' ? 0 : 1;
  const lastInside = text.length - 1 - quote;
  let folded = '';
  let from = 0;
  let width = column;
  for (let at = 0; at < text.length; at++, width++) {
    const character = text[at];
    if (character === '\u2028' || character === '\u2029') {
      width = -1;
      if (at < lastInside && !isLineEnd(text[at + 1])) {
        folded += text.slice(from, at + 1) + margin;
        from = at + 1;
        width += indent;
      }
    }
    if (character !== ' ' || width <= bestWidth || text[at - 1] === ' ' || at <= quote || at >= lastInside) continue;
    const isFirstOfMany = text[at + 1] === ' ';
    if (isFirstOfMany && style !== 'double') continue;
    folded += `${text.slice(from, at)}\n${margin}${isFirstOfMany ? '\\' : ''}`;
    from = at + 1;
    width = indent + (isFirstOfMany ? 1 : 0) - 1;
  }
  return folded + text.slice(from);
}

function isLineEnd(character: string | undefined): boolean {
  return character === '\n' || character === '\u2028' || character === '\u2029';
}

/** A literal block: the digit says how far it is indented where its first line does not, the sign how it ends. */
function literal(text: string, indent: number): string {
  const margin = ' '.repeat(indent);
  const hint = text[0] === ' ' || isLineEnd(text[0]) ? '2' : '';
  const endsLine = isLineEnd(text.at(-1));
  const chomp = !endsLine ? '-' : text.length === 1 || isLineEnd(text.at(-2)) ? '+' : '';
  const lines = text.replace(/^(?=[^\n\u2028\u2029])/gm, margin);
  return `|${hint}${chomp}\n${lines}${endsLine ? '' : '\n'}`;
}
