/**
 * The exit codes of ketcdctl, which are etcdctl's (pkg/cobrautl of etcd): every process ends with one of these.
 */
export const ExitCode = {
  Ok: 0,
  /** The server refused, the deadline passed, a flag was malformed, or anything that has no code of its own. */
  Error: 1,
  /** The connection or the login could not be made. */
  BadConnection: 2,
  /** Unusable text on standard input. */
  InvalidInput: 3,
  /** A flag's value that parses but is not known, or a format that the command does not have. */
  BadFeature: 4,
  /** Interrupted, or ended by the server. */
  Interrupted: 5,
  IO: 6,
  BadArgs: 128,
} as const;

export interface FailureOptions {
  /** One of {@link ExitCode}, or another command's code that is passed on. Default 1. */
  exitCode?: number;
  /** What the user can do about it: printed on a line of its own, in own mode only. */
  hint?: string;
  cause?: unknown;
}

/**
 * An expected failure: `message` is what stands after `Error: `, without a stack trace.
 * Whoever builds one keeps passwords, tokens and keys out of `message` and `hint`.
 */
export class Failure extends Error {
  /** A command that has one code for all its failures sets it. */
  exitCode: number;
  readonly hint: string | undefined;

  constructor(message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Failure';
    this.exitCode = options.exitCode ?? ExitCode.Error;
    this.hint = options.hint;
  }
}

/**
 * What stands after `Error: `. A failure of a call has etcdctl's words for it beside our own (`etcdText`), for drop-in mode.
 */
export function failureText(error: unknown, dropIn: boolean): string {
  const { message, etcdText } = error as { message?: string; etcdText?: string };
  return (dropIn ? etcdText : undefined) ?? message ?? String(error);
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
