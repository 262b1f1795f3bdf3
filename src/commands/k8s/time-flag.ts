/** Flags that name a revision by a time. */
import { ExitCode, Failure } from '../../base/errors.js';
import { parseDuration } from '../../base/go/duration.js';
import type { Cluster } from '../../k8s/cluster.js';

/**
 * The revision that a cluster had at a time, and how sure that is.
 * @param text a time, or how long ago
 * @throws Failure for a text that is none, and where the history does not reach back so far
 */
export async function revisionOfTime(
  cluster: Cluster,
  flag: string,
  text: string,
): Promise<{ revision: string; sureness: string }> {
  const { revisionAt, timeText } = await import('../../k8s/at-time.js');
  const time = timeOf(flag, text);
  const { revision, before, after } = await revisionAt(cluster, time);
  const last = before
    ? `its last change that tells a time is of ${timeText(before.time)} (revision ${before.revision})`
    : 'no change up to it tells a time';
  const next = after
    ? `the next that is later of ${timeText(after.time)} (revision ${after.revision})`
    : 'it is the newest';
  return {
    revision: String(revision),
    sureness: `at ${timeText(time)} the revision was ${revision}: ${last}, ${next}`,
  };
}

/** Milliseconds since 1970. */
function timeOf(flag: string, text: string): number {
  const time = /^\d{4}-/.test(text) ? Date.parse(text) : Date.now() - millisecondsOf(text);
  if (!Number.isNaN(time)) return time;
  throw new Failure(`--${flag} ${text} is no time`, {
    exitCode: ExitCode.BadArgs,
    hint: 'such as 2026-11-26T10:00:00Z, or 2h for two hours ago',
  });
}

function millisecondsOf(duration: string): number {
  // Go's durations have no days, ages in kubectl's tables do.
  const days = /^(\d{1,5})d$/.exec(duration)?.[1];
  if (days !== undefined) return Number(days) * 86_400_000;
  try {
    return Number(parseDuration(duration) / 1_000_000n);
  } catch {
    return Number.NaN;
  }
}
