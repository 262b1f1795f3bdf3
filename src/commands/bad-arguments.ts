import { ExitCode, Failure } from '../base/errors.js';

/** The failure for wrong arguments: etcdctl's exit code 128. */
export function badArguments(message: string, hint?: string): Failure {
  return new Failure(message, { exitCode: ExitCode.BadArgs, ...(hint === undefined ? {} : { hint }) });
}
