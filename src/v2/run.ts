import { type Io, isDropIn, type Mode } from '../base/contract.js';
import { WordedFailure } from '../base/errors.js';
import type { ClusterClient } from './cluster-client.js';
import type { CommandWords, FlagValues } from './flags.js';
import { hintFor } from './hints.js';
import type { HttpTransport } from './http-transport.js';
import type { Settings } from './settings.js';

/** Exit codes of the v2 etcdctl; other than v3's. */
export const V2Exit = {
  Ok: 0,
  /** Usage, arguments, TLS files, and whatever goes wrong in member, user, role and auth. */
  Error: 1,
  /** No connection while looking for the members. */
  BadConnection: 2,
  UnknownCommand: 3,
  ServerError: 4,
  NotHealthy: 5,
} as const;

/** Whether the v2 etcdctl of 3.5 is imitated; the one of 3.4 is in all other cases, own mode too. */
export function is35(mode: Mode): boolean {
  return isDropIn(mode) && mode.version === '3.5';
}

/** What a command has around it. */
export interface Run extends CommandWords {
  io: Io;
  env: NodeJS.ProcessEnv;
  mode: Mode;
  globals: FlagValues;
  settings: Settings;
  /** Reads the TLS files; the same at each call. */
  transport(): Promise<HttpTransport>;
  /**
   * A client for the endpoints, logged in if a user was given. Unless `sync` is false or --no-sync was given, it has asked the members for
   * their addresses.
   */
  connect(options?: { sync?: boolean }): Promise<ClusterClient>;
  /** Ends the requests of a command after --total-timeout. */
  deadline(): AbortSignal;
}

/** A command: gives its exit code, and throws an {@link Ending} for what can be expected to fail. */
export type Action = (run: Run) => Promise<number>;

/** The end of a run, in the old etcdctl's words. */
export class Ending extends WordedFailure {
  /**
   * @param cause of a failed request: own mode may have something to say about it
   */
  constructor(exitCode: number, text: string, cause?: unknown) {
    const hint = hintFor(cause);
    super(text, { exitCode, cause, ...(hint !== undefined && { hint }) });
  }
}

/** An error as the key commands print it: `Error: ` with two blanks, and what each endpoint said on lines of its own. */
export function keyFailure(exitCode: number, error: unknown): Ending {
  const { message, detail } = error as Error & { detail?: string };
  const more = detail === undefined ? '' : `${detail}\n`;
  return new Ending(exitCode, `Error:  ${message}\n${more}`, error);
}

/** An error as member, user, role and auth print it: the message alone. */
export function plainFailure(error: unknown, prefix = ''): Ending {
  return new Ending(V2Exit.Error, `${prefix}${(error as Error).message}\n`, error);
}

/** A mistake in the arguments of a key command: etcdctl 3.5 has a code of its own for it. */
export function badArguments(run: Run, message: string): Ending {
  return new Ending(is35(run.mode) ? 128 : V2Exit.Error, `Error:  ${message}\n`);
}

/** Runs a request of a command that prints errors with {@link plainFailure}. */
export async function orPlain<T>(request: Promise<T>, prefix = ''): Promise<T> {
  return request.catch((error: unknown) => {
    throw error instanceof Ending ? error : plainFailure(error, prefix);
  });
}
