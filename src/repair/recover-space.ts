/** Gives space back to a cluster whose databases are full, step by step, and stops where the next step would not be safe. */
import { Failure } from '../base/errors.js';
import { sizeText } from '../doctor/finding.js';
import type { EtcdClient } from '../etcd/client.js';
import { Cluster } from '../k8s/cluster.js';
import { type Usage, usageOf } from '../k8s/usage.js';
import { RpcError } from '../rpc/error.js';
import { Code } from '../rpc/status.js';
import { revisionToKeep } from './compaction-target.js';
import { type DefragOptions, type DefragStep, defragCluster } from './defrag-cluster.js';
import { isAnswering, type Members, titleOf, waitForHealth } from './members.js';

export interface RecoverSpaceOptions {
  /** How many revisions of the history stay. */
  keep: bigint;
  defrag: DefragOptions;
}

/** What was found and done, in its order. */
export type SpaceStep =
  | { step: 'found'; members: Members }
  | { step: 'usage'; usages: Usage[]; liveBytes: number }
  | { step: 'compacted'; revision: bigint; dryRun: boolean }
  | { step: 'nothing to compact' }
  | { step: 'member'; member: DefragStep }
  | { step: 'disarmed'; names: string[] }
  | { step: 'written'; revision: string };

/** A database of which more than this share of the quota is taken would be full again at once. */
const ENOUGH = 0.9;
/** Where the test write goes: outside of everything that Kubernetes reads. */
const TEST_KEY = Buffer.from('ketcdctl/recover-space');

/** @throws Failure where it is not safe to go on; what was done until then stays done, and hurts nobody */
export async function* recoverSpace(client: EtcdClient, options: RecoverSpaceOptions): AsyncGenerator<SpaceStep> {
  const { defrag } = options;
  const { members, problem } = await waitForHealth(client, 0);
  yield { step: 'found', members };
  if (problem !== undefined && !defrag.force) {
    throw new Failure(`nothing was changed: ${problem}`, {
      hint: 'mend that first (`ketcdctl doctor`): a member that is away would miss the room that is made, and others are taken out of service one by one. --force goes on',
    });
  }
  yield await whatFillsIt(client);
  yield await compact(client, options);
  for await (const member of defragCluster(client, defrag)) yield { step: 'member', member };
  if (defrag.dryRun) return;
  await refuseIfStillFull(client, defrag);
  yield await disarm(client, members);
  yield { step: 'written', revision: await testWrite(client) };
}

/** Live bytes by kind; what is in use beyond them is history, which the compaction drops. */
async function whatFillsIt(client: EtcdClient): Promise<SpaceStep> {
  const { usages } = await usageOf(await Cluster.open(client), 'kind');
  return { step: 'usage', usages, liveBytes: usages.reduce((sum, { live }) => sum + live, 0) };
}

async function compact(client: EtcdClient, { keep, defrag }: RecoverSpaceOptions): Promise<SpaceStep> {
  const { header } = await client.kv.range({ key: TEST_KEY, count_only: true });
  const revision = revisionToKeep(BigInt(header.revision), keep);
  if (revision === undefined) return { step: 'nothing to compact' };
  if (defrag.dryRun) return { step: 'compacted', revision, dryRun: true };
  try {
    // Physical: the pages have to be free before they can be given back.
    const request = { revision: String(revision), physical: true };
    await client.callable.call('KV', 'compact', request, { timeoutMs: defrag.timeoutMs });
  } catch (error) {
    if (error instanceof RpcError && error.code === Code.OutOfRange) return { step: 'nothing to compact' };
    throw error;
  }
  return { step: 'compacted', revision, dryRun: false };
}

/** @throws Failure when a member would raise the alarm again with the next writes */
async function refuseIfStillFull(client: EtcdClient, { quota, patienceMs }: DefragOptions): Promise<void> {
  const { members } = await waitForHealth(client, patienceMs);
  for (const member of members.all.filter(isAnswering)) {
    const limit = member.status.quota > 0 ? member.status.quota : quota;
    if (member.status.dbSize <= limit * ENOUGH) continue;
    throw new Failure(
      `${titleOf(member)} still has ${sizeText(member.status.dbSize)} of ${sizeText(limit)}: the alarm stays, as it would come back at once`,
      {
        hint: 'what is left are live objects: delete what should not be there (deleting works under the alarm: ketcdctl del, k8s delete) and run this again, or raise --quota-backend-bytes of every etcd. Is the quota another one? --quota BYTES',
      },
    );
  }
}

async function disarm(client: EtcdClient, { all }: Members): Promise<SpaceStep> {
  const { alarms } = await client.maintenance.alarm({ action: 0, memberID: '0', alarm: NOSPACE });
  for (const { memberID } of alarms) {
    await client.maintenance.alarm({ action: DEACTIVATE, memberID, alarm: NOSPACE });
  }
  const nameOf = (id: string) => all.find((member) => member.id === BigInt(id).toString(16))?.name || id;
  return { step: 'disarmed', names: alarms.map(({ memberID }) => nameOf(memberID)) };
}

/** etcdserverpb.AlarmType and AlarmRequest.AlarmAction. */
const NOSPACE = 1;
const DEACTIVATE = 2;

/** A key is written and deleted again. @returns the revision of the write */
async function testWrite(client: EtcdClient): Promise<string> {
  const { header } = await client.kv.put({ key: TEST_KEY, value: Buffer.from('a test write') });
  await client.kv.deleteRange({ key: TEST_KEY });
  return header.revision;
}
