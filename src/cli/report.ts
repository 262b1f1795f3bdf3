import { atLeast, type Io, isDropIn, type Mode } from '../base/contract.js';
import type { ErrorCode } from '../base/error-codes.js';
import { ExitCode, errorLine, Failure, failureText, SilentFailure, WordedFailure } from '../base/errors.js';
import { UsageFailure } from '../base/flags/normalize.js';
import type { CommandEntry, Program } from '../commands/command.js';
import { UnknownCommand } from './find-command.js';

/** What was being run when it failed. */
export interface Running {
  program: Program;
  entry: CommandEntry | undefined;
  debug: boolean;
  env: NodeJS.ProcessEnv;
}

/** Tells the user of a failure, and gives the exit code. */
export async function report(error: unknown, running: Running, io: Io): Promise<number> {
  const { program } = running;
  const { mode } = program;
  if (!(error instanceof Failure)) return reportFault(error, running, io);
  if (error instanceof SilentFailure) return error.exitCode;
  if (error instanceof WordedFailure) {
    io.stderr.write(error.text + (isDropIn(mode) ? '' : hintLine(error.hint)));
    return error.exitCode;
  }
  if (program.layout === 'cobra with examples') return augerFailure(error, running, io);
  const line = errorLine(failureText(error, isDropIn(mode)));
  if (!isDropIn(mode)) await ownFailure(line, error, running, io);
  else if (error instanceof UnknownCommand) io.stderr.write(unknownCommand(line, mode.tool, repeats(mode)));
  else if (error instanceof UsageFailure) await usageFailure(line, running, io);
  else {
    const { retryLine } = await import('./client-log.js');
    io.stderr.write(`${retryLine(mode, error, new Date()) ?? ''}${line}`);
  }
  return error.exitCode;
}

async function ownFailure(line: string, error: Failure, { env }: Running, io: Io): Promise<void> {
  const more = moreLines((await flagHint(error)) ?? error.hint, error.errorCode);
  if (!io.stderr.isTTY) {
    io.stderr.write(line + more);
    return;
  }
  const { writeBad } = await import('../output/bad.js');
  await writeBad(io.stderr, env, 'Error:', line.slice('Error:'.length) + more);
}

/** What an unknown flag is for whoever has it from kubectl. */
async function flagHint(error: Failure): Promise<string | undefined> {
  if (!(error instanceof UsageFailure)) return undefined;
  const [, long, short] = /^unknown (?:flag: --(\S+)|shorthand flag: '(.)')/.exec(error.message) ?? [];
  const name = long?.split('=', 1)[0] ?? short;
  return name === undefined ? undefined : (await import('./other-words.js')).hintForFlag(name);
}

/** Said of every slip on a command line, and so of no use to search for. */
const PLAIN: readonly ErrorCode[] = ['failed', 'bad-arguments', 'bad-command-line', 'unknown-command', 'bad-value'];

/** What helps, and the code under which docs/errors.md tells more. */
function moreLines(hint: string | undefined, errorCode: ErrorCode): string {
  const code = PLAIN.includes(errorCode) ? '' : `Code: KEC-${errorCode}\n`;
  return hintLine(hint) + code;
}

function hintLine(hint: string | undefined): string {
  return hint === undefined ? '' : `Hint: ${hint}\n`;
}

/** etcdctl says it a second time up to 3.5, etcdutl always. */
function repeats(mode: Mode): boolean {
  return mode.tool === 'etcdutl' || !atLeast(mode, '3.6');
}

function unknownCommand(line: string, tool: string, twice: boolean): string {
  return `${line}Run '${tool} --help' for usage.\n${twice ? line : ''}`;
}

/** A malformed command line shows the usage: etcdctl's on standard output up to 3.6, all others on standard error. */
async function usageFailure(line: string, { program, entry }: Running, io: Io): Promise<void> {
  const { helpPage } = await import('./help-page.js');
  const { mode } = program;
  const blocks = mode.tool === 'etcdctl' && !atLeast(mode, '3.7');
  const usage = await helpPage(program, entry, io.stdout, true);
  io.stderr.write(line);
  if (blocks) {
    io.stdout.write(usage);
    await io.stdout.flush();
    io.stderr.write('\n');
  } else io.stderr.write(`${usage}\n`);
  if (repeats(mode)) io.stderr.write(line);
}

/** auger shows every failure with the usage on standard error, and once more, alone, on standard output; it has one exit code. */
async function augerFailure(error: Failure, { program, entry }: Running, io: Io): Promise<number> {
  const { tool } = program.mode;
  const message = failureText(error, true);
  const { helpPage } = await import('./help-page.js');
  const more =
    error instanceof UnknownCommand
      ? `Run '${tool} --help' for usage.`
      : await helpPage(program, entry, io.stderr, entry !== undefined);
  io.stderr.write(`${errorLine(message)}${more}\n`);
  io.stdout.write(`${message}\n`);
  return ExitCode.Error;
}

/** A file or socket that the system refused, which no layer has put into words of its own. */
function isSystemError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'errno' in error;
}

/** What should not have happened: no stack trace unless --debug asks for it. */
function reportFault(error: unknown, { debug }: Running, io: Io): number {
  const text = error instanceof Error ? error.message : String(error);
  if (isSystemError(error)) {
    io.stderr.write(errorLine(text));
    return ExitCode.IO;
  }
  const trace = debug && error instanceof Error ? `${error.stack}\n` : '';
  io.stderr.write(
    errorLine(
      `unexpected failure: ${text} (a fault of ketcdctl: please report it with its command line; --debug shows where it happened)`,
    ) + trace,
  );
  return ExitCode.Error;
}
