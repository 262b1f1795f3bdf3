/** What flags take: how it is read, what they have when they are not given, and their variables. */
import { argBytes } from '../go/argument-bytes.js';
import { goQuote } from '../go/quote.js';
import { parseGoValue } from '../go/values.js';
import type { Flag, FlagType, FlagValue } from './declare.js';
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

/**
 * What `text` gives a flag.
 * @param before what it was given earlier in the command line: a list goes on (and is changed), of everything else the last one counts
 * @throws UsageFailure, also with pflag's text
 */
export function parseFlag({ name, short, type }: Flag, text: string, before: FlagValue | undefined): FlagValue {
  try {
    const value = parseGoValue(type, text);
    if (!Array.isArray(value) || !Array.isArray(before)) return value;
    for (const each of value) before.push(each);
    return before;
  } catch (error) {
    const given = goQuote(argBytes(text));
    const names = short === undefined ? `--${name}` : `-${short}, --${name}`;
    throw new UsageFailure(`--${name} takes ${VALUES[type]}, not ${given}`, {
      etcdText: `invalid argument ${given} for "${names}" flag: ${(error as Error).message}`,
      cause: error,
    });
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
