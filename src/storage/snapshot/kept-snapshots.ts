/** A folder of snapshots that `snapshot save --keep` names and thins out. */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../../base/errors.js';
import { systemText } from '../../base/go/errno.js';

/** Time (UTC) and revision, as {@link keptName} has them. Only files that are called so are ever removed. */
const NAME = /^etcd-(\d{8}T\d{6}Z)-r(\d+)\.db(?:\.gz|\.zst)?$/;

/** `etcd-20260131T235959Z-r4711.db`. */
export function keptName(time: Date, revision: bigint): string {
  return `etcd-${stampOf(time)}-r${revision}.db`;
}

function stampOf(time: Date): string {
  return time.toISOString().replace(/\.\d+/, '').replace(/[-:]/g, '');
}

/** @throws Failure when the folder cannot be made */
export function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new Failure(`could not make the directory ${dir} (${systemText(error)})`, { cause: error });
  }
}

/** Which snapshots of a folder stay: each that one of the rules wants. */
export interface KeepRules {
  /** How many of the newest are kept; at least one. */
  newest: number;
  /** The last of each of so many days, or weeks, that have one; UTC, weeks from Monday on. */
  daily?: number;
  weekly?: number;
}

/**
 * Removes the snapshots of a folder that no rule keeps, by the times in their names. Those of a later time than now were taken while the
 * clock was wrong: they are neither counted nor removed, as they would take the places of good ones.
 * @returns the names that were removed, and those that are of a later time
 * @throws Failure when one cannot be removed
 */
export function removeOlder(dir: string, rules: KeepRules, now: Date): { removed: string[]; later: string[] } {
  const names = readdirSync(dir)
    .filter((name) => NAME.test(name))
    .sort(byAge);
  const stamp = stampOf(now);
  const isLater = (name: string): boolean => NAME.exec(name)![1]! > stamp;
  const counted = names.filter((name) => !isLater(name));
  const kept = keptBy(rules, counted);
  const oldest = counted.filter((name) => !kept.has(name));
  for (const name of oldest) {
    try {
      rmSync(join(dir, name));
    } catch (error) {
      throw new Failure(`could not remove the old snapshot ${join(dir, name)} (${systemText(error)})`, {
        cause: error,
      });
    }
  }
  return { removed: oldest, later: names.filter(isLater) };
}

/** @param names the oldest first */
function keptBy({ newest, daily = 0, weekly = 0 }: KeepRules, names: readonly string[]): Set<string> {
  const kept = new Set(names.slice(-Math.max(1, newest)));
  const day = (name: string) => Math.floor(timeOf(name).getTime() / DAY_MS);
  // Day 0 was a Thursday.
  const week = (name: string) => Math.floor((day(name) + 3) / 7);
  for (const [count, periodOf] of [
    [daily, day],
    [weekly, week],
  ] as const) {
    const lastOf = new Map(names.map((name) => [periodOf(name), name]));
    for (const name of [...lastOf.values()].reverse().slice(0, count)) kept.add(name);
  }
  return kept;
}

const DAY_MS = 86_400_000;

/** When a snapshot of that name was taken; an invalid date for any other name. */
export function timeOf(name: string): Date {
  const stamp = NAME.exec(name)?.[1] ?? '';
  return new Date(stamp.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

/** Two of one second are told apart by their revisions. */
function byAge(a: string, b: string): number {
  const [, timeA = '', revisionA = '0'] = NAME.exec(a) ?? [];
  const [, timeB = '', revisionB = '0'] = NAME.exec(b) ?? [];
  if (timeA !== timeB) return timeA < timeB ? -1 : 1;
  return BigInt(revisionA) < BigInt(revisionB) ? -1 : 1;
}
