/** Flags as commander's options: how their values are parsed, what they may be, their defaults and variables. */
import { Option } from 'commander';
import { argBytes } from '../go/argument-bytes.js';
import { goQuote } from '../go/quote.js';
import { parseGoValue } from '../go/values.js';
import { type Flag, type FlagType, type FlagValue, flagKey } from './declare.js';
import { UsageFailure } from './normalize.js';

/** What flags take, in own mode's words. */
export const VALUES: Record<FlagType, string> = {
  bool: 'true or false',
  string: 'a text',
  int: 'a whole number of at most 64 bits',
  uint: 'a whole number of at most 64 bits that is not negative',
  duration: 'a time such as 5s, 300ms or 1m30s',
  strings: 'a comma list, with double quotes around what has a quote in it',
};

/** The variable of a flag: `command-timeout` is ETCDCTL_COMMAND_TIMEOUT. */
export function variableOf({ name }: Flag): string {
  return `ETCDCTL_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** A declared flag. Of its letters commander sees none: those are written out before it reads the command line. */
export class FlagOption extends Option {
  readonly flag: Flag;

  constructor(flag: Flag) {
    super(`--${flag.name} ${flag.type === 'bool' ? '[true|false]' : `<${flag.value ?? flag.type}>`}`, flag.help);
    this.flag = flag;
    // To commander `--no-x` is the opposite of `--x`; to pflag it is a name like any other.
    this.negate = false;
    this.hidden = flag.hidden ?? false;
    this.default(defaultOf(flag), flag.default);
    this.argParser((text: string, before: FlagValue) => this.appended(this.parse(text), before));
    if (flag.choices !== undefined) this.argChoices = [...flag.choices];
    if (flag.env) this.env(variableOf(flag));
  }

  override attributeName(): string {
    return flagKey(this.flag.name);
  }

  /** @throws UsageFailure, also with pflag's text */
  parse(text: string): FlagValue {
    const { name, short, type } = this.flag;
    try {
      return parseGoValue(type, text);
    } catch (error) {
      const given = goQuote(argBytes(text));
      const names = short === undefined ? `--${name}` : `-${short}, --${name}`;
      throw new UsageFailure(`--${name} takes ${VALUES[type]}, not ${given}`, {
        etcdText: `invalid argument ${given} for "${names}" flag: ${(error as Error).message}`,
        cause: error,
      });
    }
  }

  /** Lists append to what was given before, but not to the default; of everything else the last one counts. */
  private appended(value: FlagValue, before: FlagValue): FlagValue {
    const isFirst = before === this.defaultValue;
    return Array.isArray(value) && Array.isArray(before) && !isFirst ? [...before, ...value] : value;
  }
}

/** What a flag that is not given has. */
export function defaultOf(flag: Flag): FlagValue {
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
