import { isDropIn, type Mode } from './command.js';

/**
 * Whether `name` may have been meant by what was typed: it begins with it, or is a few letters away, case aside.
 * etcdctl allows two letters (cobra's rule); in own mode it is one for each three letters typed, so that short names don't match all.
 */
export function isNear(typed: string, name: string, mode: Mode): boolean {
  const a = typed.toLowerCase();
  const b = name.toLowerCase();
  const allowed = isDropIn(mode) ? 2 : Math.min(2, Math.floor((a.length + 1) / 3));
  return b.startsWith(a) || editDistance(a, b) <= allowed;
}

/** Letters to put in, take out or change (Levenshtein). */
function editDistance(a: string, b: string): number {
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
