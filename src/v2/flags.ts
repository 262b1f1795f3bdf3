/**
 * The flag syntax of the v2 etcdctl, which is that of Go's package flag: one dash or two, `-o json` or `-o=json`, a switch takes
 * a value only after `=`, short flags cannot be joined. The texts of the errors are those of that package (Go 1.19).
 */

/** `bool` is a switch; `int` takes what Go's ParseInt takes with base 0; `duration` is Go's (`1m30s`), in milliseconds here; `strings` is a comma list that may be repeated. */
export type FlagType = 'bool' | 'string' | 'int' | 'duration' | 'strings';

export interface FlagSpec {
  /** The name that commands ask for, then the other spellings. */
  names: readonly [string, ...string[]];
  type: FlagType;
  usage: string;
  /** What stands for the value in help; `value` if there is none. */
  placeholder?: string;
  /** As it would be typed. */
  default?: string;
}

/** A command line that cannot be read: the message goes to standard error, the help text to standard output. */
export class UsageError extends Error {}

/** Two spellings of one flag were given: above the commands, this error is shown in a way of its own. */
export class TwoFormsError extends UsageError {}

/** The values of one level's flags, by first name. Asking for a flag that the level does not have is a bug and throws. */
export class FlagValues {
  private readonly given = new Map<string, string[]>();
  private readonly spelled = new Set<string>();

  constructor(private readonly specs: readonly FlagSpec[]) {}

  bool(name: string): boolean {
    return parseBool(this.last(name)) ?? false;
  }
  string(name: string): string {
    return this.last(name);
  }
  int(name: string): bigint {
    return parseInt64(this.last(name));
  }
  /** Milliseconds, with a fraction. */
  duration(name: string): number {
    return parseDuration(this.last(name));
  }
  strings(name: string): string[] {
    return (this.given.get(name) ?? []).flatMap((list) => list.split(',')).map((item) => item.trim());
  }

  private last(name: string): string {
    const spec = this.specs.find((flag) => flag.names[0] === name);
    if (!spec) throw new Error(`no such flag: ${name}`);
    return this.given.get(name)?.at(-1) ?? spec.default ?? (spec.type === 'int' ? '0' : '');
  }

  /** The flag that a word such as `--ttl` or `-ttl=5` names. */
  find(word: string): FlagSpec | undefined {
    const name = flagName(word);
    return this.specs.find((flag) => flag.names.includes(name));
  }

  /**
   * Takes the flag at the front of `words`, and its value.
   * @returns how many words were taken
   */
  take(words: readonly string[]): 1 | 2 {
    const word = words[0]!;
    const name = flagName(word);
    if (/^[-=]?$|^[-=]/.test(word.replace(/^--?/, ''))) throw new UsageError(`bad flag syntax: ${word}`);
    const spec = this.find(word);
    if (!spec) throw new UsageError(`flag provided but not defined: -${name}`);
    const equals = word.indexOf('=');
    const inline = equals < 0 ? undefined : word.slice(equals + 1);
    const value = inline ?? (spec.type === 'bool' ? 'true' : words[1]);
    if (value === undefined) throw new UsageError(`flag needs an argument: -${name}`);
    check(spec.type, name, value);
    this.given.set(spec.names[0], [...(this.given.get(spec.names[0]) ?? []), value]);
    this.spelled.add(name);
    return inline === undefined && spec.type !== 'bool' ? 2 : 1;
  }

  /** A flag may be repeated, but only in one of its spellings. */
  checkSpellings(): void {
    for (const { names } of this.specs) {
      const [first, second] = names.filter((name) => this.spelled.has(name));
      if (second) throw new TwoFormsError(`Cannot use two forms of the same flag: ${second} ${first}`);
    }
  }
}

/** Whether Go's flag package would take the word for a flag. */
export function looksLikeFlag(word: string): boolean {
  return word.length > 1 && word.startsWith('-');
}

function flagName(word: string): string {
  return word.replace(/^--?/, '').split('=', 1)[0]!;
}

/** Reads flags up to the first word that is none, as the global options are read. */
export function parseLeading(
  specs: readonly FlagSpec[],
  words: readonly string[],
): { flags: FlagValues; rest: string[] } {
  const flags = new FlagValues(specs);
  let at = 0;
  while (at < words.length && looksLikeFlag(words[at]!)) {
    if (words[at] === '--') {
      at += 1;
      break;
    }
    at += flags.take(words.slice(at));
  }
  flags.checkSpellings();
  return { flags, rest: words.slice(at) };
}

export interface CommandWords {
  flags: FlagValues;
  args: string[];
  /** How many arguments stood before `--`; undefined where there was none. */
  dashes: number | undefined;
}

/**
 * Reads a command's flags and arguments in any order.
 *
 * The builds of etcdctl differ here, by the age of their flag library (parity/BEHAVIOUR-v2.md). This takes flags anywhere before
 * `--`. An unknown one is refused in front of the arguments; behind the first one it is a value (`set /k -5`), but never
 * one that would be passed over: where there are more words than the command takes (`limit`), it is a mistyped flag.
 */
export function parseAnywhere(specs: readonly FlagSpec[], words: readonly string[], limit: number): CommandWords {
  const flags = new FlagValues(specs);
  const args: string[] = [];
  let dashes: number | undefined;
  for (let at = 0; at < words.length; ) {
    const word = words[at]!;
    if (word === '--') {
      dashes = args.length;
      args.push(...words.slice(at + 1));
      break;
    }
    if (looksLikeFlag(word) && (args.length === 0 || flags.find(word))) at += flags.take(words.slice(at));
    else at += args.push(word) && 1;
  }
  const mistyped = args.slice(1, dashes).find(looksLikeFlag);
  if (mistyped && args.length > limit) flags.take([mistyped]);
  flags.checkSpellings();
  return { flags, args, dashes };
}

function check(type: FlagType, name: string, value: string): void {
  if (type === 'bool' && parseBool(value) === undefined) {
    throw new UsageError(`invalid boolean value ${JSON.stringify(value)} for -${name}: parse error`);
  }
  try {
    if (type === 'int') parseInt64(value);
    if (type === 'duration') parseDuration(value);
  } catch (error) {
    throw new UsageError(`invalid value ${JSON.stringify(value)} for flag -${name}: ${(error as Error).message}`);
  }
}

function parseBool(text: string): boolean | undefined {
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
  return /^(0|f|F|FALSE|false|False)$/.test(text) ? false : undefined;
}

const DIGITS: readonly [prefix: string, digits: RegExp][] = [
  ['0x', /^0x(_?[\da-f])+$/],
  ['0b', /^0b(_?[01])+$/],
  ['0o', /^0o?(_?[0-7])+$/],
  ['', /^(0|[1-9](_?\d)*)$/],
];

/** Go's ParseInt with base 0: hexadecimal, binary and octal by their prefix, a bare 0 in front is octal. */
function parseInt64(text: string): bigint {
  const [, sign, digits] = /^([+-]?)(.*)$/s.exec(text.toLowerCase())!;
  const base = DIGITS.find(([, form]) => form.test(digits!));
  if (!base) throw new Error('parse error');
  const plain = digits!.replaceAll('_', '');
  const magnitude = BigInt(base[0] && !plain.startsWith(base[0]) ? base[0] + plain.slice(1) : plain);
  const value = sign === '-' ? -magnitude : magnitude;
  if (BigInt.asIntN(64, value) !== value) throw new Error('value out of range');
  return value;
}

const MILLISECONDS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Go's ParseDuration: `1h2.5s`; every number needs its unit, only 0 does without. */
function parseDuration(text: string): number {
  const [, sign, rest] = /^([+-]?)(.*)$/s.exec(text)!;
  if (rest === '0') return 0;
  const parts = [...rest!.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== rest) throw new Error('parse error');
  const total = parts.reduce((sum, part) => sum + Number(part[1]) * MILLISECONDS[part[2]!]!, 0);
  return sign === '-' ? -total : total;
}
