/** Two ranges side by side, key by key. */
import type { KeyValue } from '../base/wire/key-value.js';
import type { RangePage } from './range-page.js';

/** A key that is in one of two ranges, or in both. */
export interface KeyPair {
  key: Buffer;
  before: KeyValue | undefined;
  after: KeyValue | undefined;
}

/** The keys of two ranges that are sorted by key, in that order; no more of each is held than a page. */
export async function* joinRanges(
  before: AsyncIterable<RangePage>,
  after: AsyncIterable<RangePage>,
): AsyncGenerator<KeyPair> {
  const [left, right] = [keyValues(before), keyValues(after)];
  let [a, b] = await Promise.all([left.next(), right.next()]);
  while (!a.done || !b.done) {
    const order = a.done ? 1 : b.done ? -1 : Buffer.compare(a.value.key, b.value.key);
    const [old, now] = [order <= 0 ? a.value : undefined, order >= 0 ? b.value : undefined];
    yield { key: (old ?? now)!.key, before: old ?? undefined, after: now ?? undefined };
    if (order <= 0) a = await left.next();
    if (order >= 0) b = await right.next();
  }
}

async function* keyValues(pages: AsyncIterable<RangePage>): AsyncGenerator<KeyValue, undefined> {
  for await (const { kvs } of pages) yield* kvs;
  return undefined;
}
