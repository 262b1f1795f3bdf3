const SHORT: Record<string, string> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};

/**
 * A text in double quotes as Go's `%q` writes it: `\xNN` for what is not UTF-8 and for control characters,
 * `\uNNNN` and `\UNNNNNNNN` for what Go does not count as printable, everything else as it is.
 */
export function goQuote(text: string | Uint8Array): string {
  if (typeof text === 'string') return `"${quotePrintable(text)}"`;
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  const whole = bytes.toString('utf8');
  if (!whole.includes('\ufffd')) return `"${quotePrintable(whole)}"`;
  return `"${quoteBroken(bytes)}"`;
}

function quotePrintable(text: string): string {
  if (/^[ !#-[\]-~]*$/.test(text)) return text;
  let quoted = '';
  for (const char of text) quoted += SHORT[char] ?? quoteChar(char);
  return quoted;
}

function quoteChar(char: string): string {
  if (char === ' ' || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(char)) return char;
  const code = char.codePointAt(0)!;
  if (code < 0x80) return `\\x${code.toString(16).padStart(2, '0')}`;
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

/** Bytes that are not UTF-8 in places: each byte that begins no character stands for itself. */
function quoteBroken(bytes: Buffer): string {
  let quoted = '';
  for (let at = 0; at < bytes.length; ) {
    const length = characterLength(bytes, at);
    if (length === 0) {
      quoted += `\\x${bytes[at]!.toString(16).padStart(2, '0')}`;
      at += 1;
    } else {
      quoted += quotePrintable(bytes.toString('utf8', at, at + length));
      at += length;
    }
  }
  return quoted;
}

/** How many bytes the UTF-8 character at `at` has; 0 where there is none. */
function characterLength(bytes: Buffer, at: number): number {
  const first = bytes[at]!;
  const length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (length < 2) return length;
  const char = bytes.toString('utf8', at, at + length);
  return char === '\ufffd'
    ? first === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd
      ? 3
      : 0
    : char.includes('\ufffd')
      ? 0
      : length;
}
