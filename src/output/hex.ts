/** Bytes as `--hex` shows them: `\x66\x6f`. */
export function hexEscaped(bytes: Buffer): string {
  return bytes.toString('hex').replace(/../g, '\\x$&');
}
