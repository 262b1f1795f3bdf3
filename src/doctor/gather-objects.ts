/** What Kubernetes has stored, by kind, and how often it is written. */
import { after } from '../base/timer.js';
import type { EtcdClient } from '../etcd/client.js';
import { Watch } from '../etcd/watch.js';
import { Cluster } from '../k8s/cluster.js';
import { resourceNamer } from '../k8s/kinds.js';
import { readAllObjects } from '../k8s/objects.js';
import { prefixRange } from '../rpc/keys.js';
import type { ClusterFacts, KindFacts, ObjectFacts } from './facts.js';

const MIB = 1024 ** 2;
/** How many broken values are kept by name; the others are only counted. */
const KEPT = 10;

/** Fills in `objects`, or why there are none. */
export async function gatherObjects(
  facts: ClusterFacts,
  client: EtcdClient,
  progress: (text: string) => void,
): Promise<void> {
  try {
    const cluster = await Cluster.open(client);
    const nameOf = await resourceNamer(cluster);
    const writes = facts.isFile ? undefined : countWrites(client, cluster, nameOf, facts.watchedSeconds);
    const objects = await readObjects(cluster, nameOf, progress);
    for (const [kind, count] of (await writes) ?? []) {
      kindOf(objects, kind).writesPerSecond = count / facts.watchedSeconds;
    }
    facts.objects = objects;
  } catch (error) {
    facts.objectsProblem = (error as Error).message;
  }
}

function kindOf({ kinds }: ObjectFacts, kind: string): KindFacts {
  const known = kinds.find((each) => each.kind === kind);
  if (known) return known;
  const made = { kind, count: 0, bytes: 0, writesPerSecond: 0 };
  kinds.push(made);
  return made;
}

async function readObjects(
  cluster: Cluster,
  nameOf: (key: string) => string,
  progress: (text: string) => void,
): Promise<ObjectFacts> {
  const facts: ObjectFacts = { kinds: [], large: [], broken: [], brokenCount: 0 };
  let read = 0;
  for await (const item of readAllObjects(cluster)) {
    if (++read % 5000 === 0) progress(`${read} objects read`);
    const bytes = item.kv.key.length + item.kv.value.length;
    const kind = kindOf(facts, nameOf(item.key));
    kind.count++;
    kind.bytes += bytes;
    if (item.kv.value.length > MIB) facts.large.push({ key: item.key, bytes: item.kv.value.length });
    if (item.reason === undefined) continue;
    facts.brokenCount++;
    if (facts.broken.length < KEPT) {
      facts.broken.push({ key: item.key, problem: item.reason.message.replace(`${item.key}: `, '') });
    }
  }
  facts.large.sort((a, b) => b.bytes - a.bytes);
  return facts;
}

/** Changes by kind during some seconds. */
async function countWrites(
  client: EtcdClient,
  cluster: Cluster,
  nameOf: (key: string) => string,
  seconds: number,
): Promise<Map<string, number>> {
  const controller = new AbortController();
  const counts = new Map<string, number>();
  const timer = after(seconds * 1000, () => controller.abort());
  try {
    const watch = new Watch(client.callable, prefixRange(Buffer.from(cluster.root)), { signal: controller.signal });
    for await (const { events } of watch) {
      for (const { kv } of events) {
        const kind = nameOf(kv.key.toString());
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
      }
    }
  } catch {
    // Without a leader there is nothing to watch, which others tell.
  } finally {
    timer.cancel();
  }
  return counts;
}
