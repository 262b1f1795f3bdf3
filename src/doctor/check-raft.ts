/** Raft: lag, leader changes, versions; and whether the members have the same data. */
import { compareVersions } from '../base/contract.js';
import { answering, type ClusterFacts, type MemberFacts, type MemberStatus } from './facts.js';
import type { Finding } from './finding.js';
import { growth, labelsOf, p99Between, sumOf } from './metrics.js';

/** Entries that a member may be behind before it is told: etcd itself promotes learners that have 90 % of the log. */
const LAG = 5000n;

export function checkRaft(facts: ClusterFacts): Finding[] {
  return [...lag(facts), ...leaderChanges(facts), ...versions(facts), ...hashes(facts), ...peers(facts)];
}

function lag(facts: ClusterFacts): Finding[] {
  const members = answering(facts);
  const [newest = 0n] = members.map(({ status }) => status.raftIndex).sort((a, b) => (a > b ? -1 : 1));
  return members.flatMap(({ endpoint, status }) => {
    const behind = newest - status.raftAppliedIndex;
    if (behind <= LAG || status.isLearner) return [];
    return [
      {
        id: 'raft-lag',
        severity: 'warning' as const,
        what: `${endpoint} is ${behind} entries behind`,
        evidence: `it has applied ${status.raftAppliedIndex} of ${newest}`,
        remedy: 'look at its disk and processor (below), and at the network between the members',
        page: 'health-and-alerts.md',
      },
    ];
  });
}

function leaderChanges(facts: ClusterFacts): Finding[] {
  const changes = answering(facts).map(({ metrics }) =>
    metrics ? growth(metrics.before, metrics.after, 'etcd_server_leader_changes_seen_total') : 0,
  );
  const now = Math.max(0, ...changes);
  const terms = new Set(answering(facts).map(({ status }) => status.raftTerm));
  if (now === 0 && terms.size < 2) return [];
  return [
    {
      id: 'leader-changes',
      severity: 'warning',
      what: 'the leader changes while it is looked at',
      evidence:
        now > 0
          ? `${now} changes in ${facts.watchedSeconds} s`
          : `the members are in the terms ${[...terms].join(', ')}`,
      remedy: 'slow disks and a lossy network make followers miss heartbeats: see the findings on them',
      page: 'health-and-alerts.md',
    },
  ];
}

function versions(facts: ClusterFacts): Finding[] {
  const members = answering(facts);
  const minor = ({ version }: MemberStatus) => version.split('.').slice(0, 2).join('.');
  const minors = [...new Set(members.map(({ status }) => minor(status)))].sort(compareVersions);
  const storage = [...new Set(members.map(({ status }) => status.storageVersion).filter(Boolean))];
  const found: Finding[] = [];
  if (minors.length > 1) {
    found.push({
      id: 'version-skew',
      severity: 'warning',
      what: `the members are of ${minors.join(' and ')}: an upgrade is not finished`,
      evidence: members.map(({ endpoint, status }) => `${endpoint}: ${status.version}`).join('; '),
      remedy: `upgrade the others to ${minors.at(-1)}; ketcdctl upgrade check --to ${minors.at(-1)} tells what is in the way`,
      page: 'upgrade-etcd.md',
    });
  }
  if (storage.length > 1) {
    found.push({
      id: 'storage-version-skew',
      severity: 'warning',
      what: `the storage versions differ: ${storage.join(', ')}`,
      evidence: members.map(({ endpoint, status }) => `${endpoint}: ${status.storageVersion}`).join('; '),
      remedy: 'wait until all members run the same version for some minutes; then look again',
      page: 'upgrade-etcd.md',
    });
  }
  return found;
}

function hashes(facts: ClusterFacts): Finding[] {
  const known = facts.members.filter((each): each is MemberFacts & Required<Pick<MemberFacts, 'hash'>> => !!each.hash);
  const byRevision = new Map<string, typeof known>();
  // Only where the same history was dropped do the hashes mean the same.
  for (const member of known) {
    const { compactRevision } = member.hash;
    byRevision.set(compactRevision, [...(byRevision.get(compactRevision) ?? []), member]);
  }
  return [...byRevision.values()]
    .filter((members) => new Set(members.map(({ hash }) => hash.hash)).size > 1)
    .map((members) => ({
      id: 'data-differs',
      severity: 'error' as const,
      what: 'the members do not have the same data',
      evidence: `at revision ${facts.hashRevision}: ${members.map(({ endpoint, hash }) => `${endpoint} has hash ${hash.hash}`).join('; ')}`,
      remedy:
        'save a snapshot of every member now (ketcdctl --endpoints MEMBER snapshot save), compare them (ketcdctl snapshot diff), then replace the member that is wrong',
      page: 'replace-member.md',
    }));
}

/** Round trips of more than this are felt: the default heartbeat is 100 ms. */
const SLOW_PEER_SECONDS = 0.05;

function peers(facts: ClusterFacts): Finding[] {
  // What goes to a member that is down is lost, which is told elsewhere.
  if (answering(facts).length < facts.members.length) return [];
  const name = 'etcd_network_peer_round_trip_time_seconds';
  return answering(facts).flatMap(({ endpoint, metrics }) => {
    if (!metrics) return [];
    const { before, after } = metrics;
    const slow = labelsOf(after, `${name}_bucket`, 'To').flatMap((to) => {
      const seconds = p99Between(before, after, name, `To="${to}"`);
      return seconds !== undefined && seconds > SLOW_PEER_SECONDS ? [`to ${to} up to ${seconds * 1000} ms`] : [];
    });
    const failed = growth(before, after, 'etcd_server_heartbeat_send_failures_total');
    const lost =
      sumOf(after, 'etcd_network_peer_sent_failures_total') - sumOf(before, 'etcd_network_peer_sent_failures_total');
    if (slow.length === 0 && failed === 0 && lost === 0) return [];
    const evidence = [
      ...slow,
      ...(failed > 0 ? [`${failed} heartbeats were late in ${metrics.seconds} s`] : []),
      ...(lost > 0 ? [`${lost} messages could not be sent in ${metrics.seconds} s`] : []),
    ];
    return [
      {
        id: 'slow-peers',
        severity: 'warning' as const,
        what: `the way from ${endpoint} to other members is slow or lossy`,
        evidence: evidence.join('; '),
        remedy:
          'check the network between the members; with round trips beyond 10 ms raise --heartbeat-interval and --election-timeout',
        page: 'health-and-alerts.md',
      },
    ];
  });
}
