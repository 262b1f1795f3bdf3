/**
 * The flag syntax of the v2 etcdctl, which is that of Go's package flag: one dash or two, `-o json` or `-o=json`, a switch takes
 * a value only after `=`, short flags cannot be joined. The texts of the errors are those of that package (Go 1.19).
 */

import type { FlagValue } from '../base/flags/declare.js';
import { goQuote } from '../base/go/quote.js';
import { parseGoValue } from '../base/go/values.js';

/** As in src/cli/command.ts, but that `strings` may only be repeated: a comma is part of the value. */
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
    return read('bool', this.last(name) || 'false') as boolean;
  }
  string(name: string): string {
    return this.last(name);
  }
  int(name: string): bigint {
    return read('int', this.last(name) || '0') as bigint;
  }
  /** Milliseconds, with a fraction. */
  duration(name: string): number {
    return read('duration', this.last(name)) as number;
  }
  strings(name: string): string[] {
    return this.given.get(name) ?? [];
  }

  private last(name: string): string {
    const spec = this.specs.find((flag) => flag.names[0] === name);
    if (!spec) throw new Error(`no such flag: ${name}`);
    return this.given.get(name)?.at(-1) ?? spec.default ?? '';
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
    const before = this.given.get(spec.names[0]);
    if (before) before.push(value);
    else this.given.set(spec.names[0], [value]);
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
function looksLikeFlag(word: string): boolean {
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
    at += flags.take(words.slice(at, at + 2));
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
      for (const rest of words.slice(at + 1)) args.push(rest);
      break;
    }
    if (looksLikeFlag(word) && (args.length === 0 || flags.find(word))) at += flags.take(words.slice(at, at + 2));
    else at += args.push(word) && 1;
  }
  const mistyped = args.slice(1, dashes).find(looksLikeFlag);
  if (mistyped && args.length > limit) flags.take([mistyped]);
  flags.checkSpellings();
  return { flags, args, dashes };
}

function check(type: FlagType, name: string, value: string): void {
  try {
    read(type, value);
  } catch (error) {
    const why = /value out of range$/.exec((error as Error).message)?.[0] ?? 'parse error';
    if (type === 'bool') throw new UsageError(`invalid boolean value ${goQuote(value)} for -${name}: ${why}`);
    throw new UsageError(`invalid value ${goQuote(value)} for flag -${name}: ${why}`);
  }
}

function read(type: FlagType, value: string): FlagValue {
  return type === 'strings' ? value : parseGoValue(type, value);
}
