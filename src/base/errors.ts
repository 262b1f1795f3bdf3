import { codeOfExit, ERROR_KINDS, type ErrorCode } from './error-codes.js';
import { ExitCode } from './exit-code.js';
import { withoutSecrets } from './secrets.js';

export { ExitCode };

export interface FailureOptions {
  /** What kind of failure it is; without it, the one that the exit code stands for. */
  errorCode?: ErrorCode;
  /** One of {@link ExitCode}, or another command's code that is passed on; without it, the one of its kind. */
  exitCode?: number;
  /** What the user can do about it: printed on a line of its own, in own mode only. */
  hint?: string;
  /** etcdctl's words in place of the message, for drop-in mode. */
  etcdText?: string | undefined;
  cause?: unknown;
}

/**
 * An expected failure: `message` is what stands after `Error: `, without a stack trace. Passwords, tokens and keys are taken out of
 * its texts here, so that nothing that is told has them.
 */
export class Failure extends Error {
  readonly errorCode: ErrorCode;
  /** A command that has one code for all its failures sets it. */
  exitCode: number;
  readonly hint: string | undefined;
  readonly etcdText: string | undefined;

  constructor(message: string, { errorCode, exitCode, hint, etcdText, cause }: FailureOptions = {}) {
    super(withoutSecrets(message), cause === undefined ? undefined : { cause });
    this.name = 'Failure';
    this.errorCode = errorCode ?? codeOfExit(exitCode ?? ExitCode.Error);
    this.exitCode = exitCode ?? ERROR_KINDS[this.errorCode].exitCode;
    this.hint = hint === undefined ? undefined : withoutSecrets(hint);
    this.etcdText = etcdText;
  }
}

/**
 * What stands after `Error: `. A failure of a call has etcdctl's words for it beside our own (`etcdText`), for drop-in mode.
 */
export function failureText(error: unknown, dropIn: boolean): string {
  const { message, etcdText } = error as { message?: string; etcdText?: string };
  return (dropIn ? etcdText : undefined) ?? message ?? String(error);
}

/** The line that tells of a failure: of the command's end, or of one object among many. */
export function errorLine(text: string): string {
  return `Error: ${withoutSecrets(text)}\n`;
}

/** A failure in a layout that is not `Error: ` and a message: `text` goes to standard error as it is. */
export class WordedFailure extends Failure {
  readonly text: string;

  constructor(text: string, options: FailureOptions = {}) {
    super(text.trim(), options);
    this.text = withoutSecrets(text);
  }
}

/** A failure whose text is written already. */
export class SilentFailure extends Failure {
  constructor(exitCode: number = ExitCode.Error) {
    super('', { exitCode });
  }
}

/** The failure for wrong arguments: etcdctl's exit code 128. */
export function badArguments(message: string, hint?: string): Failure {
  return new Failure(message, { exitCode: ExitCode.BadArgs, ...(hint === undefined ? {} : { hint }) });
}

/** The failure for a value that parses but that there is not: etcdctl's exit code 4. */
export function badFeature(message: string, hint?: string): Failure {
  return new Failure(message, { exitCode: ExitCode.BadFeature, ...(hint === undefined ? {} : { hint }) });
}
