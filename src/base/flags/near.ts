/** cobra's measure: the name begins with what was typed, or at most two letters differ; case aside. */
export function isNear(typed: string, name: string): boolean {
  return distance(typed, name) <= 2;
}

/** The names that are nearest to what was typed; none where nothing is near. A word of two letters may differ by one. */
export function nearest(typed: string, names: readonly string[]): string[] {
  const allowed = typed.length < 3 ? typed.length - 1 : 2;
  const least = Math.min(allowed, ...names.map((name) => distance(typed, name)));
  return names.filter((name) => distance(typed, name) === least);
}

/** Letters to put in, take out or change (Levenshtein), roughly where it is over 2; 0 when `typed` begins the name. */
function distance(typed: string, name: string): number {
  const a = typed.toLowerCase();
  const b = name.toLowerCase();
  if (b.startsWith(a)) return 0;
  // The lengths alone differ by as many letters: no need to compare them.
  const longer = Math.abs(a.length - b.length);
  if (longer > 2) return longer;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
