/**
 * Watches a range, and goes on watching when the stream breaks: at the revision after the last one that was given out, so that
 * no event is lost and none comes twice.
 */

import type { IKeyValue, IResponseHeader } from 'etcd3/lib/rpc';
import type { Failure } from '../base/errors.js';
import type { Callable, Duplex } from '../rpc/callable.js';
import { RpcError } from '../rpc/error.js';
import type { EventType } from '../rpc/names.js';
import { Code } from '../rpc/status.js';
import { nextEndpoint, pause } from './next-endpoint.js';

/** What is watched. */
export interface WatchRange {
  key: Buffer;
  range_end?: Buffer;
  /** The first revision to be told of; undefined or 0: those that come from now on. */
  revision?: bigint;
  prevKv?: boolean;
  /** Has the server tell its revision from time to time when nothing happens. */
  progressNotify?: boolean;
}

/** One change of a key. */
export interface WatchEvent {
  type: EventType;
  kv: IKeyValue;
  /** What was there before, if that was asked for and is still known. */
  prev_kv: IKeyValue | null;
}

/** What the server says: events, its progress (no events), or that the watch is over (`canceled`). */
export interface WatchResponse {
  /** Null where the watch was refused. */
  header: IResponseHeader | null;
  watch_id: string;
  created: boolean;
  canceled: boolean;
  /** Not '0': the revision to begin at is gone, and this is the oldest that is left. */
  compact_revision: string;
  cancel_reason: string;
  /** More of the same answer follows. */
  fragment: boolean;
  events: WatchEvent[];
  /** Whether an answer begins here: false for the further fragments of one. */
  first: boolean;
}

export interface WatchOptions {
  signal?: AbortSignal;
  /** Told, a line each time, that the stream broke and why, and that it goes on. */
  trouble?: (text: string) => void;
}

/** How long an endpoint may take to confirm a watch before the next is asked, if there is one. */
const PATIENCE_MS = 5000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1000;

type WireResponse = Omit<WatchResponse, 'first'>;
type WatchStream = Duplex<object, WireResponse>;

/** One watch. Iterate it once; leaving the loop cancels it. */
export class Watch implements AsyncIterable<WatchResponse> {
  /** Where to begin: the revision to ask for, or 0 as long as that is "now". */
  private next: bigint;
  /** How many events of revision `next` were given out already: a fragment may end between two events of one revision. */
  private seen = 0;
  /** How many of them are still to come once more on the stream that is open. */
  private skip = 0;
  private stream: WatchStream | undefined;
  private confirmed = false;
  private loggedInAgain = false;

  constructor(
    private readonly callable: Callable,
    private readonly range: WatchRange,
    private readonly options: WatchOptions = {},
  ) {
    this.next = range.revision ?? 0n;
  }

  /** Asks the server to tell its progress: an answer without events. */
  requestProgress(): void {
    void this.stream?.send({ progress_request: {} });
  }

  /** @throws RpcError when the server refuses for good, or (the first time) no endpoint can be reached; Failure for unusable options. */
  async *[Symbol.asyncIterator](): AsyncGenerator<WatchResponse> {
    const { signal, trouble } = this.options;
    let failed: string | undefined;
    for (let wait = FIRST_PAUSE_MS; ; wait = Math.min(wait * 2, LONGEST_PAUSE_MS)) {
      const before = this.next;
      const where = nextEndpoint(this.callable, failed);
      const stream = this.open(where);
      try {
        if (yield* this.answers(stream)) return;
        // A new login is all that was missing.
        failed = undefined;
      } catch (error) {
        if (signal?.aborted || !this.mayResume(error)) throw error;
        trouble?.((error as Error).message);
        failed = stream.endpoint ?? where.endpoints[0];
      } finally {
        stream.cancel();
      }
      if (this.next !== before) wait = FIRST_PAUSE_MS;
      await pause(wait, signal);
    }
  }

  private open(callable: Callable): WatchStream {
    const { key, range_end, prevKv, progressNotify } = this.range;
    const { signal } = this.options;
    this.skip = this.seen;
    this.stream = callable.duplex('Watch', 'watch', { requireLeader: true, ...(signal && { signal }) });
    const create_request = {
      key,
      range_end,
      start_revision: String(this.next),
      prev_kv: prevKv,
      progress_notify: progressNotify,
      // The server's own fragments cost it time that grows with the square of an answer; long answers are cut on this side.
      fragment: Boolean(callable.maxRecvBytes),
    };
    void this.stream.send({ create_request });
    return this.stream;
  }

  /** Gives out what one stream has. Ends with true when the watch is over, with false when it is to be opened again at once. */
  private async *answers(stream: WatchStream): AsyncGenerator<WatchResponse, boolean> {
    const patience = this.patience(stream);
    let first = true;
    try {
      for await (const answer of stream) {
        patience.end();
        if (answer.canceled) {
          if (this.needsLogin(answer)) return false;
          yield { ...answer, first: true };
          return true;
        }
        if (answer.created) this.created(answer);
        else if (this.advance(answer)) {
          yield { ...answer, first };
          first = !answer.fragment;
        }
      }
      if (this.callable.isFile) return true;
      throw patience.error ?? new RpcError('the server ended the watch', brokenOff(stream.endpoint));
    } finally {
      patience.end();
    }
  }

  private created({ header }: Pick<WatchResponse, 'header'>): void {
    this.confirmed = true;
    this.loggedInAgain = false;
    // The server begins after the revision that it confirms with.
    if (this.next === 0n) this.next = BigInt(header?.revision ?? 0) + 1n;
  }

  /** Notes how far the watch has come, and takes out of the answer what was given out before a break. False: nothing is left of it. */
  private advance({ events, header, watch_id, fragment }: WireResponse): boolean {
    const progress = events.length === 0 && !fragment;
    if (this.skip > 0) this.dropSeen(events);
    const last = events.at(-1)?.kv.mod_revision;
    if (last !== undefined) this.keepPlace(events, BigInt(last), fragment);
    // Progress that was asked for by hand (it has no watch's ID) may overtake events in servers before 3.4.25 and 3.5.8.
    else if (progress && watch_id !== NO_WATCH) this.moveTo(BigInt(header?.revision ?? 0) + 1n);
    return progress || last !== undefined;
  }

  private dropSeen(events: WatchEvent[]): void {
    const next = String(this.next);
    let drop = 0;
    while (drop < events.length && drop < this.skip && events[drop]!.kv.mod_revision === next) drop++;
    this.skip = drop < events.length ? 0 : this.skip - drop;
    events.splice(0, drop);
  }

  private keepPlace(events: WatchEvent[], last: bigint, fragment: boolean): void {
    if (!fragment) {
      this.moveTo(last + 1n);
      return;
    }
    const text = String(last);
    let count = 1;
    while (events.at(-count - 1)?.kv.mod_revision === text) count += 1;
    this.seen = last === this.next ? this.seen + count : count;
    this.next = last;
  }

  /** Never back: a watch of a future revision is told of progress before it. */
  private moveTo(revision: bigint): void {
    if (revision <= this.next) return;
    this.next = revision;
    this.seen = 0;
  }

  private mayResume(error: unknown): boolean {
    if (!(error instanceof RpcError)) return false;
    if (error.details.startsWith(TOO_LARGE)) return false;
    return this.confirmed ? !FINAL.has(error.code) : error instanceof NotConfirmed;
  }

  /** A refusal that a new login may cure: 3.4 says no more than that permission is denied when a token has expired. */
  private needsLogin({ created, cancel_reason }: Pick<WatchResponse, 'created' | 'cancel_reason'>): boolean {
    if (!created || this.loggedInAgain || !REFUSED.test(cancel_reason)) return false;
    this.loggedInAgain = true;
    this.callable.forgetTokens();
    return true;
  }

  /** Gives an endpoint up that does not confirm the watch, if there is another one. */
  private patience(stream: Duplex<object, unknown>): { error: Failure | undefined; end(): void } {
    const state: { error: Failure | undefined; end(): void } = { error: undefined, end: () => clearTimeout(timer) };
    const timer = setTimeout(() => {
      const { endpoint } = stream;
      state.error = new NotConfirmed(`${endpoint}: no answer in ${PATIENCE_MS / 1000}s`, brokenOff(endpoint));
      stream.cancel();
    }, PATIENCE_MS);
    if (this.callable.endpoints.length < 2) clearTimeout(timer);
    return state;
  }
}

/** An endpoint took too long: no reason to give up. */
class NotConfirmed extends RpcError {}

const NO_WATCH = '-1';
/** An answer over --max-recv-bytes; it would come again. */
const TOO_LARGE = 'grpc: received message larger than max';
const REFUSED = /permission denied|invalid auth token|user name is empty|revision of auth store is old/;
/** What does not get better by trying again. */
const FINAL = new Set<Code>([
  Code.InvalidArgument,
  Code.NotFound,
  Code.PermissionDenied,
  Code.FailedPrecondition,
  Code.OutOfRange,
  Code.Unimplemented,
  Code.Unauthenticated,
]);

function brokenOff(endpoint: string | undefined): ConstructorParameters<typeof RpcError>[1] {
  return { code: Code.Unavailable, details: 'the stream ended', endpoint, tried: [], etcdText: 'the stream ended' };
}
