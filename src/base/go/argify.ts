/** How the lines of `txn` and `watch -i` are cut into words. */
import { atLeast, type Mode } from '../contract.js';
import { ExitCode, Failure } from '../errors.js';
import { goUnquote } from './unquote.js';

/** A word in double quotes, one in single quotes, or anything up to a blank; what fits none of these is passed over, as by etcdctl. */
const WORD = /"(?:[^"\\]|\\.)*"|'[^']*'|[^'"\t\n\f\r ][^\t\n\f\r ]*[^'"\t\n\f\r ]?/g;

/**
 * Cuts a line into words at blanks. `"…"` takes Go's escapes, `'…'` is taken as it is.
 * The words' bytes are to be had from `argBytes` (arg-bytes.ts).
 * @throws Failure for a malformed literal.
 */
export function argify(line: string, mode: Mode): string[] {
  const words = line.match(WORD) ?? [];
  return words.map((word) => {
    if (word.startsWith("'")) return atLeast(mode, '3.5') ? word.slice(1, -1) : oddlyCut(word, words.length);
    if (!word.startsWith('"')) return word;
    return goUnquote(word) ?? fail('invalid syntax', ExitCode.InvalidInput);
  });
}

/** etcdctl 3.4 takes the number of words for the length of the word, and crashes where that is out of its bounds. */
function oddlyCut(word: string, words: number): string {
  const end = words - 1;
  const bytes = Buffer.from(word);
  if (end < 1 || end > bytes.length) fail(`slice bounds out of range [1:${end}]`, ExitCode.BadConnection);
  return bytes.toString('utf8', 1, end);
}

function fail(message: string, exitCode: number): never {
  throw new Failure(message, { exitCode });
}
