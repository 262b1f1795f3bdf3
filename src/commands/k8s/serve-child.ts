/** Runs what a user works with while a cluster is served: it has the terminal, and its end is ours. */
import { ExitCode, Failure } from '../../base/errors.js';
import type { CommandContext } from '../command.js';
import { runChild } from '../run-child.js';

/**
 * The exit code of the program.
 * @param signal ends it; Ctrl-C it gets from the terminal itself
 * @param endSignal how: an interactive shell minds SIGHUP alone
 */
export async function runUser(
  context: CommandContext,
  argv: string[],
  variables: Record<string, string>,
  signal: AbortSignal,
  endSignal: NodeJS.Signals = 'SIGTERM',
): Promise<number> {
  const options = { terminate: signal, endSignal, stdin: 'inherit' } as const;
  const { problem, status } = await runChild(context, argv, variables, options);
  if (status === undefined) throw new Failure(problem ?? 'the command did not run', { exitCode: ExitCode.Error });
  return status;
}
