/**
 * Reads a range of any size: in pages at one pinned revision, so that memory does not grow with the range and the first keys are there
 * before the last are asked for.
 */
import { type IRangeRequest, SortOrder, SortTarget } from 'etcd3/lib/rpc';
import { Failure } from '../errors.js';
import type { EtcdClient } from './client.js';
import { keyAfter } from './keys.js';
import { type RangePage, readRangeResponse, readRangeStreamResponse } from './range-page.js';

/** The first page is small, so that something is printed at once; the next ones aim at this many bytes. */
const FIRST_PAGE_KEYS = 500;
const PAGE_BYTES = 4 << 20;
const MAX_PAGE_KEYS = 20_000;

/**
 * The pages of a range. `count` and `more` are right in each page for the request as a whole: how many keys the range has, and whether
 * there are more of them than the limit let through.
 *
 * The next page is on its way while one is worked on. Where the server has to see the whole range before it can answer (another
 * order than by key, a filter by revision), there is one page.
 * @throws RpcError; Failure when a compaction overtook the reading.
 */
export async function* readRange(client: EtcdClient, request: IRangeRequest): AsyncGenerator<RangePage> {
  if (!canPage(request)) {
    yield await readPage(client, request);
    return;
  }
  const limit = Number(request.limit ?? 0);
  let left = limit > 0 ? limit : Number.POSITIVE_INFINITY;
  let page = await readPage(client, { ...request, limit: Math.min(FIRST_PAGE_KEYS, left) });
  const { count } = page;
  const revision = Number(request.revision ?? 0) > 0 ? request.revision! : page.header.revision;
  let read = 0;
  for (;;) {
    read += page.kvs.length;
    left -= page.kvs.length;
    const last = page.kvs.at(-1);
    if (!page.more || left <= 0 || !last) {
      yield { ...page, count };
      return;
    }
    const next = readPage(client, {
      ...request,
      key: keyAfter(last.key),
      revision,
      limit: Math.min(nextPageKeys(page), left),
    });
    // The reader of this page may be slow or stop: a failure of the next one is told when its turn comes.
    next.catch(() => {});
    yield { ...page, count };
    page = await next.catch((error) => {
      throw overtaken(error, read, revision);
    });
  }
}

/**
 * The same by one call of RangeStream, which servers have from 3.7 on: the server cuts the pages. `header`, `more` and `count` are in
 * the last one only.
 * @throws RpcError: UNIMPLEMENTED from an older server, or for a range in another order than by key.
 */
export async function* streamRange(client: EtcdClient, request: IRangeRequest): AsyncGenerator<RangePage> {
  for await (const message of client.callable.serverStreamRaw('KV', 'rangeStream', request)) {
    yield readRangeStreamResponse(message);
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

async function readPage(client: EtcdClient, request: IRangeRequest): Promise<RangePage> {
  const { message } = await client.callable.callRaw('KV', 'range', request);
  return readRangeResponse(message);
}

function nextPageKeys(page: RangePage): number {
  const bytes = page.kvs[0]!.source.length;
  return Math.max(1, Math.min(MAX_PAGE_KEYS, Math.round((PAGE_BYTES / bytes) * page.kvs.length)));
}

function overtaken(error: unknown, read: number, revision: string | number): unknown {
  if (!(error instanceof Failure) || !error.message.includes('has been compacted')) return error;
  return new Failure(`revision ${revision} was compacted while it was read: the first ${read} keys are all there is`, {
    hint: 'read again, or read less at a time: a prefix, or --limit with --from-key',
    cause: error,
  });
}
