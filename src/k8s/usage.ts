/** Who fills etcd. */

import { readRange } from '../etcd/range.js';
import type { SnapshotOptions } from '../etcd/snapshot.js';
import { withSnapshotFile } from '../etcd/snapshot-file.js';
import { OPEN_END } from '../rpc/keys.js';
import { Cluster } from './cluster.js';
import { resourceNamer } from './kinds.js';
import { qualifiedName } from './resources.js';

/** What bytes are counted under. */
export type UsageBy = 'kind' | 'namespace' | 'object';

export interface Usage {
  name: string;
  /** Keys that exist, and their bytes. */
  objects: number;
  live: number;
  /** Superseded records and deletions, which a compaction would drop. */
  deadRecords: number;
  dead: number;
}

/** The usage of all keys, the largest first; `history`: whether the dead bytes are known. */
export interface UsageReport {
  usages: Usage[];
  history: boolean;
}

/**
 * In a file every record counts, of all revisions; a server shows no more than the keys that exist: its history is seen through
 * {@link usageWithHistory}.
 */
export async function usageOf(cluster: Cluster, by: UsageBy): Promise<UsageReport> {
  const nameOf = await namer(cluster, by);
  const { callable } = cluster.client;
  const stats = await callable.historyUsage?.(nameOf);
  if (!stats) return { usages: await liveUsage(cluster, nameOf), history: false };
  const usages = stats.map(({ name, keys, liveBytes, deadRecords, deadBytes }) => ({
    name,
    objects: keys,
    live: liveBytes,
    deadRecords,
    dead: deadBytes,
  }));
  return { usages, history: true };
}

/** The same of a server's snapshot, which is received for it: all revisions count. */
export async function usageWithHistory(cluster: Cluster, by: UsageBy, options: SnapshotOptions): Promise<UsageReport> {
  const { root, values } = cluster;
  return withSnapshotFile(cluster.client, options, async (client) =>
    usageOf(await Cluster.open(client, { registryPrefix: root, values }), by),
  );
}

/** All of some together. */
export function sumOf(name: string, usages: readonly Usage[]): Usage {
  const sum: Usage = { name, objects: 0, live: 0, deadRecords: 0, dead: 0 };
  for (const { objects, live, deadRecords, dead } of usages) {
    sum.objects += objects;
    sum.live += live;
    sum.deadRecords += deadRecords;
    sum.dead += dead;
  }
  return sum;
}

async function liveUsage(cluster: Cluster, nameOf: (key: string) => string): Promise<Usage[]> {
  const usages = new Map<string, Usage>();
  const all = { key: OPEN_END, range_end: OPEN_END, revision: cluster.revision };
  for await (const page of readRange(cluster.client, all)) {
    for (const { key, value } of page.kvs) {
      const name = nameOf(key.toString());
      let usage = usages.get(name);
      if (!usage) {
        usage = { name, objects: 0, live: 0, deadRecords: 0, dead: 0 };
        usages.set(name, usage);
      }
      usage.objects++;
      usage.live += key.length + value.length;
    }
  }
  return [...usages.values()].sort((a, b) => b.live - a.live);
}

/** What a key is counted under; one that is not of the cluster, under itself. */
async function namer(cluster: Cluster, by: UsageBy): Promise<(key: string) => string> {
  const inCluster = (name: (key: string) => string) => (key: string) =>
    cluster.rootOf(key) !== undefined ? name(key) : by === 'object' ? key : OUTSIDE;
  if (by === 'kind') return inCluster(await resourceNamer(cluster));
  const place = await cluster.keyReader();
  if (by === 'namespace') return inCluster((key) => place(key)?.namespace ?? NO_NAMESPACE);
  return inCluster((key) => {
    const { resource, namespace, name } = place(key) ?? {};
    if (!resource) return key;
    return `${qualifiedName(resource)} ${namespace === undefined ? name : `${namespace}/${name}`}`;
  });
}

/** Stands for objects without a namespace. */
const NO_NAMESPACE = '(none)';
/** Stands for keys that are not Kubernetes'. */
const OUTSIDE = '(other keys)';
