/**
 * Kubernetes' JSONPath (client-go's util/jsonpath) as far as printer columns can use it: `.a.b`, `.a\.b`, `['a']`, `[0]`,
 * `[1:3]`, `[*]`, `..a`, `[?(@.type=="Ready")]`, `[0,2]`. No braces around it, no `range`.
 */
import { type Fields, field, type Value } from '../../k8s-decode/value.js';

/** What the path leads to; nothing where it breaks off or an index is out of bounds. */
export type JsonPath = (root: Value) => Value[];

/** A step of a path: from some values to those below them. */
type Step = (values: Value[]) => Value[];

/** A path that cannot be read, or values that it does not fit. */
class PathError extends Error {}

/** Reads a path; undefined where it is none. */
export function compileJsonPath(path: string): JsonPath | undefined {
  try {
    const steps = new PathReader(path).steps();
    return (root) => {
      try {
        return walk(steps, [root]);
      } catch (error) {
        if (error instanceof PathError) return [];
        throw error;
      }
    };
  } catch (error) {
    if (error instanceof PathError) return undefined;
    throw error;
  }
}

/** A path with several `..` finds a value in as many ways as there are to come to it, which may be more than can be counted. */
const MOST_VALUES = 10_000;

function walk(steps: readonly Step[], values: Value[]): Value[] {
  return steps.reduce((here, step) => bounded(step(here)), values);
}

function bounded(values: Value[]): Value[] {
  if (values.length > MOST_VALUES) throw new PathError(`more than ${MOST_VALUES} values`);
  return values;
}

class PathReader {
  private at = 0;

  constructor(private readonly path: string) {}

  steps(): Step[] {
    const steps: Step[] = [];
    while (this.at < this.path.length) steps.push(...this.next());
    return steps;
  }

  private next(): Step[] {
    if (this.path.startsWith('[?(', this.at)) return [this.filter()];
    if (this.path.startsWith('..', this.at)) return this.descent();
    const char = this.path[this.at]!;
    if (' @$'.includes(char)) {
      this.at++;
      return [];
    }
    if (char === '.') return [this.field()];
    if (char === '[') return this.bracket();
    if (char === '"' || char === "'") return [this.quoted(char)];
    return [this.word()];
  }

  private take(pattern: RegExp): RegExpExecArray {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.path);
    if (!match) throw new PathError(`cannot read ${this.path} at ${this.at}`);
    this.at = pattern.lastIndex;
    return match;
  }

  private descent(): Step[] {
    this.at += 2;
    if (this.path.startsWith('..', this.at)) throw new PathError('nothing between .. and ..');
    const hasName = /[\p{L}\p{Nd}_]/u.test(this.path[this.at] ?? '');
    return hasName ? [descendants, this.name()] : [descendants];
  }

  private field(): Step {
    this.at++;
    return this.name();
  }

  private name(): Step {
    const [written] = this.take(/(?:\\.|[^\\\s.,[\]$@{}])*/suy);
    if (written === '*') return children;
    const name = written.replaceAll('\\', '');
    return (values) =>
      values.filter((value) => value instanceof Map && value.has(name)).map((value) => field(value, name)!);
  }

  /** A literal stands for itself, whatever is before it. */
  private quoted(quote: string): Step {
    const [, written = ''] = this.take(quote === '"' ? /"((?:\\.|[^"\\])*)"/suy : /'((?:\\.|[^'\\])*)'/suy);
    const literal = written.replace(/\\(.)/gsu, (_, char: string) => ({ n: '\n', r: '\r', t: '\t' })[char] ?? char);
    return () => [literal];
  }

  /** A number, or truth; other words (`range`) can be read, but lead nowhere. */
  private word(): Step {
    const [written] = this.take(/[+-]?[\d.]+|[\p{L}\p{Nd}_][^\s.,[\]$@{}]*/uy);
    const literal = written === 'true' || (written === 'false' ? false : Number(written));
    if (!Number.isNaN(literal)) return (values) => values.map(() => literal);
    if (/^[+\d-]/.test(written)) throw new PathError(`${written} is no number`);
    return () => {
      throw new PathError(`${written} is no step`);
    };
  }

  private bracket(): Step[] {
    const [, inside = ''] = this.take(/\[([^\]\n]*)\]/suy);
    const parts = inside.split(',');
    if (parts.length === 1) return subscript(inside);
    const branches = parts.map((part) => subscript(part.trim()));
    return [(values) => branches.flatMap((steps) => walk(steps, values))];
  }

  private filter(): Step {
    const [, inside = ''] = this.take(/\[\?\(((?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^)"'\n])*)\)\]/suy);
    const match = /^([^!<>=]+)([!<>=]+)(.+)$/su.exec(inside);
    const left = new PathReader(match?.[1] ?? inside).steps();
    const operator = match?.[2];
    const right = new PathReader(match?.[3] ?? '').steps();
    const passes = (item: Value): boolean => {
      const found = walk(left, [item]);
      if (operator === undefined) return found.length > 0;
      return found.length > 0 && compare(single(found), operator, single(walk(right, [item])));
    };
    return (values) => values.flatMap((value) => items(value).filter(passes));
  }
}

/** What stands between brackets: a name in quotes (a path of its own: dots lead further down), an index, or a slice. */
function subscript(inside: string): Step[] {
  const quoted = /^'([^']*)'$/.exec(inside);
  if (quoted) return new PathReader(`.${quoted[1]}`).steps();
  const match = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(inside === '*' ? ':' : inside);
  if (!match) throw new PathError(`${inside} is no index`);
  const [start, end, step] = match
    .slice(1)
    .map((part) => (/\d/.test(part ?? '') ? Number(part!.replace(':', '')) : undefined));
  if (match[2] === undefined) return [(values) => values.flatMap((value) => at(value, start ?? 0))];
  return [(values) => values.flatMap((value) => slice(value, start ?? 0, end, step ?? 1))];
}

function at(value: Value, index: number): Value[] {
  if (value === null) return [];
  const all = items(value);
  const found = all[index < 0 ? index + all.length : index];
  if (found === undefined) throw new PathError(`index ${index} of ${all.length}`);
  return [found];
}

function slice(value: Value, start: number, end: number | undefined, step: number): Value[] {
  if (value === null) return [];
  const all = items(value);
  const from = start < 0 ? start + all.length : start;
  const to = end === undefined || end < 0 ? (end ?? 0) + all.length : end;
  if (from === to) return [];
  if (from < 0 || from >= all.length || to < from || to > all.length || step < 1) throw new PathError('out of bounds');
  return all.slice(from, to).filter((_, index) => index % step === 0);
}

function items(value: Value): Value[] {
  if (!Array.isArray(value)) throw new PathError('not a list');
  return value;
}

const children: Step = (values) => values.flatMap(below);

function below(value: Value): Value[] {
  if (Array.isArray(value)) return value;
  return value instanceof Map ? [...(value as Fields).values()] : [];
}

/** The values themselves and all below them, a parent before its children; the ends of branches are left out. */
const descendants: Step = (values) => {
  const found: Value[] = [];
  const add = (value: Value): void => {
    const parts = below(value);
    if (parts.length === 0) return;
    bounded(found).push(value);
    for (const part of parts) add(part);
  };
  for (const value of values) add(value);
  return found;
};

function single(values: Value[]): Value | undefined {
  if (values.length > 1) throw new PathError('can compare one value alone');
  return values[0];
}

/** Only values of one type can be compared, and truth values only be equal. */
function compare(left: Value | undefined, operator: string, right: Value | undefined): boolean {
  if (left === undefined || right === undefined) return false;
  if (left === null || typeof left === 'object' || typeOf(left) !== typeOf(right)) throw new PathError('other types');
  const other = right as typeof left;
  if (operator === '==') return left === other;
  if (operator === '!=') return left !== other;
  if (typeof left === 'boolean') throw new PathError('truth values have no order');
  if (operator === '<') return left < other;
  if (operator === '>') return left > other;
  if (operator === '<=') return left <= other;
  if (operator === '>=') return left >= other;
  throw new PathError(`no operator ${operator}`);
}

function typeOf(value: Value): string {
  if (typeof value !== 'number') return typeof value === 'bigint' ? 'integer' : typeof value;
  return Number.isInteger(value) ? 'integer' : 'number';
}
