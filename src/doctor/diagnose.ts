import { checkConnections } from './check-connection.js';
import { checkLatency } from './check-latency.js';
import { checkMembership } from './check-membership.js';
import { checkObjects } from './check-objects.js';
import { checkRaft } from './check-raft.js';
import { checkSpace } from './check-space.js';
import type { ClusterFacts } from './facts.js';
import { type Finding, worstFirst } from './finding.js';

/** All findings about a cluster, the worst first. Nothing is asked here: the facts are all that counts. */
export function diagnose(facts: ClusterFacts): Finding[] {
  const unasked: Finding[] = [
    ...facts.members.flatMap(({ endpoint, metricsProblem }) =>
      metricsProblem === undefined ? [] : [notLooked(`the metrics of ${endpoint}`, metricsProblem)],
    ),
    ...(facts.objectsProblem === undefined ? [] : [notLooked('the stored objects', facts.objectsProblem)]),
    ...(facts.leasesProblem === undefined ? [] : [notLooked('the leases', facts.leasesProblem)]),
  ];
  return worstFirst([
    ...checkMembership(facts),
    ...checkSpace(facts),
    ...checkConnections(facts),
    ...checkRaft(facts),
    ...checkLatency(facts),
    ...checkObjects(facts),
    ...unasked,
  ]);
}

/** What could not be looked at is said: silence would look like health. */
function notLooked(what: string, why: string): Finding {
  return {
    id: 'not-looked-at',
    severity: 'note',
    what: `${what} could not be looked at`,
    evidence: why,
    remedy: 'nothing is known about it',
    page: 'health-and-alerts.md',
  };
}
