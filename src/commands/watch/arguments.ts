/** What the words of `watch`, on the command line or in a line of `watch -i`, ask for. */

import { isDropIn, type Mode } from '../../base/contract.js';
import { badArguments } from '../../base/errors.js';
import { bool, int } from '../../base/flags/declare.js';
import { argBytes } from '../../base/go/argument-bytes.js';
import { goQuote } from '../../base/go/quote.js';
import type { WatchRange } from '../../etcd/watch.js';
import { prefixRange } from '../../rpc/keys.js';

/** The flags of a line of `watch -i`; the command line has one more, which is for all lines. */
export const LINE_FLAGS = {
  interactive: bool('read what to watch from standard input', { short: 'i' }),
  prefix: bool('watch all keys that begin with the key'),
  rev: int('the first revision to print (0: those to come)', { default: '0' }),
  prevKv: bool('print what was there before, too'),
  progressNotify: bool("print the server's revision from time to time", { since: '3.5' }),
};

/** The words, the flags among them already read. */
export interface WatchWords {
  args: string[];
  flags: { dashAt: number | undefined };
  /** ETCDCTL_WATCH_KEY and ETCDCTL_WATCH_RANGE_END, where they are set. */
  fromEnv: string[];
  /** In a line of `watch -i`, where the two variables may stand beside arguments if there is a program. */
  interactive: boolean;
}

/**
 * The range that the environment names.
 * @throws Failure for an end without a key.
 */
export function watchEnvironment(env: NodeJS.ProcessEnv): string[] {
  const { ETCDCTL_WATCH_KEY: key = '', ETCDCTL_WATCH_RANGE_END: end = '' } = env;
  if (key === '' && end !== '') {
    throw badArguments(`ETCDCTL_WATCH_KEY is empty but got ETCDCTL_WATCH_RANGE_END=${goQuote(end)}`);
  }
  return [key, end].filter(Boolean);
}

/**
 * Parts the words into the keys and the program.
 * @throws Failure with etcdctl's text and exit code.
 */
export function watchKeys(mode: Mode, words: WatchWords): { keys: string[]; exec: string[] } {
  const { args, flags, fromEnv, interactive } = words;
  const { dashAt } = flags;
  const exec = dashAt === undefined ? [] : args.slice(dashAt);
  if (dashAt !== undefined && exec.length === 0) {
    throw badArguments('bad number of arguments (found separator --, but no commands)');
  }
  const before = args.slice(0, dashAt);
  if (exec.length === 0 && fromEnv.length === 0 && before.length === 0) throw badArguments(BAD_NUMBER);
  if (fromEnv.length > 0 && before.length > 0 && (exec.length === 0 || !interactive)) {
    throw badArguments('bad number of arguments (found conflicting environment key)');
  }
  if (!isDropIn(mode) || exec.length === 0) return { keys: [...fromEnv, ...before], exec };
  // etcdctl finds the end of the keys by looking for the program's name from behind: its arguments may have it too.
  const all = [...fromEnv, ...args];
  return { keys: all.slice(0, all.lastIndexOf(exec[0]!)), exec };
}

const BAD_NUMBER = 'bad number of arguments';

/**
 * The ranges that keys and flags mean. In own mode --prefix takes any number of keys; etcdctl takes one key and a range end, and
 * passes over everything behind the key when there are more.
 * @throws Failure with etcdctl's text.
 */
export function watchRanges(
  mode: Mode,
  keys: string[],
  flags: { prefix: boolean; rev: bigint; prevKv: boolean; diff?: boolean; progressNotify: boolean },
): WatchRange[] {
  const [first, end] = keys;
  if (first === undefined) throw badArguments(BAD_NUMBER);
  const { prefix } = flags;
  const common = {
    revision: flags.rev,
    prevKv: flags.prevKv || flags.diff === true,
    progressNotify: flags.progressNotify,
  };
  if (!isDropIn(mode)) {
    if (prefix) return keys.map((key) => ({ ...prefixRange(argBytes(key)), ...common }));
    if (keys.length > 2) throw badArguments('too many arguments: a key and a range end, or several keys with --prefix');
  }
  if (keys.length === 2 && prefix) throw badArguments('`range_end` and `--prefix` are mutually exclusive');
  const key = argBytes(first);
  if (prefix) return [{ ...prefixRange(key), ...common }];
  return [{ key, ...(keys.length === 2 && end !== '' && { range_end: argBytes(end!) }), ...common }];
}
