/** What Kubernetes stores: floods, objects that are too large, values that cannot be read. */
import type { ClusterFacts } from './facts.js';
import { type Finding, sizeText } from './finding.js';

const MANY_EVENTS = 20_000;
const MANY_LEASES = 10_000;
const MANY_WRITES = 200;
/** Names shown of a long list. */
const SHOWN = 3;

export function checkObjects(facts: ClusterFacts): Finding[] {
  return [...floods(facts), ...large(facts), ...broken(facts)];
}

function floods({ objects, leases = 0, watchedSeconds }: ClusterFacts): Finding[] {
  const found: Finding[] = [];
  const events = objects?.kinds.filter(({ kind }) => /^events(\.|$)/.test(kind)) ?? [];
  const count = events.reduce((sum, kind) => sum + kind.count, 0);
  if (count > MANY_EVENTS) {
    found.push({
      id: 'event-flood',
      severity: 'warning',
      what: `${count} events are stored`,
      evidence: `${sizeText(events.reduce((sum, kind) => sum + kind.bytes, 0))} of them`,
      remedy: 'ketcdctl k8s events tells which repeat; --event-ttl of the API server keeps them shorter',
      page: 'out-of-space.md',
    });
  }
  if (leases > MANY_LEASES) {
    found.push({
      id: 'lease-flood',
      severity: 'warning',
      what: `${leases} leases are alive`,
      evidence: 'each is kept in memory, and renewed or expired one by one',
      remedy: 'find who grants them: clients that grant a lease for each write, or a flood of events',
      page: 'health-and-alerts.md',
    });
  }
  for (const { kind, writesPerSecond } of objects?.kinds ?? []) {
    if (writesPerSecond < MANY_WRITES) continue;
    found.push({
      id: 'write-flood',
      severity: 'warning',
      what: `${kind} are written ${Math.round(writesPerSecond)} times a second`,
      evidence: `watched for ${watchedSeconds} s`,
      remedy: 'ketcdctl k8s top tells which objects, and who writes them',
      page: 'health-and-alerts.md',
    });
  }
  return found;
}

function large({ objects }: ClusterFacts): Finding[] {
  const all = objects?.large ?? [];
  if (all.length === 0) return [];
  const names = all.slice(0, SHOWN).map(({ key, bytes }) => `${key} (${sizeText(bytes)})`);
  return [
    {
      id: 'large-objects',
      severity: 'warning',
      what: `${all.length === 1 ? 'one object is' : `${all.length} objects are`} larger than 1 MiB`,
      evidence: names.join('; ') + (all.length > SHOWN ? '; …' : ''),
      remedy:
        'the limit of a request is 1.5 MiB by default: such an object can soon not be written any more. Split it, or move its data out',
      page: 'out-of-space.md',
    },
  ];
}

function broken({ objects }: ClusterFacts): Finding[] {
  if (!objects || objects.brokenCount === 0) return [];
  const names = objects.broken.slice(0, SHOWN).map(({ key, problem }) => `${key}: ${problem}`);
  return [
    {
      id: 'unreadable-objects',
      severity: 'error',
      what: `${objects.brokenCount === 1 ? 'one value does' : `${objects.brokenCount} values do`} not decode or decrypt`,
      evidence: names.join('; ') + (objects.brokenCount > SHOWN ? '; …' : ''),
      remedy:
        'one of them makes the API server’s LIST of the kind fail: ketcdctl k8s verify lists all, ketcdctl k8s rescue KEY mends one',
      page: 'api-server-down.md',
    },
  ];
}
