/** `watch -i`: lines from standard input that start watches and ask for progress. */

import { setMaxListeners } from 'node:events';
import { atLeast } from '../../base/contract.js';
import { ExitCode, Failure } from '../../base/errors.js';
import { type FlagsOf, flagList } from '../../base/flags/declare.js';
import { FlagTable, UsageFailure } from '../../base/flags/normalize.js';
import { parseWords } from '../../base/flags/parse.js';
import { argify } from '../../base/go/argify.js';
import { inputLines } from '../../base/input.js';
import { hasFlag } from '../../base/versions.js';
import type { WatchRange } from '../../etcd/watch.js';
import { outputFormat } from '../../output/format.js';
import { watchPrinters } from '../../output/watch/index.js';
import type { CommandContext } from '../command.js';
import { changesFormat } from '../keys/changes-format.js';
import { LINE_FLAGS, watchKeys, watchRanges } from './arguments.js';
import { type RunningWatch, startWatch } from './run.js';

/**
 * Reads lines until standard input ends, which is a failure as it is with etcdctl.
 * @param flags what holds for all lines: --diff shows what changed.
 * @param fromEnv the range that the environment names.
 */
export async function watchInteractively(
  context: CommandContext,
  { diff: changes, showManagedFields: managedFields }: { diff: boolean; showManagedFields: boolean },
  fromEnv: string[],
  signal: AbortSignal,
): Promise<never> {
  const format = outputFormat(context);
  // Each watch listens to it, and there is no most of them.
  setMaxListeners(0, signal);
  const client = await context.connect();
  const known = flagList(LINE_FLAGS);
  const table = new FlagTable(known.filter((flag) => hasFlag(context.mode, flag))).declare(known);
  const newPrinter = changes
    ? (await import('./diff.js')).diffPrinters(context, changesFormat(context))
    : await watchPrinters(context, format, { alone: false, managedFields });
  const watches: RunningWatch[] = [];
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  const start = (line: WatchRange, exec: string[]) => {
    const range = changes ? { ...line, prevKv: true } : line;
    const watch = startWatch(context, range, { client, format, newPrinter, exec, signal });
    watches.push(watch);
    watch.ended.catch(fail).finally(() => watches.splice(watches.indexOf(watch), 1));
  };
  const read = async (): Promise<never> => {
    for await (const line of inputLines(context.stdin)) {
      const words = argify(line, context.mode);
      const problem = readLine(context, words, { table, fromEnv, start, watches });
      if (problem !== undefined) await context.stderr.write(problem.replace('%s', () => line));
    }
    const what = atLeast(context.mode, '3.5') ? 'error' : 'Error';
    throw new Failure(`${what} reading watch request line: EOF`, { exitCode: ExitCode.InvalidInput });
  };
  return Promise.race([read(), failed]);
}

interface LineContext {
  table: FlagTable;
  fromEnv: string[];
  start(range: WatchRange, exec: string[]): void;
  watches: RunningWatch[];
}

/**
 * Does what a line says. Gives what is wrong with it, `%s` standing for the line, where that does not end the command.
 * @throws Failure where it does.
 */
function readLine(context: CommandContext, words: string[], line: LineContext): string | undefined {
  const [name, ...rest] = words;
  if (name === undefined) return 'Invalid command: %s (watch and progress supported)\n';
  if (name === 'progress') {
    for (const watch of line.watches) watch.requestProgress();
    return undefined;
  }
  if (name !== 'watch') return 'Invalid command %s (only support watch)\n';
  if (rest.length === 0 && line.fromEnv.length === 0) {
    return 'Invalid command %s (command type or key is not provided)\n';
  }
  const { args, flags } = parseLine(rest, line.table);
  const { keys, exec } = watchKeys(context.mode, { args, flags, fromEnv: line.fromEnv, interactive: true });
  try {
    for (const range of watchRanges(context.mode, keys, flags)) line.start(range, exec);
    return undefined;
  } catch (error) {
    return `Invalid command %s (${(error as Error).message})\n`;
  }
}

function parseLine(words: string[], table: FlagTable) {
  try {
    const { args, flags } = parseWords<FlagsOf<typeof LINE_FLAGS>>(words, table);
    return { args, flags: flags.values };
  } catch (error) {
    if (!(error instanceof UsageFailure)) throw error;
    throw new Failure(error.message, { exitCode: ExitCode.BadArgs, etcdText: error.etcdText });
  }
}
