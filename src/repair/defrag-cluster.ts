/** Defragments the members of a cluster one after the other, each only while all others are well; the leader last. */
import { Failure } from '../base/errors.js';
import { sleep } from '../base/timer.js';
import { statusOf } from '../doctor/member-answers.js';
import type { EtcdClient } from '../etcd/client.js';
import { type Answering, isAnswering, type Member, type Members, titleOf, waitForHealth } from './members.js';
import { moveLeaderFrom } from './membership.js';
import type { SizeRule, Sizes } from './size-rule.js';

export interface DefragOptions {
  /** Members of which it does not hold are left alone. */
  rule?: SizeRule | undefined;
  /** Bytes, for members that do not tell their quota. */
  quota: number;
  /** Hands the leadership to a follower that is done before the leader's turn. */
  moveLeader: boolean;
  /** Between two members. */
  pauseMs: number;
  /** Looks at all members, and changes none. */
  dryRun: boolean;
  /** Goes on when members do not answer or lag behind. */
  force: boolean;
  /** For each member; null: no limit. */
  timeoutMs: number | null;
  /** How long a member may take to catch up before its successor's turn. */
  patienceMs: number;
}

export interface SizePair {
  dbSize: number;
  dbSizeInUse: number;
}

/** What happened, in its order. */
export type DefragStep =
  | { step: 'leader moved'; from: Member; to: Member }
  | { step: 'defragmented'; member: Member; before: SizePair; after: SizePair; tookNs: bigint }
  | { step: 'would defragment'; member: Member; before: SizePair }
  | { step: 'skipped'; member: Member; before: SizePair; reason: string };

/**
 * @throws Failure when it is not safe to go on, or a member could not be defragmented: those behind it are not touched then
 */
export async function* defragCluster(client: EtcdClient, options: DefragOptions): AsyncGenerator<DefragStep> {
  let members = await gate(client, options);
  const order = inOrder(members);
  let isFirst = true;
  for (const { id } of order) {
    if (!isFirst) members = await gate(client, options);
    const member = members.all.find((each) => each.id === id);
    if (member === undefined || !isAnswering(member)) continue;
    const before = sizesOf(member, options);
    if (member.isLearner) {
      yield { step: 'skipped', member, before, reason: 'etcd does not defragment a learner' };
      continue;
    }
    if (options.rule && !options.rule(before)) {
      yield { step: 'skipped', member, before, reason: 'the rule does not hold' };
      continue;
    }
    if (options.dryRun) {
      yield { step: 'would defragment', member, before };
      continue;
    }
    if (!isFirst) await sleep(options.pauseMs);
    isFirst = false;
    if (options.moveLeader && members.leader?.id === id) {
      const to = await moveLeaderFrom(client, member);
      if (to) yield { step: 'leader moved', from: member, to };
    }
    yield await defragment(client, member, before, options);
  }
}

/** The members, once they are well. */
async function gate(client: EtcdClient, { patienceMs, force }: DefragOptions): Promise<Members> {
  const { members, problem } = await waitForHealth(client, force ? 0 : patienceMs);
  if (problem === undefined || force) return members;
  throw new Failure(`no member is taken out of service now: ${problem}`, {
    hint: '`ketcdctl doctor` tells more; --force goes on with those members that answer',
  });
}

/** Followers first, the leader last. */
function inOrder({ all, leader }: Members): Answering[] {
  const isLeader = ({ id }: Member) => Number(id === leader?.id);
  return all.filter(isAnswering).sort((a, b) => isLeader(a) - isLeader(b));
}

function sizesOf({ status }: Answering, { quota }: DefragOptions): Sizes {
  // A member without a limit of its own, which is a quota below zero, has none to compare with: the one that was given counts.
  const dbQuota = status.quota > 0 ? status.quota : quota;
  return { dbSize: status.dbSize, dbSizeInUse: status.dbSizeInUse, dbQuota };
}

async function defragment(
  client: EtcdClient,
  member: Member,
  before: SizePair,
  { timeoutMs }: DefragOptions,
): Promise<DefragStep> {
  const start = process.hrtime.bigint();
  const own = client.at(member.endpoint);
  try {
    await own.callable.call('Maintenance', 'defragment', {}, { timeoutMs });
  } catch (error) {
    const { message, exitCode } = error as Failure;
    throw new Failure(`${titleOf(member)} (${member.endpoint}) was not defragmented: ${message}`, {
      exitCode,
      hint: 'the members behind it were left alone; look at its log, and at `ketcdctl endpoint health --cluster`',
      cause: error,
    });
  }
  const tookNs = process.hrtime.bigint() - start;
  return { step: 'defragmented', member, before, after: statusOf(await own.maintenance.status()), tookNs };
}
