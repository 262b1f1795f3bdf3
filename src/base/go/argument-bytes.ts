/**
 * Words of a command that are not UTF-8. A JavaScript string cannot hold such bytes, so each one that belongs to no character stands
 * in it as the lone surrogate U+DC80 to U+DCFF (0xdc00 and the byte), which no UTF-8 gives.
 */

/** The bytes that a word stands for. */
export function argBytes(word: string): Buffer {
  if (!/[\udc80-\udcff]/.test(word)) return Buffer.from(word);
  const parts: Buffer[] = [];
  for (const char of word) {
    const code = char.codePointAt(0)!;
    parts.push(isEscaped(code) ? Buffer.from([code - 0xdc00]) : Buffer.from(char));
  }
  return Buffer.concat(parts);
}

/** The word that some bytes are: the inverse of {@link argBytes}. */
export function bytesArg(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd') || Buffer.from(text).equals(bytes)) return text;
  let word = '';
  for (let at = 0; at < bytes.length; ) {
    const char = characterAt(bytes, at);
    word += char ?? String.fromCharCode(0xdc00 + bytes[at]!);
    at += char === undefined ? 1 : Buffer.byteLength(char);
  }
  return word;
}

function isEscaped(code: number): boolean {
  return code >= 0xdc80 && code <= 0xdcff;
}

/** The UTF-8 character that begins at `at`, if one does. */
function characterAt(bytes: Buffer, at: number): string | undefined {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    const part = bytes.subarray(at, at + length);
    const char = part.toString('utf8');
    if (Buffer.from(char).equals(part)) return char;
  }
  return undefined;
}
