import type { ErrorCode } from '../base/error-codes.js';
import { ExitCode, Failure } from '../base/errors.js';
import { CallFailure } from './call-failure.js';
import { Code, codeName } from './status.js';
import { errorCodeOf, hintForStatus } from './status-hints.js';

/** One thing that was tried, and what came of it. */
export interface Attempt {
  endpoint: string;
  problem: string;
  hint?: string | undefined;
}

interface RpcErrorOptions {
  code: Code;
  /** Where the status does not tell. */
  errorCode?: ErrorCode;
  details: string;
  endpoint?: string | undefined;
  tried: readonly Attempt[];
  etcdText: string;
  outcomeUnknown?: boolean;
  hint?: string | undefined;
  exitCode?: number;
  cause?: unknown;
}

/**
 * A call that failed for good. `message` is for people: endpoint, cause, and in `hint` the remedy; `etcdText` is what etcdctl
 * would print after `Error: `.
 */
export class RpcError extends Failure {
  /** gRPC's code. `Unavailable` when no endpoint could be reached. */
  readonly code: Code;
  /** As Go writes it: `ResourceExhausted`. */
  readonly codeName: string;
  /** The server's own text, such as `etcdserver: permission denied`; ours where there was no answer. */
  readonly details: string;
  /** Who answered, or was asked last. */
  readonly endpoint: string | undefined;
  readonly tried: readonly Attempt[];
  declare readonly etcdText: string;
  /** A write was sent, and nobody knows whether it was done. */
  readonly outcomeUnknown: boolean;

  constructor(message: string, options: RpcErrorOptions) {
    super(message, {
      errorCode:
        options.errorCode ?? (options.outcomeUnknown ? 'outcome-unknown' : errorCodeOf(options.code, options.details)),
      exitCode: options.exitCode ?? ExitCode.Error,
      etcdText: options.etcdText,
      ...(options.hint ? { hint: options.hint } : {}),
      ...(options.cause === undefined ? {} : { cause: options.cause }),
    });
    this.name = 'RpcError';
    this.code = options.code;
    this.codeName = codeName(options.code);
    this.details = options.details;
    this.endpoint = options.endpoint;
    this.tried = options.tried;
    this.outcomeUnknown = options.outcomeUnknown ?? false;
  }

  /** The status as gRPC's library for Go puts it into words. */
  get statusText(): string {
    return `rpc error: code = ${this.codeName} desc = ${this.details}`;
  }
}

const DEADLINE = 'context deadline exceeded';

/** No endpoint could be reached. `gaveUpAfterMs`: the deadline passed while that was tried. */
export function noConnection(tried: readonly Attempt[], exitCode: number, gaveUpAfterMs?: number): RpcError {
  const list = tried.map(({ endpoint, problem }) => `${endpoint}: ${problem}`).join('; ') || 'no endpoint was given';
  const what = tried.length === 1 ? 'cannot connect to' : 'cannot connect to any endpoint:';
  const time = gaveUpAfterMs === undefined ? '' : ` (tried for ${seconds(gaveUpAfterMs)})`;
  return new RpcError(`${what} ${list}${time}`, {
    code: gaveUpAfterMs === undefined ? Code.Unavailable : Code.DeadlineExceeded,
    errorCode: 'no-connection',
    details: list,
    endpoint: tried.at(-1)?.endpoint,
    tried,
    exitCode,
    etcdText: DEADLINE,
    hint: [...new Set(tried.flatMap(({ hint }) => hint ?? []))].join('; ') || undefined,
  });
}

/** What is known of a call beside its failure. */
interface CallContext {
  read: boolean;
  tried: readonly Attempt[];
  /** The time that it had. */
  allowedMs: number | undefined;
  method: string;
  /** The call's time ended while it was tried again; this is the failure of the attempt before. */
  late: boolean;
  exitCode?: number | undefined;
}

/** The member has proposed the write and does not know what the others made of it: they may do it yet. */
const UNDECIDED = /^(?:etcdserver: (?:request timed out|server stopped)|context deadline exceeded$)/;

/** A call that reached a server and failed. */
export function callFailed(failure: CallFailure, context: CallContext): RpcError {
  const { code, details, facts } = failure;
  const undecided = facts.fromServer !== true || code === Code.DeadlineExceeded || UNDECIDED.test(details);
  const outcomeUnknown = !context.read && facts.sent && undecided;
  const { text, hint } = describe(failure, context);
  return new RpcError(outcomeUnknown ? `${text}; the outcome of this write is unknown` : text, {
    code,
    details,
    endpoint: facts.endpoint || undefined,
    tried: context.tried,
    etcdText: context.late ? DEADLINE : etcdTextOf(failure),
    outcomeUnknown,
    hint: outcomeUnknown ? 'it was sent once, and not again: look whether it was done before you repeat it' : hint,
    exitCode: context.exitCode ?? ExitCode.Error,
    cause: failure,
  });
}

/**
 * Reads an answer, or a part of one.
 * @throws RpcError where `read` says that the bytes are no such message: then nobody knows what the server did
 */
export function readAnswer<T>(
  { method, isRead }: { method: string; isRead: boolean },
  endpoint: string | undefined,
  read: () => T,
): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof Failure) throw error;
    const why = `the answer to ${method} is no message of etcd's: ${(error as Error).message}`;
    const failure = new CallFailure(Code.Internal, why, { endpoint: endpoint ?? '', sent: true });
    throw callFailed(failure, { read: isRead, tried: [], allowedMs: undefined, method, late: false });
  }
}

/** What does not need a quorum itself. */
const UNREAD =
  'the member may be overloaded, frozen, or without a quorum: --consistency s reads what it has by itself, --endpoints file: reads the data directory of this node, and `doctor` tells what is wrong; --command-timeout gives it longer';
const UNWRITTEN =
  'the member may be overloaded, frozen, or without a quorum: `doctor` tells what is wrong; --command-timeout gives it longer';

function describe(
  { code, details, facts }: CallFailure,
  context: CallContext,
): { text: string; hint: string | undefined } {
  const at = facts.endpoint ? `${facts.endpoint}: ` : '';
  if (code === Code.DeadlineExceeded && !facts.fromServer) {
    const time = context.allowedMs === undefined ? 'in time' : `within ${seconds(context.allowedMs)}`;
    return { text: `${at}no answer to ${context.method} ${time}`, hint: context.read ? UNREAD : UNWRITTEN };
  }
  if (code === Code.Canceled && !facts.fromServer) return { text: 'cancelled', hint: undefined };
  if (facts.fromServer) return { text: `${at}${details || codeName(code)}`, hint: hintForStatus(code, details) };
  return { text: `${at}${details}`, hint: undefined };
}

function etcdTextOf({ code, details, facts }: CallFailure): string {
  if (code === Code.DeadlineExceeded) return DEADLINE;
  if (code === Code.Canceled && !facts.fromServer) return 'context canceled';
  // etcd's own errors are known to its client library, which then shows the text alone.
  if (facts.fromServer && details.startsWith('etcdserver: ')) return details;
  return `rpc error: code = ${codeName(code)} desc = ${details}`;
}

function seconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)}ms` : `${Math.round(ms / 100) / 10}s`;
}
