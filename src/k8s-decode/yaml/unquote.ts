/** Where the single-quoted scalar ends that begins at `start`: at its closing quote; -1 where it has none. */
export function endOfSingle(text: string, start: number): number {
  let end = text.indexOf("'", start + 1);
  while (end >= 0 && text.charCodeAt(end + 1) === 0x27) end = text.indexOf("'", end + 2);
  return end;
}

/** The same for a double-quoted one. */
export function endOfDouble(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at;
    if (code === 0x5c) at++;
  }
  return -1;
}

/** What stands between single quotes; undefined where its lines are broken in other ways than kubectl does. */
export function singleQuoted(body: string): string | undefined {
  const lines = joinLines(body);
  // U+2028 and U+2029 end a line and are kept; the margin of the line that follows is not.
  return lines?.replaceAll("''", "'").replace(/([\u2028\u2029]) +/g, '$1');
}

const escapes: Record<string, string> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};

/** What stands between double quotes; undefined where it has an unknown escape, or its lines are broken otherwise. */
export function doubleQuoted(body: string): string | undefined {
  if (/[\u2028\u2029]/.test(body)) return undefined;
  const lines = joinLines(body);
  if (lines === undefined || !lines.includes('\\')) return lines;
  let isKnown = true;
  const text = lines.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))/g,
    (_, x, u, U, letter) => {
      const code = x ?? u ?? U;
      const character = code === undefined ? escapes[letter] : characterOf(Number.parseInt(code, 16));
      if (character === undefined) isKnown = false;
      return character ?? '';
    },
  );
  return isKnown ? text : undefined;
}

function characterOf(code: number): string | undefined {
  const isCharacter = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return isCharacter ? String.fromCodePoint(code) : undefined;
}

/** Each line break between two words was a space. */
function joinLines(body: string): string | undefined {
  if (!body.includes('\n')) return body;
  if (/[ \\]\n|\n *\n/.test(body) || body.startsWith('\n') || /\n *$/.test(body)) return undefined;
  return body.replace(/\n */g, ' ');
}
