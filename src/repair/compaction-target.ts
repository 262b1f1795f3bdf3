/** Up to which revision the history is dropped, where a number or an age is kept. */
import { Failure } from '../base/errors.js';
import type { EtcdClient } from '../etcd/client.js';
import { Cluster } from '../k8s/cluster.js';
import { readAllObjects } from '../k8s/objects.js';
import { stringField } from '../k8s-decode/value.js';

/**
 * The revision to compact at so that the newest `keep` revisions can still be read.
 * @returns undefined where there are no more than that
 */
export function revisionToKeep(newest: bigint, keep: bigint): bigint | undefined {
  const revision = newest - keep;
  return revision > 1n ? revision : undefined;
}

/**
 * The newest revision that is surely from before `cutoff`. etcd keeps no times; Kubernetes does: an object's creationTimestamp is when
 * the API server made it, and its key's create_revision is that moment's revision. Events alone are made every few seconds in a
 * cluster that lives. The answer lies below every object that is younger than the cutoff: one that was put back from a backup with
 * its old time does not lead astray.
 * @returns undefined where no object is that old
 * @throws Failure where no object tells a time
 */
export async function revisionBefore(client: EtcdClient, cutoff: Date): Promise<bigint | undefined> {
  const olderOnes: bigint[] = [];
  let firstYounger: bigint | undefined;
  let dated = 0;
  for await (const { object, kv } of readAllObjects(await Cluster.open(client))) {
    const time = Date.parse((object && stringField(object, 'metadata', 'creationTimestamp')) ?? '');
    if (Number.isNaN(time)) continue;
    dated++;
    const revision = BigInt(kv.create_revision);
    if (time < cutoff.getTime()) olderOnes.push(revision);
    else if (firstYounger === undefined || revision < firstYounger) firstYounger = revision;
  }
  if (dated === 0) {
    throw new Failure('no stored object tells a time: etcd itself does not know when a revision was written', {
      hint: 'name a number of revisions: --keep N',
    });
  }
  let found: bigint | undefined;
  for (const revision of olderOnes) {
    if ((firstYounger === undefined || revision < firstYounger) && (found === undefined || revision > found)) {
      found = revision;
    }
  }
  return found;
}
