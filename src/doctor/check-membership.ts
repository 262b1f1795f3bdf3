/** Quorum, leader, learners, and whether the members agree who they are. */
import { allListed, answering, type ClusterFacts, type ListedMember, quorumOf } from './facts.js';
import type { Finding } from './finding.js';

export function checkMembership(facts: ClusterFacts): Finding[] {
  if (facts.isFile) return [];
  return [...quorum(facts), ...differentLists(facts), ...learners(facts), ...unstarted(facts), ...numbers(facts)];
}

function quorum(facts: ClusterFacts): Finding[] {
  const listed = allListed(facts);
  const voters = listed.filter(({ isLearner }) => !isLearner);
  if (voters.length === 0) return [];
  const alive = voters.filter(({ id }) => answering(facts).some(({ status }) => status.id === id));
  const needed = quorumOf(voters.length);
  const withLeader = answering(facts).filter(({ status }) => status.leader !== '0');
  const evidence = `${alive.length} of ${voters.length} voting members answer, ${needed} are needed`;
  if (alive.length < needed) {
    return [
      {
        id: 'no-quorum',
        severity: 'error',
        what: 'the quorum is lost: nothing can be written, and only --consistency s reads',
        evidence,
        remedy: 'start the members that are down; if they are gone for good: ketcdctl recover',
        page: 'quorum-lost.md',
      },
    ];
  }
  if (withLeader.length === 0) {
    return [
      {
        id: 'no-leader',
        severity: 'error',
        what: 'there is no leader: nothing can be written',
        evidence: `${evidence}, but none of them knows a leader`,
        remedy: 'check the network between the members, ports 2380, and their logs for lost elections',
        page: 'quorum-lost.md',
      },
    ];
  }
  const spare = alive.length - needed;
  if (alive.length === voters.length) return [];
  return [
    {
      id: 'fault-tolerance',
      severity: spare === 0 ? 'error' : 'warning',
      what:
        spare === 0
          ? 'one more member down, and the quorum is lost'
          : `${spare} more may fail before the quorum is lost`,
      evidence,
      remedy: 'bring the member back, or replace it: ketcdctl member replace NAME',
      page: 'replace-member.md',
    },
  ];
}

function listText(list: readonly ListedMember[]): string {
  return list
    .map(({ id, name, isLearner }) => `${name || id}${isLearner ? ' (learner)' : ''}`)
    .sort()
    .join(', ');
}

function differentLists(facts: ClusterFacts): Finding[] {
  const lists = answering(facts).flatMap(({ endpoint, listed }) =>
    listed === undefined ? [] : [{ endpoint, text: listText(listed) }],
  );
  if (new Set(lists.map(({ text }) => text)).size < 2) return [];
  return [
    {
      id: 'member-lists-differ',
      severity: 'error',
      what: 'the members list each other differently',
      evidence: lists.map(({ endpoint, text }) => `${endpoint}: ${text}`).join('; '),
      remedy:
        'look again in a minute: one may lag behind; if it stays, see whether one was started from another cluster’s data, and upgrade check for members that were removed',
      page: 'upgrade-etcd.md',
    },
  ];
}

function learners(facts: ClusterFacts): Finding[] {
  const leader = answering(facts).find(({ status }) => status.leader === status.id);
  return allListed(facts)
    .filter(({ isLearner }) => isLearner)
    .map(({ id, name }) => {
      const own = answering(facts).find(({ status }) => status.id === id);
      const behind = own && leader ? leader.status.raftIndex - own.status.raftAppliedIndex : undefined;
      return {
        id: 'learner',
        severity: 'warning' as const,
        what: `${name || id} is a learner: it has no vote`,
        evidence: whyNotPromoted(behind),
        remedy: `ketcdctl member promote ${id}`,
        page: 'replace-member.md',
      };
    });
}

/** @param behind entries that a learner has not applied yet, of the leader's when it was asked: by now it may have more */
function whyNotPromoted(behind: bigint | undefined): string {
  if (behind === undefined) return 'it does not answer, so it can’t be promoted';
  if (behind <= 0n) return 'it has caught up with the leader, and can be promoted';
  return `it is ${behind} entries behind the leader; it can be promoted when it has caught up`;
}

function unstarted(facts: ClusterFacts): Finding[] {
  return allListed(facts)
    .filter(({ name }) => name === '')
    .map(({ id, peerUrls, isLearner }) => ({
      id: 'member-unstarted',
      // A learner has no vote, and so takes nothing away while it is not there.
      severity: isLearner ? ('warning' as const) : ('error' as const),
      what: `member ${id} was added and has never started${isLearner ? '' : ': it counts for the quorum'}`,
      evidence: `peer URLs ${peerUrls.join(', ')}`,
      remedy: `start it with --initial-cluster-state existing, or take it out again: ketcdctl member remove ${id}`,
      page: 'replace-member.md',
    }));
}

function numbers(facts: ClusterFacts): Finding[] {
  const voters = allListed(facts).filter(({ isLearner }) => !isLearner).length;
  if (voters === 0 || voters % 2 === 1) return [];
  return [
    {
      id: 'even-members',
      severity: 'note',
      what: `${voters} voting members tolerate no more failures than ${voters - 1}`,
      evidence: `a quorum of ${voters} is ${quorumOf(voters)}`,
      remedy: 'an odd number of members is usual: 1, 3 or 5',
      page: 'replace-member.md',
    },
  ];
}
