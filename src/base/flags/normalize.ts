/**
 * What Go's pflag accepts and commander does not, turned into what both read alike: `-w=json`, `-wjson`, `-w json` become
 * `--write-out=json`, `--prefix` becomes `--prefix=true`, and the arguments are taken out. The rules and the texts are
 * those of pflag's parseArgs.
 */

import { Failure, type FailureOptions } from '../errors.js';
import { goQuote } from '../go/quote.js';
import type { Flag } from './declare.js';
import { nearest } from './near.js';

/** The flags that may be given, by long name and by letter. */
export class FlagTable {
  readonly long = new Map<string, Flag>();
  readonly short = new Map<string, Flag>();
  /** Flags that can't be given, as another version of the tool has them; they have their defaults. */
  readonly elsewhere = new Map<string, Flag>();
  /** Flags whose letter a later one has too: they are meant where one of their choices follows (`-w json`, beside kubectl's `-w`). */
  private readonly shadowed = new Map<string, Flag>();

  constructor(...groups: readonly (readonly Flag[])[]) {
    for (const flag of groups.flat()) {
      this.long.set(flag.name, flag);
      if (flag.short === undefined) continue;
      const earlier = this.short.get(flag.short);
      if (earlier) this.shadowed.set(flag.short, earlier);
      this.short.set(flag.short, flag);
    }
  }

  /** The flag that a letter means. @param value what stands behind it in the same word, or else the next word */
  byLetter(letter: string, value: string | undefined): Flag | undefined {
    const other = this.shadowed.get(letter);
    return other?.choices?.includes(value?.replace(/^=/, '') ?? '') ? other : this.short.get(letter);
  }

  /** All flags that a command may ask for, whether this mode has them or not. */
  declare(flags: readonly Flag[]): this {
    for (const flag of flags) this.elsewhere.set(flag.name, flag);
    return this;
  }
}

/** A malformed command line: main prints the usage with it as etcdctl does. */
export class UsageFailure extends Failure {
  constructor(message: string, options: FailureOptions = {}) {
    super(message, { errorCode: 'bad-command-line', ...options });
  }
}

export interface NormalWords {
  /** One `--name=value` for each flag that was given, in their order. */
  flags: string[];
  args: string[];
  dashAt: number | undefined;
  /** What stopped the reading; the flags before it count, and what is wrong with their values comes first. */
  error: UsageFailure | undefined;
}

/** Reads a command's words; never throws. */
export function normalize(words: readonly string[], table: FlagTable): NormalWords {
  const normal: NormalWords = { flags: [], args: [], dashAt: undefined, error: undefined };
  const rest = new Words(words);
  try {
    for (let word = rest.next(); word !== undefined; word = rest.next()) readWord(word, rest, table, normal);
  } catch (error) {
    if (!(error instanceof UsageFailure)) throw error;
    normal.error = error;
  }
  return normal;
}

/** The words from where the reading has come to: `xargs` gives a hundred thousand of them. */
class Words {
  private at = 0;

  constructor(private readonly words: readonly string[]) {}

  get first(): string | undefined {
    return this.words[this.at];
  }

  next(): string | undefined {
    return this.words[this.at++];
  }

  all(): string[] {
    const { at } = this;
    this.at = this.words.length;
    return this.words.slice(at);
  }
}

function readWord(word: string, rest: Words, table: FlagTable, normal: NormalWords): void {
  if (word === '--') {
    normal.dashAt = normal.args.length;
    normal.args = normal.args.concat(rest.all());
  } else if (word.startsWith('--')) {
    normal.flags.push(readLong(word, rest, table));
  } else if (word.startsWith('-') && word.length > 1) {
    for (let cluster = word.slice(1); cluster !== ''; ) cluster = readShort(cluster, rest, table, normal);
  } else {
    normal.args.push(word);
  }
}

/** `--name`, `--name=value`, `--name value`. */
function readLong(word: string, rest: Words, table: FlagTable): string {
  const equals = word.indexOf('=');
  const name = word.slice(2, equals < 0 ? undefined : equals);
  if (name === '' || name.startsWith('-')) throw new UsageFailure(`bad flag syntax: ${word}`);
  const flag = table.long.get(name);
  if (flag === undefined) throw new UsageFailure(`unknown flag: --${name}`, nearFlags(name, table));
  if (equals >= 0) return word;
  if (flag.type === 'bool') return `${word}=true`;
  if (flag.bare !== undefined) return `${word}=${flag.bare}`;
  const value = rest.next();
  if (value === undefined) throw new UsageFailure(`flag needs an argument: ${word}`);
  return `${word}=${value}`;
}

/** The first letter of a cluster, with its value if it takes one; gives what is left of the cluster. */
function readShort(cluster: string, rest: Words, table: FlagTable, normal: NormalWords): string {
  const letter = cluster[0]!;
  const after = cluster.slice(1);
  const flag = table.byLetter(letter, after || rest.first);
  if (flag === undefined) {
    throw new UsageFailure(`unknown shorthand flag: ${quoteFirstByte(cluster)} in -${cluster}`, {
      hint: 'a word that begins with a dash and is no flag goes after --',
    });
  }
  if (after.length > 1 && after.startsWith('=')) normal.flags.push(`--${flag.name}${after}`);
  else if (flag.type === 'bool') {
    normal.flags.push(`--${flag.name}=true`);
    return after;
  } else if (after !== '') normal.flags.push(`--${flag.name}=${after}`);
  else {
    const value = rest.next();
    if (value === undefined) throw new UsageFailure(`flag needs an argument: '${letter}' in -${cluster}`);
    normal.flags.push(`--${flag.name}=${value}`);
  }
  return '';
}

/** Go looks at bytes: the first byte of what is not ASCII is shown as the character with that number. */
function quoteFirstByte(text: string): string {
  const char = String.fromCharCode(Buffer.from(text)[0]!);
  return char === "'" ? "'\\''" : char === '"' ? `'"'` : `'${goQuote(char).slice(1, -1)}'`;
}

function nearFlags(name: string, table: FlagTable): FailureOptions {
  const shown = [...table.long.values()].filter((flag) => !flag.hidden).map((flag) => flag.name);
  const near = nearest(name, shown);
  return near.length === 0 ? {} : { hint: `did you mean ${near.map((each) => `--${each}`).join(' or ')}?` };
}
