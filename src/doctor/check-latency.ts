/** How long reads and commits take, and what the disk does. The bounds are those of etcd's own guide: fsync 10 ms, commit 25 ms. */
import { answering, type ClusterFacts, type MemberFacts } from './facts.js';
import type { Finding } from './finding.js';
import { growth, p99Between } from './metrics.js';

const SLOW_READ_MS = 500;
const SLOW_FSYNC_SECONDS = 0.016;
const SLOW_COMMIT_SECONDS = 0.032;

export function checkLatency(facts: ClusterFacts): Finding[] {
  return answering(facts).flatMap((member) => [...reads(member), ...disk(member), ...overload(member)]);
}

function reads({ endpoint, readMs, readError }: MemberFacts): Finding[] {
  if (readError !== undefined) {
    return [
      {
        id: 'no-consensus-read',
        severity: 'error',
        what: `${endpoint} answers, but a read through consensus fails`,
        evidence: readError,
        remedy: 'without a quorum read with --consistency s; else look at this member’s peers and log',
        page: 'quorum-lost.md',
      },
    ];
  }
  if (readMs === undefined || readMs <= SLOW_READ_MS) return [];
  return [
    {
      id: 'slow-read',
      severity: 'warning',
      what: `a read through consensus takes ${readMs} ms at ${endpoint}`,
      evidence: `more than ${SLOW_READ_MS} ms; it was measured once, on an open connection`,
      remedy: 'see the findings on disks and peers',
      page: 'health-and-alerts.md',
    },
  ];
}

function disk({ endpoint, metrics }: MemberFacts): Finding[] {
  if (!metrics) return [];
  const { before, after } = metrics;
  const fsync = p99Between(before, after, 'etcd_disk_wal_fsync_duration_seconds');
  const commit = p99Between(before, after, 'etcd_disk_backend_commit_duration_seconds');
  const slow = [
    ...(fsync !== undefined && fsync > SLOW_FSYNC_SECONDS ? [`fsync of the WAL up to ${fsync * 1000} ms`] : []),
    ...(commit !== undefined && commit > SLOW_COMMIT_SECONDS
      ? [`commit of the database up to ${commit * 1000} ms`]
      : []),
  ];
  if (slow.length === 0) return [];
  return [
    {
      id: 'slow-disk',
      severity: 'warning',
      what: `the disk of ${endpoint} is slow`,
      evidence: `99 of 100: ${slow.join('; ')}`,
      remedy:
        'give etcd a disk of its own (SSD), away from container images and logs; look for backups that run at the same time',
      page: 'health-and-alerts.md',
    },
  ];
}

function overload({ endpoint, metrics }: MemberFacts): Finding[] {
  if (!metrics) return [];
  const { before, after, seconds } = metrics;
  const counters = [
    ['etcd_server_slow_apply_total', 'slow applies'],
    ['etcd_server_proposals_failed_total', 'failed proposals'],
    ['etcd_server_slow_read_indexes_total', 'slow reads'],
  ] as const;
  const grown = counters.flatMap(([name, what]) => {
    const by = growth(before, after, name);
    return by > 0 ? [`${by} ${what}`] : [];
  });
  const pending = after.get('etcd_server_proposals_pending') ?? 0;
  if (pending > 100) grown.push(`${pending} proposals waiting`);
  const [open, most] = [after.get('process_open_fds') ?? 0, after.get('process_max_fds') ?? Number.POSITIVE_INFINITY];
  if (open > most * 0.8) grown.push(`${open} of ${most} file descriptors are open`);
  if (grown.length === 0) return [];
  return [
    {
      id: 'overload',
      severity: 'warning',
      what: `${endpoint} does not keep up`,
      evidence: `in ${seconds} s: ${grown.join('; ')}`,
      remedy: 'ketcdctl k8s top tells who writes; see the findings on disks',
      page: 'health-and-alerts.md',
    },
  ];
}
