/** How a line of the shell is cut into words: as sh does it, but that nothing is expanded. */
import { badArguments } from '../../base/errors.js';

/** The words of a line, and of one that is still being typed whether the last word goes on. */
export interface Line {
  words: string[];
  /** The quote that is not closed; undefined where all are. */
  open: string | undefined;
  /** Whether the line ends within a word: not behind a blank. */
  inWord: boolean;
}

export function readLine(line: string): Line {
  const words: string[] = [];
  let word: string | undefined;
  let open: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const char = line[at]!;
    const escapes = char === '\\' && open !== "'" && at + 1 < line.length;
    if (escapes && (open === undefined || /["\\]/.test(line[at + 1]!))) word = (word ?? '') + line[++at];
    else if (open !== undefined) {
      if (char === open) open = undefined;
      else word += char;
    } else if (char === '"' || char === "'") {
      open = char;
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (word !== undefined) words.push(word);
  return { words, open, inWord: word !== undefined };
}

/** The words of a whole line; none of a comment. @throws Failure for a quote that is not closed */
export function wordsOf(line: string): string[] {
  if (line.trimStart().startsWith('#')) return [];
  const { words, open } = readLine(line);
  if (open !== undefined) throw badArguments(`the quote ${open} is not closed`);
  return words[0] === 'ketcdctl' ? words.slice(1) : words;
}
