/** Which of several members has most. */
import { Failure } from '../base/errors.js';
import type { EtcdClient } from './client.js';
import { type Probe, probeMember } from './member-probe.js';

export interface NewestMember {
  endpoint: string;
  revision: bigint;
  /** Members that were passed over, each with its reason. */
  passedOver: { endpoint: string; problem: string }[];
}

/**
 * The member with the newest revision of those that have a leader and no alarm CORRUPT. A full database (NOSPACE) is no hindrance, and
 * of those without a leader one is taken when there is no other: a snapshot needs no quorum.
 * @throws Failure when nobody answers
 */
export async function newestMember(client: EtcdClient, endpoints: readonly string[]): Promise<NewestMember> {
  const asked = await Promise.all(endpoints.map((endpoint) => ask(client, endpoint)));
  const usable = asked.filter(({ problem }) => problem === '');
  const candidates = usable.some(({ probe }) => probe.leader !== '0')
    ? usable.filter(({ probe }) => probe.leader !== '0')
    : usable;
  const [best] = candidates.sort((a, b) => (a.revision > b.revision ? -1 : a.revision < b.revision ? 1 : 0));
  const failed = asked.filter((one) => !candidates.includes(one));
  const passedOver = failed.map(({ endpoint, problem }) => ({ endpoint, problem: problem || 'it knows no leader' }));
  if (best !== undefined) return { endpoint: best.endpoint, revision: best.revision, passedOver };
  throw new Failure(
    `no member can be saved: ${passedOver.map(({ endpoint, problem }) => `${endpoint}: ${problem}`).join('; ')}`,
    {
      errorCode: 'no-connection',
    },
  );
}

interface Asked {
  endpoint: string;
  probe: Probe;
  revision: bigint;
  /** Empty where it can be saved. */
  problem: string;
}

async function ask(client: EtcdClient, endpoint: string): Promise<Asked> {
  const member = client.at(endpoint);
  const probe = await probeMember(member);
  const problem = problemOf(probe);
  if (problem !== '') return { endpoint, probe, revision: 0n, problem };
  try {
    const { header } = await member.maintenance.status();
    return { endpoint, probe, revision: BigInt(header.revision), problem };
  } catch (error) {
    return { endpoint, probe, revision: 0n, problem: (error as Error).message };
  }
}

function problemOf({ state, error, alarms }: Probe): string {
  if (state === 'down') return error;
  if (state === 'learner') return 'it is a learner';
  return alarms.includes('CORRUPT') ? 'alarm CORRUPT: its data differs from that of the others' : '';
}
