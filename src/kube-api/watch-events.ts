/** What happens to the objects that a watch is for: those that are there, then each change, as etcd tells it. */
import { Failure } from '../base/errors.js';
import { Watch, type WatchEvent, type WatchResponse } from '../etcd/watch.js';
import type { Fields } from '../k8s-decode/index.js';
import { ObjectReader, type Wish } from './objects.js';
import type { ListOptions } from './query.js';
import { rangeOf, Scan, type Scope, type Selection, selectionOf, wishFor } from './scan.js';
import { expired, type StatusError, statusOf } from './status.js';
import type { View } from './view.js';

/** One event of the API. */
export type ApiEvent =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: Fields }
  /** Nothing happened up to `revision`; `isInitialEnd`: all that was there when the watch began has been told. */
  | { type: 'BOOKMARK'; revision: bigint; isInitialEnd: boolean }
  | { type: 'ERROR'; error: StatusError };

export interface WatchRequest {
  view: View;
  scope: Scope;
  options: ListOptions;
  /** What is wanted of the objects. */
  wish: Wish;
  signal: AbortSignal;
}

/** How often a client is told how far its watch is when nothing happens: milliseconds. */
const BOOKMARK_MS = 60_000;

/** The events of a watch, until its signal ends it or its revision is gone. */
export async function* watchEvents(request: WatchRequest): AsyncGenerator<ApiEvent> {
  const { view, options, signal } = request;
  try {
    const { resourceVersion, sendInitialEvents } = options;
    const isFromNow = sendInitialEvents || resourceVersion === undefined || resourceVersion === 0n;
    const from = isFromNow ? yield* initialEvents(request) : requireKnown(view, resourceVersion);
    if (view.isStill) await aborted(signal);
    else yield* changes(request, from);
  } catch (error) {
    if (!signal.aborted) yield { type: 'ERROR', error: statusOf(error) };
  }
}

/** All that is there, and the revision at which it was. */
async function* initialEvents({ view, scope, options, wish }: WatchRequest): AsyncGenerator<ApiEvent, bigint> {
  const scan = await Scan.open(
    view,
    scope,
    { ...options, limit: 0, match: '', resourceVersion: undefined },
    wish,
    () => {},
  );
  for await (const object of scan.objects()) yield { type: 'ADDED', object };
  if (options.sendInitialEvents && options.allowWatchBookmarks) {
    yield { type: 'BOOKMARK', revision: scan.revision, isInitialEnd: true };
  }
  return scan.revision;
}

/** Events before this revision are unknown, as to an API server that started at it. */
function requireKnown(view: View, revision: bigint): bigint {
  if (revision >= view.since) return revision;
  throw expired(`too old resource version: ${revision} (${view.since})`);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Each change after a revision. */
async function* changes(request: WatchRequest, from: bigint): AsyncGenerator<ApiEvent> {
  const { view, scope, options, signal } = request;
  const selection = selectionOf(options, scope.api);
  const range = rangeOf(view, scope, selection.name);
  const watched = { ...range, revision: from + 1n, prevKv: true, progressNotify: true };
  const watch = new Watch(view.cluster.client.callable, watched, { signal });
  const changed = new Changes(request, selection);
  let told = Date.now();
  for await (const answer of watch) {
    if (answer.canceled) throw lost(answer, from);
    for (const event of answer.events) {
      const found = await changed.eventOf(event);
      if (!found) continue;
      yield found;
      told = Date.now();
    }
    const isDue = options.allowWatchBookmarks && answer.events.length === 0 && Date.now() - told >= BOOKMARK_MS;
    if (!isDue || !answer.header) continue;
    told = Date.now();
    yield { type: 'BOOKMARK', revision: BigInt(answer.header.revision), isInitialEnd: false };
  }
}

function lost({ compact_revision, cancel_reason }: WatchResponse, from: bigint): Error {
  if (compact_revision !== '0') return expired(`too old resource version: ${from} (${compact_revision})`);
  return new Failure(`etcd ended the watch: ${cancel_reason}`);
}

/** Makes etcd's events into those of the API. */
class Changes {
  private readonly reader: ObjectReader;

  constructor(
    { view, scope, wish }: WatchRequest,
    private readonly selection: Selection,
  ) {
    this.reader = new ObjectReader(view, scope.api, wishFor(selection, wish));
  }

  /** Undefined for what the selector hides, and for an object that cannot be read. */
  async eventOf({ type, kv, prev_kv }: WatchEvent): Promise<ApiEvent | undefined> {
    const now = type === 0 ? await this.read(kv, kv.mod_revision) : undefined;
    const before =
      prev_kv && (type !== 0 || this.selection.selects) ? await this.read(prev_kv, kv.mod_revision) : undefined;
    const selects = this.selection.selects ?? (() => true);
    const [isSelected, wasSelected] = [now !== undefined && selects(now), before !== undefined && selects(before)];
    if (type !== 0) return wasSelected ? { type: 'DELETED', object: before! } : undefined;
    if (!isSelected) return wasSelected ? { type: 'DELETED', object: before! } : undefined;
    const isNew = kv.version === '1' || (this.selection.selects !== undefined && !wasSelected);
    return { type: isNew ? 'ADDED' : 'MODIFIED', object: now! };
  }

  private async read(kv: WatchEvent['kv'], revision: string): Promise<Fields | undefined> {
    try {
      return await this.reader.read(kv, revision);
    } catch (error) {
      if (error instanceof Failure) return undefined;
      throw error;
    }
  }
}
