/** One look at a member: does it answer, does it commit, who leads, how full is it. */
import { AlarmAction } from 'etcd3/lib/rpc';
import '../rpc/newer-fields.js';
import { ALARM_NAMES, nameOf } from '../rpc/names.js';
import { Code } from '../rpc/status.js';
import type { EtcdClient } from './client.js';

export interface Probe {
  /** `healthy`: a read went through consensus, and there is no alarm. `learner`: it answers, and has no vote yet. */
  state: 'healthy' | 'learner' | 'unhealthy' | 'down';
  /** Why it is neither healthy nor a learner. */
  error: string;
  alarms: string[];
  /** Milliseconds that the read through consensus took, on the open connection. */
  commitMs: number | undefined;
  /** Milliseconds until the member answered at all: with the first look the connection and the login are part of it. */
  answerMs: number | undefined;
  id: string;
  version: string;
  isLeader: boolean;
  leader: string;
  raftTerm: string;
  raftIndex: string;
  raftAppliedIndex: string;
  dbSize: number;
  dbSizeInUse: number;
  /** 0 where the member does not tell. */
  quota: number;
}

const NOTHING: Probe = {
  state: 'down',
  error: '',
  alarms: [],
  commitMs: undefined,
  answerMs: undefined,
  id: '',
  version: '',
  isLeader: false,
  leader: '0',
  raftTerm: '0',
  raftIndex: '0',
  raftAppliedIndex: '0',
  dbSize: 0,
  dbSizeInUse: 0,
  quota: 0,
};

/** Never fails: what is wrong is in the probe. */
export async function probeMember(member: EtcdClient): Promise<Probe> {
  const start = performance.now();
  let probe: Probe = NOTHING;
  try {
    const status = await member.maintenance.status();
    const { member_id: id } = status.header;
    probe = {
      ...NOTHING,
      state: 'unhealthy',
      answerMs: performance.now() - start,
      id: hex(id),
      version: status.version,
      isLeader: status.leader === id && id !== '0',
      leader: hex(status.leader),
      raftTerm: status.raftTerm,
      raftIndex: status.raftIndex,
      raftAppliedIndex: status.raftAppliedIndex,
      dbSize: Number(status.dbSize),
      dbSizeInUse: Number(status.dbSizeInUse),
      quota: Number(status.dbSizeQuota ?? 0),
    };
    if (status.isLearner) return { ...probe, state: 'learner' };
    const asked = performance.now();
    await member.kv.range({ key: Buffer.from('health') }).catch(unlessDenied);
    probe = { ...probe, commitMs: performance.now() - asked };
    const { alarms } = await member.maintenance.alarm({ action: AlarmAction.Get, memberID: '0', alarm: 0 });
    const names = alarms.map(({ alarm }) => nameOf(ALARM_NAMES, alarm));
    if (names.length > 0) return { ...probe, alarms: names, error: `alarm ${names.join(', ')}` };
    return { ...probe, state: 'healthy' };
  } catch (error) {
    return { ...probe, error: (error as Error).message };
  }
}

/** Who may not read the key went through consensus all the same. */
function unlessDenied(error: { code?: number }): void {
  if (error.code !== Code.PermissionDenied) throw error;
}

function hex(id: string): string {
  return BigInt(id).toString(16);
}

/** What a loop may wait for. */
export type Goal = 'healthy' | 'quorum' | 'leader';

/** Whether it is reached: all members healthy (or learners); most voting members healthy; somebody knows a leader. */
export function isReached(goal: Goal, probes: readonly (Probe | undefined)[]): boolean {
  const voting = probes.filter((probe) => probe?.state !== 'learner');
  const healthy = voting.filter((probe) => probe?.state === 'healthy').length;
  if (goal === 'quorum') return voting.length > 0 && healthy > voting.length / 2;
  if (goal === 'leader') return probes.some((probe) => probe !== undefined && probe.leader !== '0');
  return voting.length > 0 && healthy === voting.length;
}
