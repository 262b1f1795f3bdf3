import { ExitCode, Failure } from '../../base/errors.js';
import { int, string } from '../../base/flags/declare.js';
import type { CommandContext } from '../command.js';

/** auger's way to name the file. */
export const FILE_FLAG = {
  file: string('the file, in place of the argument', { short: 'f', value: 'FILE', complete: 'file' }),
};

export const REVISION_FLAG = { rev: int('revision to look at (0: the newest)', { short: 'r', default: '0' }) };

/**
 * The database file that a command means, and its other arguments: --file, the first argument, or `--endpoints file:PATH`.
 * @throws Failure where none is named
 */
export function databaseArg(
  context: CommandContext,
  args: string[],
  flags: { file: string },
): { path: string; rest: string[] } {
  const named = flags.file;
  if (named !== '') return { path: named, rest: args };
  const { endpoints, given } = context.options;
  const [only = ''] = endpoints;
  if (given.has('endpoints') && endpoints.length === 1 && only.startsWith('file:')) {
    return { path: only.slice('file:'.length), rest: args };
  }
  const [path, ...rest] = args;
  if (path !== undefined) return { path, rest };
  throw new Failure('the command needs a database or snapshot file', {
    exitCode: ExitCode.BadArgs,
    hint: 'name it as the argument, or by --endpoints file:PATH',
  });
}
