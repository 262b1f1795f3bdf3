/** White space as Go's unicode.IsSpace has it, for a character class: other than `\s` with U+0085 and without U+FEFF. */
export const GO_SPACE = '\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

const EDGES = new RegExp(`^[${GO_SPACE}]+|[${GO_SPACE}]+$`, 'g');

/** As Go's strings.TrimSpace. */
export function trimGoSpace(text: string): string {
  return text.replace(EDGES, '');
}
