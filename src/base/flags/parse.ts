import { Command, Option } from 'commander';
import type { Flag, FlagType, FlagValues } from '../contract.js';
import { argBytes } from '../go/argument-bytes.js';
import { formatDuration, nanoseconds } from '../go/duration.js';
import { goQuote } from '../go/quote.js';
import { type FlagValue, parseGoValue } from '../go/values.js';
import { type FlagTable, normalize, UsageFailure } from './normalize.js';

export interface ParsedWords {
  args: string[];
  flags: ParsedFlags;
}

/**
 * Reads the words of a command (without its name) by the rules of pflag. Also for the lines of `txn` and `watch -i`.
 * @throws UsageFailure with pflag's text.
 */
export function parseWords(words: readonly string[], table: FlagTable): ParsedWords {
  const { flags, args, dashAt, error } = normalize(words, table);
  const given = new Map<string, FlagValue>();
  const command = new Command().exitOverride().allowExcessArguments().argument('[words...]');
  for (const name of new Set(flags.map(flagName))) {
    const flag = table.long.get(name)!;
    command.addOption(new Option(`--${name} <value>`).argParser((text) => setValue(given, flag, text)));
  }
  command.parse([...flags, '--', ...args], { from: 'user' });
  if (error !== undefined) throw error;
  return { args: command.args, flags: new ParsedFlags(table, given, dashAt) };
}

function flagName(word: string): string {
  return word.slice(2, word.indexOf('='));
}

/** Lists append, everything else is replaced by the last one. */
function setValue(given: Map<string, FlagValue>, flag: Flag, text: string): void {
  const value = parseValue(flag, text);
  const before = given.get(flag.name);
  given.set(flag.name, Array.isArray(value) && Array.isArray(before) ? [...before, ...value] : value);
}

function parseValue(flag: Flag, text: string): FlagValue {
  try {
    return parseGoValue(flag.type, text);
  } catch (error) {
    const name = flag.short === undefined ? `--${flag.name}` : `-${flag.short}, --${flag.name}`;
    throw new UsageFailure(
      `invalid argument ${goQuote(argBytes(text))} for "${name}" flag: ${(error as Error).message}`,
    );
  }
}

/** Values of a command's flags, of its group's and of the global ones. */
export class ParsedFlags implements FlagValues {
  readonly #table: FlagTable;
  readonly #given: Map<string, FlagValue>;
  readonly dashAt: number | undefined;

  constructor(table: FlagTable, given: Map<string, FlagValue>, dashAt?: number) {
    this.#table = table;
    this.#given = given;
    this.dashAt = dashAt;
  }

  bool(name: string): boolean {
    return this.#value(name, 'bool') as boolean;
  }

  string(name: string): string {
    return this.#value(name, 'string') as string;
  }

  int(name: string): bigint {
    return this.#value(name, 'int', 'uint') as bigint;
  }

  duration(name: string): number {
    return this.#value(name, 'duration') as number;
  }

  strings(name: string): string[] {
    return this.#value(name, 'strings') as string[];
  }

  given(name: string): boolean {
    return this.#given.has(name);
  }

  /** Sets a flag from the environment; a value that does not parse is thrown as Go's text. */
  set(flag: Flag, text: string): void {
    this.#given.set(flag.name, parseGoValue(flag.type, text));
  }

  /** The value as Go prints it: `[a,b]`, `5s`, `true`. */
  format(flag: Flag): string {
    const value = this.#value(flag.name, flag.type);
    if (Array.isArray(value)) return `[${value.join(',')}]`;
    return flag.type === 'duration' ? formatDuration(nanoseconds(value as number)) : String(value);
  }

  #value(name: string, ...types: FlagType[]): FlagValue {
    const flag = this.#table.long.get(name) ?? this.#table.elsewhere.get(name);
    if (flag === undefined) return zero(types[0]!);
    if (!types.includes(flag.type)) throw new TypeError(`--${name} is ${flag.type}, not ${types[0]}`);
    const given = this.#given.get(name);
    if (given !== undefined) return given;
    return flag.default === undefined ? zero(flag.type) : parseGoValue(flag.type, flag.default);
  }
}

const ZERO: Record<FlagType, () => FlagValue> = {
  bool: () => false,
  string: () => '',
  int: () => 0n,
  uint: () => 0n,
  duration: () => 0,
  strings: () => [],
};

function zero(type: FlagType): FlagValue {
  return ZERO[type]();
}
