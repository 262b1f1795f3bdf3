import { Command, Option } from 'commander';
import { argBytes } from '../go/argument-bytes.js';
import { formatDuration, nanoseconds } from '../go/duration.js';
import { goQuote } from '../go/quote.js';
import { parseGoValue } from '../go/values.js';
import { type Flag, type FlagType, type FlagValue, flagKey } from './declare.js';
import { type FlagTable, normalize, UsageFailure } from './normalize.js';

export interface ParsedWords<Values> {
  args: string[];
  flags: ParsedFlags<Values>;
}

/**
 * Reads the words of a command (without its name) by the rules of pflag. Also for the lines of `txn` and `watch -i`.
 * `Values`: what the flags of the table give, which only who made it from declarations can say.
 * @throws UsageFailure with pflag's text.
 */
export function parseWords<Values>(words: readonly string[], table: FlagTable): ParsedWords<Values> {
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
    const given = goQuote(argBytes(text));
    const name = flag.short === undefined ? `--${flag.name}` : `-${flag.short}, --${flag.name}`;
    throw new UsageFailure(`--${flag.name} takes ${VALUES[flag.type]}, not ${given}`, {
      etcdText: `invalid argument ${given} for "${name}" flag: ${(error as Error).message}`,
    });
  }
}

/** What flags take, in own mode's words. */
export const VALUES: Record<FlagType, string> = {
  bool: 'true or false',
  string: 'a text',
  int: 'a whole number of at most 64 bits',
  uint: 'a whole number of at most 64 bits that is not negative',
  duration: 'a time such as 5s, 300ms or 1m30s',
  strings: 'a comma list, with double quotes around what has a quote in it',
};

/**
 * The values of a command's flags, of its group's and of the global ones. {@link values} is what a command reads: an object by the
 * flags' names in camel case.
 */
export class ParsedFlags<Values> {
  readonly values: Values;
  private readonly byKey: Record<string, unknown>;

  constructor(
    table: FlagTable,
    private readonly givenValues: Map<string, FlagValue>,
    dashAt?: number,
  ) {
    this.byKey = { given: (key: string) => [...givenValues.keys()].some((name) => flagKey(name) === key), dashAt };
    for (const flag of [...table.elsewhere.values(), ...table.long.values()]) {
      this.byKey[flagKey(flag.name)] = givenValues.get(flag.name) ?? defaultOf(flag);
    }
    this.values = this.byKey as Values;
  }

  /** Whether it was given: on the command line, or by the environment. */
  given({ name }: Flag): boolean {
    return this.givenValues.has(name);
  }

  /** Sets a flag from the environment; a value that does not parse is thrown as Go's text. */
  set(flag: Flag, text: string): void {
    const value = parseGoValue(flag.type, text);
    this.givenValues.set(flag.name, value);
    this.byKey[flagKey(flag.name)] = value;
  }

  /** The value as Go prints it: `[a,b]`, `5s`, `true`. */
  format(flag: Flag): string {
    const value = this.byKey[flagKey(flag.name)];
    if (Array.isArray(value)) return `[${value.join(',')}]`;
    return flag.type === 'duration' ? formatDuration(nanoseconds(value as number)) : String(value);
  }
}

function defaultOf(flag: Flag): FlagValue {
  return flag.default === undefined ? ZERO[flag.type]() : parseGoValue(flag.type, flag.default);
}

const ZERO: Record<FlagType, () => FlagValue> = {
  bool: () => false,
  string: () => '',
  int: () => 0n,
  uint: () => 0n,
  duration: () => 0,
  strings: () => [],
};
