/** Alarms, size against quota, fragmentation. */
import { allListed, answering, type ClusterFacts } from './facts.js';
import { type Finding, percent, sizeText } from './finding.js';

/** etcd's own default where a member does not tell its quota. */
const DEFAULT_QUOTA = 2 * 1024 ** 3;
const NEAR_QUOTA = 80;
/** A database with so much free space, in percent and in bytes, is worth a defragmentation. */
const FREE_PERCENT = 45;
const FREE_BYTES = 100 * 1024 ** 2;

export function checkSpace(facts: ClusterFacts): Finding[] {
  return [...alarms(facts), ...answering(facts).flatMap(size), ...memberErrors(facts)];
}

function alarms(facts: ClusterFacts): Finding[] {
  const all = facts.members.flatMap(({ alarms = [] }) => alarms);
  const unique = [...new Map(all.map((each) => [`${each.memberId} ${each.alarm}`, each])).values()];
  const nameOf = (id: string) => allListed(facts).find((member) => member.id === id)?.name || id;
  return unique.map(({ memberId, alarm }): Finding => {
    if (alarm === 'NOSPACE') {
      return {
        id: 'alarm-nospace',
        severity: 'error',
        what: `alarm NOSPACE: the database of ${nameOf(memberId)} is full, and nothing can be written`,
        evidence: 'the alarm stays until it is disarmed, even when there is space again',
        remedy: 'ketcdctl recover-space',
        page: 'out-of-space.md',
      };
    }
    return {
      id: `alarm-${alarm.toLowerCase()}`,
      severity: 'error',
      what: `alarm ${alarm} of ${nameOf(memberId)}`,
      evidence: 'etcd found that its data differs from that of the other members',
      remedy: 'ketcdctl check consistency tells which member differs; save snapshots of all before you do anything',
      page: 'replace-member.md',
    };
  });
}

function size({ endpoint, status }: ReturnType<typeof answering>[number]): Finding[] {
  const { dbSize, dbSizeInUse } = status;
  const quota = status.quota || DEFAULT_QUOTA;
  const found: Finding[] = [];
  const used = percent(dbSize, quota);
  if (used >= NEAR_QUOTA) {
    const assumed = status.quota === 0 ? ' (the default: the member does not tell)' : '';
    found.push({
      id: 'near-quota',
      severity: used >= 95 ? 'error' : 'warning',
      what: `the database of ${endpoint} has ${used} % of its quota`,
      evidence: `${sizeText(dbSize)} of ${sizeText(quota)}${assumed}; ${sizeText(dbSizeInUse)} are in use`,
      remedy: 'ketcdctl k8s du and ketcdctl k8s top tell what fills it; ketcdctl recover-space gives space back',
      page: 'out-of-space.md',
    });
  }
  const free = dbSize - dbSizeInUse;
  if (dbSizeInUse > 0 && free > FREE_BYTES && percent(free, dbSize) >= FREE_PERCENT) {
    found.push({
      id: 'fragmented',
      severity: used >= NEAR_QUOTA ? 'warning' : 'note',
      what: `${percent(free, dbSize)} % of the database of ${endpoint} is free space inside the file`,
      evidence: `${sizeText(dbSize)} in the file, ${sizeText(dbSizeInUse)} in use`,
      remedy: 'ketcdctl defrag --cluster gives it back, one member after the other',
      page: 'out-of-space.md',
    });
  }
  return found;
}

function memberErrors(facts: ClusterFacts): Finding[] {
  return answering(facts).flatMap(({ endpoint, status }) => {
    // Alarms and a missing leader have findings of their own.
    const errors = status.errors.filter((error) => !/alarm:|memberID:|no leader/.test(error));
    if (errors.length === 0) return [];
    return [
      {
        id: 'member-errors',
        severity: 'warning' as const,
        what: `${endpoint} reports errors of its own`,
        evidence: errors.join('; '),
        remedy: 'look into its log',
        page: 'health-and-alerts.md',
      },
    ];
  });
}
