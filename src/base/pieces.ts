/** The pieces of a text without its first bytes, as after a write that took only these. */
export function withoutFirst(pieces: Uint8Array[], bytes: number): Uint8Array[] {
  let left = bytes;
  let whole = 0;
  while (whole < pieces.length && left >= pieces[whole]!.length) left -= pieces[whole++]!.length;
  const rest = pieces.slice(whole);
  if (left > 0) rest[0] = rest[0]!.subarray(left);
  return rest;
}
