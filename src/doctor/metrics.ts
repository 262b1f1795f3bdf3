/** What a member says of itself by /metrics, in Prometheus' text format. */

/** Samples of one reading, by name and labels as they stand: `etcd_server_has_leader`, `x_bucket{le="0.001"}`. */
export type Metrics = ReadonlyMap<string, number>;

export function parseMetrics(text: string): Metrics {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const space = line.lastIndexOf(' ');
    samples.set(line.slice(0, space), Number(line.slice(space + 1)));
  }
  return samples;
}

/** A histogram: how many observations were at most so many seconds. */
interface Bucket {
  atMost: number;
  count: number;
}

function buckets(metrics: Metrics, name: string, label?: string): Bucket[] {
  const found = new Map<number, number>();
  for (const [sample, count] of metrics) {
    if (!sample.startsWith(`${name}_bucket{`) || (label !== undefined && !sample.includes(label))) continue;
    const atMost = /le="([^"]+)"/.exec(sample)?.[1] ?? '';
    const bound = atMost === '+Inf' ? Number.POSITIVE_INFINITY : Number(atMost);
    found.set(bound, (found.get(bound) ?? 0) + count);
  }
  return [...found].map(([atMost, count]) => ({ atMost, count })).sort((a, b) => a.atMost - b.atMost);
}

/** How many observations between two readings are enough to judge those alone; with fewer, all since the server's start count. */
const ENOUGH = 20;

/**
 * The time that 99 of 100 observations did not exceed between two readings, in seconds, as the upper bound of their bucket; undefined
 * where there are none.
 */
export function p99Between(before: Metrics, after: Metrics, name: string, label?: string): number | undefined {
  const [first, last] = [buckets(before, name, label), buckets(after, name, label)];
  const between = last.map(({ atMost, count }) => ({
    atMost,
    count: count - (first.find((each) => each.atMost === atMost)?.count ?? 0),
  }));
  const counted = (between.at(-1)?.count ?? 0) >= ENOUGH ? between : last;
  const total = counted.at(-1)?.count ?? 0;
  return total === 0 ? undefined : counted.find(({ count }) => count >= total * 0.99)?.atMost;
}

/** How much a counter has grown between two readings. */
export function growth(before: Metrics, after: Metrics, name: string): number {
  return (after.get(name) ?? 0) - (before.get(name) ?? 0);
}

/** The sum of all samples of a name, whatever their labels. */
export function sumOf(metrics: Metrics, name: string): number {
  let sum = 0;
  for (const [sample, value] of metrics) if (sample === name || sample.startsWith(`${name}{`)) sum += value;
  return sum;
}

/** The values of one label of a metric. */
export function labelsOf(metrics: Metrics, name: string, label: string): string[] {
  const found = new Set<string>();
  for (const sample of metrics.keys()) {
    if (!sample.startsWith(`${name}{`)) continue;
    const value = new RegExp(`${label}="([^"]*)"`).exec(sample)?.[1];
    if (value !== undefined) found.add(value);
  }
  return [...found];
}
