import { Command } from 'commander';
import { formatDuration, nanoseconds } from '../go/duration.js';
import { parseGoValue } from '../go/values.js';
import { type Flag, type FlagValue, flagKey, type Given } from './declare.js';
import { type FlagTable, normalize } from './normalize.js';
import { FlagOption } from './option.js';
import { defaultOf } from './value.js';

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
  const parsed = new ParsedFlags<Values>([...table.elsewhere.values(), ...table.long.values()], dashAt);
  parsed.read(flags, table);
  if (error !== undefined) throw error;
  return { args, flags: parsed };
}

/**
 * The values of a command's flags, of its group's and of the global ones. {@link values} is what a command reads: an object by the
 * flags' names in camel case.
 */
export class ParsedFlags<Values> {
  readonly values: Values;
  private readonly byKey: Record<string, FlagValue> = {};
  private readonly givenKeys = new Set<string>();

  /** @param declared all flags that may be asked for: they have their defaults */
  constructor(declared: readonly Flag[], dashAt: number | undefined) {
    for (const flag of declared) this.byKey[flagKey(flag.name)] = defaultOf(flag);
    const more: Given<string> = { given: (key) => this.givenKeys.has(key), dashAt };
    this.values = Object.assign(this.byKey, more) as Values;
  }

  /** Takes the values of `--name=value` words; commander is told of these flags alone: to make an option of each takes milliseconds. */
  read(words: readonly string[], { long }: FlagTable): void {
    if (words.length === 0) return;
    const command = new Command();
    for (const name of new Set(words.map((word) => word.slice(2, word.indexOf('='))))) {
      command.addOption(new FlagOption(long.get(name)!));
      this.givenKeys.add(flagKey(name));
    }
    command.parseOptions([...words]);
    Object.assign(this.byKey, command.opts());
  }

  /** Whether it was given: on the command line, or by the environment. */
  given({ name }: Flag): boolean {
    return this.givenKeys.has(flagKey(name));
  }

  /** Sets a flag from the environment; a value that does not parse is thrown as Go's text. */
  set({ name, type }: Flag, text: string): void {
    this.byKey[flagKey(name)] = parseGoValue(type, text);
    this.givenKeys.add(flagKey(name));
  }

  /** The value as Go prints it: `[a,b]`, `5s`, `true`. */
  format({ name, type }: Flag): string {
    const value: unknown = this.byKey[flagKey(name)];
    if (Array.isArray(value)) return `[${value.join(',')}]`;
    return type === 'duration' ? formatDuration(nanoseconds(value as number)) : String(value);
  }
}
