/**
 * The revision that a cluster had at a point in time. etcd keeps no times; the objects do: when they were made, who changed them when
 * (managedFields), when a lease was renewed and an event seen. The newest of an object's own times is when it was written, or earlier.
 */
import { Failure } from '../base/errors.js';
import { Watch } from '../etcd/watch.js';
import { field, stringField, type Value } from '../k8s-decode/value.js';
import { OPEN_END } from '../rpc/keys.js';
import type { Cluster } from './cluster.js';
import { instant } from './tables/age.js';

/** What has a history, and reads its values. */
type History = Pick<Cluster, 'client' | 'values'>;

/** A change with a time of its own. */
export interface DatedChange {
  revision: bigint;
  /** Milliseconds since 1970. */
  time: number;
}

/** The newest revision at which nothing is later than a time, and how sure that is. */
export interface RevisionAt {
  revision: bigint;
  /** The last change up to it that tells its time. */
  before: DatedChange | undefined;
  /** The first that is later; undefined where the newest revision is meant. */
  after: DatedChange | undefined;
}

/** How many dated changes around a revision are looked at: a single one may be of an object that keeps an old time. */
const LOOK = 8;
/** A piece of history that is read through. */
const SMALL = 200n;

/**
 * Finds the revision by bisection: some changes are read around each revision that is tried.
 * @throws Failure where the history does not reach back so far
 */
export async function revisionAt(cluster: Cluster, time: number): Promise<RevisionAt> {
  const oldest = await oldestRevision(cluster);
  let low = oldest;
  let high = BigInt((await cluster.client.kv.range({ key: OPEN_END, keys_only: true })).header.revision) + 1n;
  const end = high;
  while (high - low > SMALL) {
    const middle = low + (high - low) / 2n;
    const seen = await changesFrom(cluster, middle, high, LOOK);
    const late = seen.find((each) => each.time > time);
    if (late && late.revision < high) high = late.revision;
    else if (seen.length > 0 && seen.at(-1)!.revision > low) low = seen.at(-1)!.revision;
    else high = middle;
  }
  const left = await changesFrom(cluster, low, high < end ? high + 1n : end, Number.POSITIVE_INFINITY);
  const after = left.find((each) => each.time > time);
  const before = left.findLast((each) => each.time <= time && (!after || each.revision < after.revision));
  if (after && !before) throw tooOld(oldest, after.time);
  return { revision: after ? after.revision - 1n : end - 1n, before, after };
}

function tooOld(oldest: bigint, time: number): Failure {
  return new Failure(
    `nothing is left of that time: the first change after the oldest revision, ${oldest}, is of ${timeText(time)}`,
    {
      hint: 'a snapshot of that time has what etcd has compacted since',
    },
  );
}

/** `2026-11-26T10:00:00Z`, with milliseconds where there are any. */
export function timeText(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}

/** The oldest that is left, from a revision on. */
async function oldestRevision(cluster: History, from = 1n): Promise<bigint> {
  for await (const { canceled, compact_revision } of new Watch(cluster.client.callable, everything(from))) {
    return canceled && compact_revision !== '0' ? BigInt(compact_revision) : from;
  }
  return from;
}

function everything(revision: bigint) {
  return { key: OPEN_END, range_end: OPEN_END, revision };
}

/** So many revisions before one are its neighbours. */
const NEIGHBOURS = 64n;

/**
 * The time at which a revision was made or later, by the changes before it: the median of the times that they tell, as a node's clock
 * may be wrong, and an object that was put back tells an old one. Milliseconds since 1970; undefined where nothing is left that tells.
 */
export async function timeBefore(cluster: History, revision: bigint): Promise<number | undefined> {
  const from = revision > NEIGHBOURS ? revision - NEIGHBOURS : 1n;
  const oldest = await oldestRevision(cluster, from);
  const changes = oldest < revision ? await changesFrom(cluster, oldest, revision, Number.POSITIVE_INFINITY) : [];
  const times = changes.map(({ time }) => time).sort((a, b) => a - b);
  return times[Math.floor((times.length - 1) / 2)];
}

/** The dated changes from a revision on and before `end`, so many of them. */
async function changesFrom(cluster: History, from: bigint, end: bigint, most: number): Promise<DatedChange[]> {
  const changes: DatedChange[] = [];
  const controller = new AbortController();
  // A restored member may have been given higher revisions than it has changes: of these a watch never tells.
  let quiet = setTimeout(() => controller.abort(), QUIET_MS);
  try {
    const watch = new Watch(cluster.client.callable, everything(from), { signal: controller.signal });
    for await (const { events, header } of watch) {
      clearTimeout(quiet);
      for (const { type, kv } of events) {
        const revision = BigInt(kv.mod_revision);
        if (revision >= end) return changes;
        const time = type === 0 ? await timeOf(cluster, kv.key, kv.value) : undefined;
        if (time !== undefined) changes.push({ revision, time });
        if (changes.length >= most || revision === end - 1n) return changes;
      }
      if (header && BigInt(header.revision) < from) return changes;
      quiet = setTimeout(() => controller.abort(), QUIET_MS);
    }
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    clearTimeout(quiet);
  }
  return changes;
}

/** So long nothing comes where there is nothing more. */
const QUIET_MS = 2000;

async function timeOf(cluster: History, key: Buffer, value: Buffer): Promise<number | undefined> {
  const { stored } = await cluster.values.read(key, value);
  const object = stored?.object;
  const managers = field(object, 'metadata', 'managedFields');
  const times = [
    ['metadata', 'creationTimestamp'],
    ['spec', 'renewTime'],
    ['eventTime'],
    ['lastTimestamp'],
    ['series', 'lastObservedTime'],
  ].map((path) => stringField(object, ...path));
  const managed = Array.isArray(managers) ? managers.map((each: Value) => stringField(each, 'time')) : [];
  const known = [...times, ...managed].map(instant).filter((each) => each !== undefined && !Number.isNaN(each));
  return known.length > 0 ? Math.max(...(known as number[])) : undefined;
}
