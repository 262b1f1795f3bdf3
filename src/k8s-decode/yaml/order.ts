import type { Fields } from '../value.js';
import { simpleKey } from './scalar.js';

/** The names of an object's fields, sorted, and how each of them is written. */
export interface Layout {
  names: string[];
  keys: (string | undefined)[];
}

/** Where one has come to by the names of an object's first fields, in the order in which it holds them. */
class Step {
  private followers: Map<string, Step> | undefined;
  layout: Layout | undefined;

  next(name: string): Step {
    this.followers ??= new Map();
    let step = this.followers.get(name);
    if (step === undefined) {
      step = new Step();
      this.followers.set(name, step);
      steps++;
    }
    return step;
  }
}

/** Objects with more fields are labels and the like: no two are alike. */
const mostSharedFields = 64;
const mostSteps = 20_000;
let steps = 0;
let start: Step | undefined;

/**
 * The field names of `fields` in the order in which kubectl's YAML has them: letters last, runs of digits as numbers.
 * Objects with the same fields share one layout: a cluster has many objects of few shapes.
 */
export function layoutOf(fields: Fields): Layout {
  if (fields.size > mostSharedFields) return sortedLayout(fields);
  if (start === undefined || steps > mostSteps) {
    start = new Step();
    steps = 0;
  }
  let step = start;
  for (const name of fields.keys()) step = step.next(name);
  step.layout ??= sortedLayout(fields);
  return step.layout;
}

function sortedLayout(fields: Fields): Layout {
  const names = [...fields.keys()].sort(compareNames);
  return { names, keys: names.map(simpleKey) };
}

function compareNames(left: string, right: string): number {
  const end = Math.min(left.length, right.length);
  let at = 0;
  while (at < end && left.charCodeAt(at) === right.charCodeAt(at)) at++;
  if (at === end) return left.length - right.length;
  const leftCode = left.charCodeAt(at);
  const rightCode = right.charCodeAt(at);
  if (isAsciiLetter(leftCode) && isAsciiLetter(rightCode)) return leftCode - rightCode;
  return compareTails([...left], [...right]);
}

function isAsciiLetter(code: number): boolean {
  return (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
}

/** Compares two names that differ before either of them ends, given as code points. */
function compareTails(left: string[], right: string[]): number {
  let at = 0;
  while (left[at] === right[at]) at++;
  const a = left[at]!;
  const b = right[at]!;
  const aIsLetter = /\p{L}/u.test(a);
  const bIsLetter = /\p{L}/u.test(b);
  if (aIsLetter !== bIsLetter) return bIsLetter ? -1 : 1;
  if (!aIsLetter) {
    const [aRun, bRun] = [digitsFrom(left, at), digitsFrom(right, at)];
    // A zero counts as a digit of the number that began before it, unless that number is zeros only.
    const lead = (a === '0' || b === '0') && /[^0]/.test(digitsBefore(left, at)) ? 1n : 0n;
    const [aNumber, bNumber] = [runValue(lead, aRun), runValue(lead, bRun)];
    if (aNumber !== bNumber) return aNumber < bNumber ? -1 : 1;
    if (aRun.length !== bRun.length) return aRun.length - bRun.length;
  }
  return a.codePointAt(0)! - b.codePointAt(0)!;
}

function digitsFrom(name: string[], at: number): string[] {
  let end = at;
  while (end < name.length && /\p{Nd}/u.test(name[end]!)) end++;
  return name.slice(at, end);
}

function digitsBefore(name: string[], at: number): string {
  let start = at;
  while (start > 0 && /\p{Nd}/u.test(name[start - 1]!)) start--;
  return name.slice(start, at).join('');
}

// The reference sums up in 64 bits, and takes other scripts' digits by their distance from '0'.
function runValue(lead: bigint, digits: string[]): bigint {
  return digits.reduce((sum, digit) => BigInt.asIntN(64, sum * 10n + BigInt(digit.codePointAt(0)! - 0x30)), lead);
}
