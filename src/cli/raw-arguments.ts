import { readFileSync } from 'node:fs';
import { bytesArg } from '../base/go/argument-bytes.js';

/**
 * The command line's words with the bytes that are not UTF-8, which Node has replaced by U+FFFD. Linux shows them; elsewhere the words
 * stay as they are.
 */
export function rawArguments(words: readonly string[]): string[] {
  const bytes = commandLine();
  const raw: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(0, start);
    raw.push(bytesArg(bytes.subarray(start, end)));
    start = end + 1;
  }
  return raw.length < words.length ? [...words] : raw.slice(raw.length - words.length);
}

/** Each word with a zero byte behind it. */
function commandLine(): Buffer {
  try {
    return readFileSync('/proc/self/cmdline');
  } catch {
    return Buffer.alloc(0);
  }
}
