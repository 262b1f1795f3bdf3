/** Strings in JSON as Go's encoding/json writes them. */

const UNSAFE = /[<>&\u2028\u2029]/g;

/** Like JSON, and `<`, `>`, `&` and the line separators escaped too. */
export function stringJson(text: string): string {
  return JSON.stringify(text).replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
