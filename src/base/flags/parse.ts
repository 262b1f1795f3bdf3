import { Command } from 'commander';
import { formatDuration, nanoseconds } from '../go/duration.js';
import { parseGoValue } from '../go/values.js';
import { type Flag, flagKey, type Given } from './declare.js';
import { type FlagTable, normalize } from './normalize.js';
import { FlagOption } from './option.js';

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
  const command = new Command();
  const declared = new Map([...table.elsewhere, ...table.long]);
  for (const flag of declared.values()) command.addOption(new FlagOption(flag));
  command.parseOptions(flags);
  if (error !== undefined) throw error;
  return { args, flags: new ParsedFlags(command, dashAt) };
}

/**
 * The values of a command's flags, of its group's and of the global ones. {@link values} is what a command reads: an object by the
 * flags' names in camel case.
 */
export class ParsedFlags<Values> {
  readonly values: Values;
  private readonly command: Command;

  constructor(command: Command, dashAt: number | undefined) {
    this.command = command;
    const more: Given<string> = { given: (key) => this.isGiven(key), dashAt };
    this.values = Object.assign(command.opts<Values & object>(), more);
  }

  private isGiven(key: string): boolean {
    return (this.command.getOptionValueSource(key) ?? 'default') !== 'default';
  }

  /** Whether it was given: on the command line, or by the environment. */
  given({ name }: Flag): boolean {
    return this.isGiven(flagKey(name));
  }

  /** Sets a flag from the environment; a value that does not parse is thrown as Go's text. */
  set({ name, type }: Flag, text: string): void {
    this.command.setOptionValueWithSource(flagKey(name), parseGoValue(type, text), 'env');
  }

  /** The value as Go prints it: `[a,b]`, `5s`, `true`. */
  format({ name, type }: Flag): string {
    const value: unknown = this.command.getOptionValue(flagKey(name));
    if (Array.isArray(value)) return `[${value.join(',')}]`;
    return type === 'duration' ? formatDuration(nanoseconds(value as number)) : String(value);
  }
}
