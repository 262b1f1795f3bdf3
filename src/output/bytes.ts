/** How bytes look: as text, escaped, for a terminal, in the formats for people. */
import type { Value } from '../k8s-decode/value.js';

/** Bytes as `--hex` shows them: `\x66\x6f`. */
export function hexEscaped(bytes: Buffer): string {
  return bytes.toString('hex').replace(/../g, '\\x$&');
}

/** Bytes for a terminal: what would steer it is shown in place of being sent, and so is what is not UTF-8. */
export function visible(bytes: Buffer): string | Buffer {
  const text = bytes.toString('utf8');
  if (!/[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffd]/.test(text)) return bytes;
  if (!text.includes('\ufffd')) return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, escaped);
  return bytes.toString('latin1').replace(/[^\t\n\x20-\x7e]/g, escaped);
}

function escaped(char: string): string {
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** Bytes as the text that they are, or as `{"base64": …}`. */
export function readableBytes(bytes: Buffer): Value {
  const text = bytes.toString('utf8');
  if (!text.includes('\ufffd') || Buffer.from(text).equals(bytes)) return text;
  return new Map([['base64', bytes.toString('base64')]]);
}
