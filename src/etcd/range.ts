/**
 * Reads a range of any size: in pages at one pinned revision, each of them read while it arrives, so that memory does not grow with the
 * range and the first keys are there before the last are asked for.
 */

import { type IRangeRequest, SortOrder, SortTarget } from 'etcd3/lib/rpc';
import { Failure } from '../base/errors.js';
import type { ServerStream } from '../rpc/callable.js';
import { readAnswer } from '../rpc/error.js';
import { keyAfter } from '../rpc/keys.js';
import { Code } from '../rpc/status.js';
import type { EtcdClient } from './client.js';
import { emptyPage, type RangePage, readRangeStreamResponse } from './range-page.js';
import { RangeReader } from './range-reader.js';

/** What is read, for errors. */
const RANGE = { method: 'range', isRead: true };

/** The first page is small, so that something is printed at once and the size of values is known. */
const FIRST_PAGE_KEYS = 100;
/**
 * What the next ones aim at. A server walks over the whole rest of the range for each of them (it counts the keys), so that many small
 * pages cost more than the data; a page this large is some tens of MB of the server's memory.
 */
const PAGE_BYTES = 16 << 20;
const MAX_PAGE_KEYS = 200_000;

/**
 * A range in parts, as they arrive. The last part has `more` and `count` for the request as a whole: whether there are more keys than
 * the limit let through, and how many keys the range has; the others do not.
 *
 * The next page is asked for before the end of one is worked on. Where the server has to see the whole range before it can answer
 * (another order than by key, a filter by revision), there is one page. A page that breaks off is continued elsewhere where it stopped.
 * @throws RpcError; Failure when a compaction overtook the reading.
 */
export async function* readRange(client: EtcdClient, request: IRangeRequest): AsyncGenerator<RangePage> {
  const reading = new Reading(client, request);
  try {
    for (let answer = reading.take(); answer; answer = reading.take()) {
      const reader = new RangeReader();
      try {
        for await (const piece of answer) {
          readAnswer(RANGE, answer.endpoint, () => reader.push(piece));
          reading.took(reader.page, piece.length, answer.endpoint);
          if (reader.page.kvs.length > 0) yield { ...reader.page, more: false, count: '0' };
        }
        readAnswer(RANGE, answer.endpoint, () => reader.end());
      } catch (error) {
        reading.mend(error);
      }
    }
  } finally {
    reading.stop();
  }
  yield reading.last;
}

/**
 * The same by one call of RangeStream, which servers have from 3.7 on: the server cuts the pages. `header`, `more` and `count` are in
 * the last one only.
 * @throws RpcError: UNIMPLEMENTED from an older server, or for a range in another order than by key.
 */
export async function* streamRange(client: EtcdClient, request: IRangeRequest): AsyncGenerator<RangePage> {
  const stream = client.callable.serverStreamRaw('KV', 'rangeStream', request);
  for await (const message of stream) {
    yield readAnswer(RANGE, stream.endpoint, () => readRangeStreamResponse(message));
  }
}

/** How far the reading of a range has come, and the answer that is to be read next. */
class Reading {
  /** More and count of the last page, with the count of the first. */
  last: RangePage = emptyPage();
  private next: ServerStream<Buffer> | undefined;
  private readonly paged: boolean;
  private left: number;
  private revision: string | number;
  private read = 0;
  private lastKey: Buffer | undefined;
  private askedBehind: Buffer | undefined;
  private pageKeys = 0;
  private pageBytes = 0;
  /** Keys that were read when a page broke off: one that brings nothing new is not tried again. */
  private brokenAt = -1;
  private count = '0';

  constructor(
    private readonly client: EtcdClient,
    private readonly request: IRangeRequest,
  ) {
    this.paged = canPage(request);
    const limit = Number(request.limit ?? 0);
    this.left = limit > 0 ? limit : Number.POSITIVE_INFINITY;
    this.revision = Number(request.revision ?? 0) > 0 ? request.revision! : 0;
    if (this.paged) this.ask(FIRST_PAGE_KEYS);
    else this.next = client.callable.pieces('KV', 'range', request);
  }

  /** The next answer, if there is one. */
  take(): ServerStream<Buffer> | undefined {
    const { next } = this;
    this.next = undefined;
    return next;
  }

  /** To be told of each piece: asks for the next page as soon as the end of this one is seen. */
  took(page: RangePage, bytes: number, endpoint: string | undefined): void {
    const keys = page.kvs.length;
    this.read += keys;
    this.left -= keys;
    this.pageKeys += keys;
    this.pageBytes += bytes;
    this.lastKey = page.kvs.at(-1)?.key ?? this.lastKey;
    this.revision ||= page.header.revision;
    // The count is the last thing in the message; it was the whole range's on the first page.
    if (this.count === '0') this.count = page.count;
    this.last = { ...page, kvs: [], count: this.count };
    if (page.count === '0' || !this.paged || !page.more || this.left <= 0 || this.next) return;
    if (!this.advanced) throw new Failure(`${endpoint}: it says that there are more keys, and gives none of them`);
    this.ask(Math.min(MAX_PAGE_KEYS, Math.ceil((PAGE_BYTES / this.pageBytes) * this.pageKeys)));
  }

  /** Whether the page has a key behind those before it. */
  private get advanced(): boolean {
    return this.lastKey !== undefined && (!this.askedBehind || this.lastKey.compare(this.askedBehind) > 0);
  }

  /**
   * Continues a page that broke off after a part of it.
   * @throws the error, when that would not help.
   */
  mend(error: unknown): void {
    this.stop();
    const lost = (error as { code?: number }).code === Code.Unavailable;
    if (!lost || !this.paged || !this.lastKey || this.brokenAt === this.read) throw this.overtaken(error);
    this.brokenAt = this.read;
    this.ask(FIRST_PAGE_KEYS);
  }

  stop(): void {
    this.next?.cancel();
    this.next = undefined;
  }

  private ask(keys: number): void {
    this.pageKeys = 0;
    this.pageBytes = 0;
    this.askedBehind = this.lastKey;
    this.next = this.client.callable.pieces('KV', 'range', {
      ...this.request,
      ...(this.lastKey && { key: keyAfter(this.lastKey) }),
      revision: this.revision,
      limit: Math.min(keys, this.left),
    });
  }

  private overtaken(error: unknown): unknown {
    if (!this.lastKey || !(error instanceof Failure) || !error.message.includes('has been compacted')) return error;
    const { revision, read } = this;
    return new Failure(
      `revision ${revision} was compacted while it was read: the first ${read} keys are all there is`,
      {
        hint: 'read again, or read less at a time: a prefix, or --limit with --from-key',
        cause: error,
      },
    );
  }
}

function canPage(request: IRangeRequest): boolean {
  const { range_end, count_only, sort_order, sort_target } = request;
  const byKey =
    Number(sort_target ?? SortTarget.Key) === SortTarget.Key && Number(sort_order ?? 0) !== SortOrder.Descend;
  const filtered =
    request.min_mod_revision || request.max_mod_revision || request.min_create_revision || request.max_create_revision;
  return Boolean(range_end?.length) && byKey && !count_only && !filtered;
}
