/** Changes of who is a member, and what they do to the quorum. */
import type { IMemberAddResponse } from 'etcd3/lib/rpc';
import { Failure } from '../base/errors.js';
import { sleep } from '../base/timer.js';
import { quorumOf } from '../doctor/facts.js';
import type { EtcdClient } from '../etcd/client.js';
import { askMembers, isAnswering, type Member, type Quorum, quorumIn, quorumText, titleOf } from './members.js';

export type MembershipChange = { add: 'voter' | 'learner' } | { remove: Member };

/** The arithmetic after a change. A member that is added counts from then on, and does not answer before it was started. */
export function quorumAfter(members: readonly Member[], change: MembershipChange): Quorum {
  const now = quorumIn(members);
  const isGone = (member: Member) => 'remove' in change && member.id === change.remove.id;
  const lost = members.filter((member) => isGone(member) && !member.isLearner);
  const voters = now.voters + ('add' in change && change.add === 'voter' ? 1 : 0) - lost.length;
  return { voters, alive: now.alive - lost.filter(isAnswering).length, needed: quorumOf(voters) };
}

/**
 * What the quorum is now, and what it would be, in two lines.
 * @throws Failure when the change would lose it and `force` is not given
 */
export function checkedArithmetic(members: readonly Member[], change: MembershipChange, force: boolean): string {
  const now = quorumIn(members);
  const then = quorumAfter(members, change);
  const text = `Quorum now:  ${quorumText(now)}\nQuorum then: ${quorumText(then)}\n`;
  if (then.alive >= then.needed || force) return text;
  throw new Failure(`this would lose the quorum: ${quorumText(then)}`, {
    hint:
      'add' in change
        ? 'add it with --learner: a learner has no vote, and is promoted when it has caught up; --force adds it all the same'
        : 'bring another member back first; --force removes it all the same',
  });
}

export interface WaitOptions {
  patienceMs: number;
  /** Told when what is waited for changes. */
  progress(text: string): void;
}

/** A learner is in step when it has this share of the leader's log (etcd: server.go, readyPercentThreshold). */
const READY = 0.9;
const BETWEEN_LOOKS_MS = 500;

/**
 * Waits until a member that was added is started and has caught up.
 * @throws Failure when the patience ends before
 */
export async function waitForMember(client: EtcdClient, id: string, options: WaitOptions): Promise<Member> {
  let told = '';
  for (const end = performance.now() + options.patienceMs; ; await sleep(BETWEEN_LOOKS_MS)) {
    const { all, leader } = await askMembers(client);
    const member = all.find((each) => each.id === id);
    if (member === undefined) throw new Failure(`member ${id} is no longer a member`);
    const state = isAnswering(member) && leader !== undefined && isAnswering(leader) ? member.status : undefined;
    if (state && leader?.status && Number(state.raftAppliedIndex) >= Number(leader.status.raftIndex) * READY)
      return member;
    const lacks = state
      ? `${titleOf(member)} is at entry ${state.raftAppliedIndex} of ${leader?.status?.raftIndex}`
      : `waiting for ${titleOf(member)} to be started: ${member.problem ?? 'there is no leader'}`;
    if (lacks !== told) options.progress(lacks);
    told = lacks;
    if (performance.now() > end) throw new Failure(`gave up waiting: ${lacks}`, { hint: NOT_PROMOTED });
  }
}

const NOT_PROMOTED =
  'it stays a member as it is: `ketcdctl member list` shows it, `member promote` or `member remove` ends it';

/**
 * Adds a learner. etcd refuses it until all voting members have been connected with each other for five seconds.
 * @throws RpcError when it refuses for another reason, or the patience ends
 */
export async function addLearner(
  client: EtcdClient,
  peerUrls: string[],
  { patienceMs, progress }: WaitOptions,
): Promise<IMemberAddResponse> {
  for (const end = performance.now() + patienceMs; ; await sleep(BETWEEN_LOOKS_MS)) {
    try {
      return await client.cluster.memberAdd({ peerURLs: peerUrls, isLearner: true });
    } catch (error) {
      if (!/unhealthy cluster/.test((error as Error).message) || performance.now() > end) throw error;
      progress('waiting until etcd finds the cluster healthy');
    }
  }
}

/**
 * Gives a learner its vote, as soon as etcd finds that it is in step.
 * @throws RpcError when it refuses for another reason, or the patience ends
 */
export async function promote(client: EtcdClient, id: string, { patienceMs }: WaitOptions): Promise<void> {
  for (const end = performance.now() + patienceMs; ; await sleep(BETWEEN_LOOKS_MS)) {
    try {
      await client.cluster.memberPromote({ ID: String(BigInt(`0x${id}`)) });
      return;
    } catch (error) {
      if (!/in sync with leader/.test((error as Error).message) || performance.now() > end) throw error;
    }
  }
}

/** Hands the leadership on where the member has it. @returns to whom */
export async function moveLeaderFrom(client: EtcdClient, member: Member): Promise<Member | undefined> {
  const { all, leader } = await askMembers(client);
  if (leader?.id !== member.id) return undefined;
  const followers = all.filter(isAnswering).filter(({ id, isLearner }) => id !== member.id && !isLearner);
  const [to] = followers.sort((a, b) => Number(b.status.raftAppliedIndex - a.status.raftAppliedIndex));
  if (to === undefined) return undefined;
  await client.at(leader.endpoint).maintenance.moveLeader({ targetID: String(BigInt(`0x${to.id}`)) });
  return to;
}
