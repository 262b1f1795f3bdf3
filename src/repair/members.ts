/** The members of a cluster as a repair sees them, and whether it may go on. */
import { sleep } from '../base/timer.js';
import { type ListedMember, type MemberStatus, quorumOf } from '../doctor/facts.js';
import { hexOf, listedMember, statusOf } from '../doctor/member-answers.js';
import type { EtcdClient } from '../etcd/client.js';
import { ALARM_NAMES, nameOf } from '../rpc/names.js';
import { Code } from '../rpc/status.js';

export interface Member extends ListedMember {
  /** Where it is asked: as the user named it, else its first client URL; empty for one that never started. */
  endpoint: string;
  /** Undefined for one that does not answer: {@link problem}. */
  status?: MemberStatus;
  problem?: string;
}

export interface Members {
  all: Member[];
  /** Undefined where those who answer know none, or do not agree. */
  leader: Member | undefined;
  alarms: { memberId: string; alarm: string }[];
}

/** A member that answered. */
export type Answering = Member & { status: MemberStatus };

export function isAnswering(member: Member): member is Answering {
  return member.status !== undefined;
}

/** How a member is called in texts. */
export function titleOf({ name, id }: ListedMember): string {
  return name || id;
}

/**
 * Asks all members for their status, side by side. Who is a member is asked without consensus, so that it works without a quorum.
 * @throws RpcError when nobody answers
 */
export async function askMembers(client: EtcdClient): Promise<Members> {
  const { members } = await client.cluster.memberList({ linearizable: false });
  const given = await endpointsById(client);
  const all = await Promise.all(members.map((member) => askOne(client, listedMember(member), given)));
  const alarms = await client.maintenance.alarm({ action: 0, memberID: '0', alarm: 0 });
  const leaders = new Set(all.filter(isAnswering).map(({ status }) => status.leader));
  const [leader] = leaders;
  return {
    all,
    leader: leaders.size === 1 ? all.find(({ id }) => id === leader) : undefined,
    alarms: alarms.alarms.map(({ memberID, alarm }) => ({
      memberId: hexOf(memberID),
      alarm: nameOf(ALARM_NAMES, alarm),
    })),
  };
}

/** Who answers at the endpoints that were given: where a client URL can't be reached from here, such a one can. */
async function endpointsById(client: EtcdClient): Promise<Map<string, string>> {
  const given = await client.callable.resolveEndpoints();
  const answers = await Promise.allSettled(
    given.map(async (endpoint) => [(await client.at(endpoint).maintenance.status()).header.member_id, endpoint]),
  );
  return new Map(
    answers.flatMap((answer) =>
      answer.status === 'fulfilled' ? [[hexOf(answer.value[0]!), answer.value[1]!] as const] : [],
    ),
  );
}

async function askOne(client: EtcdClient, listed: ListedMember, given: Map<string, string>): Promise<Member> {
  const endpoint = given.get(listed.id) ?? listed.clientUrls[0] ?? '';
  if (endpoint === '') return { ...listed, endpoint, problem: 'it was added and has never started' };
  try {
    const status = statusOf(await client.at(endpoint).maintenance.status());
    if (status.id !== listed.id) return { ...listed, endpoint, problem: `${endpoint} is answered by ${status.id}` };
    return { ...listed, endpoint, status };
  } catch (error) {
    return { ...listed, endpoint, problem: (error as Error).message };
  }
}

/** The arithmetic of a quorum, of the voting members alone. */
export interface Quorum {
  voters: number;
  /** The members that answer. */
  alive: number;
  needed: number;
}

export function quorumIn(members: readonly Member[]): Quorum {
  const voters = members.filter(({ isLearner }) => !isLearner);
  return { voters: voters.length, alive: voters.filter(isAnswering).length, needed: quorumOf(voters.length) };
}

/** `3 voting members, 2 of them answer, 2 are needed: no more may fail`. */
export function quorumText({ voters, alive, needed }: Quorum): string {
  const spare = alive - needed;
  const rest = spare < 0 ? 'the quorum is lost' : spare === 0 ? 'no more may fail' : `${spare} more may fail`;
  return `${voters} voting member${voters === 1 ? '' : 's'}, ${alive} of them answer, ${needed} needed: ${rest}`;
}

/** A member that is so many entries of the log behind the leader has not caught up. etcd itself stops writes at 5000. */
const FAR_BEHIND = 2000n;

/** Why one should not take a member down for a moment, in words; undefined where all is well. NOSPACE is no reason. */
export function whyNotHealthy({ all, leader, alarms }: Members): string | undefined {
  const silent = all.find((member) => !isAnswering(member));
  if (silent) return `${titleOf(silent)} does not answer (${silent.problem})`;
  if (leader === undefined || !isAnswering(leader)) return 'the members do not agree on a leader';
  const corrupt = alarms.find(({ alarm }) => alarm === 'CORRUPT');
  if (corrupt) return `alarm CORRUPT of ${corrupt.memberId}: its data differs from that of the others`;
  for (const member of all.filter(isAnswering)) {
    const behind = leader.status.raftIndex - member.status.raftAppliedIndex;
    if (behind > FAR_BEHIND) return `${titleOf(member)} is ${behind} entries behind the leader`;
  }
  return undefined;
}

/** Why a member does not read through consensus; undefined where it does. */
export async function readProblem(client: EtcdClient, { endpoint }: Member): Promise<string | undefined> {
  try {
    await client.at(endpoint).kv.range({ key: Buffer.from('health') });
    return undefined;
  } catch (error) {
    const { code, message } = error as { code?: Code; message: string };
    // Who may not read the key went through consensus all the same.
    return code === Code.PermissionDenied ? undefined : message;
  }
}

const BETWEEN_LOOKS_MS = 500;

/**
 * Waits until the cluster is healthy: a member that was busy needs a moment to catch up.
 * @returns why it is not when the patience ends; and the members as they were seen last
 */
export async function waitForHealth(
  client: EtcdClient,
  patienceMs: number,
): Promise<{ members: Members; problem: string | undefined }> {
  for (const end = performance.now() + patienceMs; ; await sleep(BETWEEN_LOOKS_MS)) {
    const members = await askMembers(client);
    let problem = whyNotHealthy(members);
    for (const member of problem === undefined ? members.all.filter(({ isLearner }) => !isLearner) : []) {
      const why = await readProblem(client, member);
      if (why !== undefined) problem ??= `${titleOf(member)} does not read through consensus (${why})`;
    }
    if (problem === undefined || performance.now() > end) return { members, problem };
  }
}
