/**
 * What is in the way of an upgrade to 3.6 or 3.7. Sources: etcd's release notes of 3.6 and 3.7, its issues 19557 and 20793 (a learner's
 * promotion that the v3 store never got), 20967 (members that were removed and come back) and 20351 (keys of API v2).
 */
import { compareVersions } from '../base/contract.js';
import { answering, type ClusterFacts } from './facts.js';
import { type Finding, sizeText } from './finding.js';
import type { DataDirFacts } from './upgrade-facts.js';

export type Target = '3.6' | '3.7';

const PAGE = 'upgrade-etcd.md';
/** The first patch release of 3.5 that mends the v3 store's members from the old store when it starts. */
const MENDS_MEMBERS = '3.5.26';
/** The first that writes a learner's promotion to the v3 store. */
const KEEPS_PROMOTIONS = '3.5.20';

/** Options that a version no longer has: etcd does not start with them. */
const REMOVED: Record<Target, (option: string) => boolean> = {
  '3.6': (option) => /^(enable-v2|experimental-enable-v2v3|proxy(-.*)?)$/.test(option),
  '3.7': (option) => /^(enable-v2|experimental-.*|proxy(-.*)?)$/.test(option),
};

export function checkDataDir(facts: DataDirFacts, to: Target): Finding[] {
  return [
    ...ghosts(facts, to),
    ...promotions(facts, to),
    ...oldKeys(facts),
    ...storage(facts, to),
    ...space(facts),
    ...unread(facts),
  ];
}

/** Members of the v3 store that the old one, which counts up to 3.5, does not have. */
function ghosts({ path, members, v2 }: DataDirFacts, to: Target): Finding[] {
  if (!v2 || v2.members.size === 0 || to !== '3.6') return [];
  const gone = members.filter(({ id }) => !v2.members.has(id));
  if (gone.length === 0) return [];
  const names = gone.map(({ id, name }) => `${name || '(no name)'} ${id}${v2.removed.has(id) ? ' (removed)' : ''}`);
  return [
    {
      id: 'upgrade-removed-members',
      severity: 'error',
      what: 'members that were removed are still in the v3 store: 3.6 would bring them back',
      evidence: `${path}: ${names.join(', ')} in the bucket members, but not in the old store`,
      remedy: `upgrade to ${MENDS_MEMBERS} or later of 3.5 first, and start every member once: it mends the v3 store`,
      page: PAGE,
    },
  ];
}

function promotions({ path, members, v2 }: DataDirFacts, to: Target): Finding[] {
  const learners = members.filter(({ isLearner }) => isLearner);
  if (learners.length === 0) return [];
  const wrong = to === '3.6' && v2 ? learners.filter(({ id }) => v2.members.get(id)?.isLearner === false) : [];
  const text = (list: typeof learners) => list.map(({ id, name }) => name || id).join(', ');
  if (wrong.length > 0) {
    return [
      {
        id: 'upgrade-lost-promotion',
        severity: 'error',
        what: 'members vote that the v3 store takes for learners: 3.6 fails with “too many learner members in cluster”',
        evidence: `${path}: ${text(wrong)}`,
        remedy: `upgrade to ${MENDS_MEMBERS} or later of 3.5 first (${KEEPS_PROMOTIONS} at least), and start every member once`,
        page: PAGE,
      },
    ];
  }
  return [
    {
      id: 'upgrade-learners',
      severity: 'warning',
      what: 'there are learners',
      evidence: `${path}: ${text(learners)}`,
      remedy: 'promote or remove them before the upgrade: ketcdctl member promote ID',
      page: PAGE,
    },
  ];
}

function oldKeys({ path, v2 }: DataDirFacts): Finding[] {
  if (!v2) return [];
  const { some, inSnapshot, inLog } = v2.keys;
  if (inSnapshot + inLog === 0) return [];
  return [
    {
      id: 'upgrade-v2-content',
      severity: 'error',
      what: 'there are keys of API v2: 3.6 does not start with them',
      evidence: `${path}: ${inSnapshot} in the snap file, ${inLog} writes in the log, such as ${some.join(', ')}`,
      remedy:
        'ketcdctl v2 migrate copies them to v3; then delete them, and have a new snap file written (3.5 with --snapshot-count=1, and some writes)',
      page: 'v2.md',
    },
  ];
}

function storage({ path, storageVersion, clusterVersion }: DataDirFacts, to: Target): Finding[] {
  const have = storageVersion || clusterVersion;
  if (have === '') return [];
  const [before, after] = to === '3.6' ? ['3.5', '3.6'] : ['3.6', '3.7'];
  const minor = have.split('.').slice(0, 2).join('.');
  if (minor === before || minor === after) return [];
  const isNewer = compareVersions(minor, after!) > 0;
  return [
    {
      id: 'upgrade-step',
      severity: 'error',
      what: isNewer ? `its data is of ${minor} already` : `from ${minor} to ${to} is more than one step`,
      evidence: `${path}: ${storageVersion ? `storage version ${storageVersion}` : `cluster version ${clusterVersion}`}`,
      remedy: isNewer
        ? 'there is nothing to upgrade'
        : `upgrade to ${before} first, and let it run until all members have that version`,
      page: PAGE,
    },
  ];
}

function space({ path, dbBytes, freeBytes }: DataDirFacts): Finding[] {
  if (freeBytes >= dbBytes) return [];
  return [
    {
      id: 'upgrade-space',
      severity: 'warning',
      what: 'there is less free space than a copy of the database takes',
      evidence: `${path}: ${sizeText(freeBytes)} free, the database has ${sizeText(dbBytes)}`,
      remedy: 'make space for the snapshot that you take before, and for a defragmentation after',
      page: 'out-of-space.md',
    },
  ];
}

function unread({ path, v2Problem }: DataDirFacts): Finding[] {
  if (v2Problem === undefined) return [];
  return [
    {
      id: 'not-looked-at',
      severity: 'note',
      what: 'the old store could not be looked at',
      evidence: `${path}: ${v2Problem}`,
      remedy: 'nothing is known about members that were removed, and keys of API v2',
      page: PAGE,
    },
  ];
}

/** @param options the long names of the options that etcd is started with on this node, and where they stand */
export function checkLiveUpgrade(
  facts: ClusterFacts,
  to: Target,
  options: readonly { name: string; source: string }[],
): Finding[] {
  return [...versions(facts, to), ...removedOptions(options, to), ...storageVersions(facts, to), ...notHealthy(facts)];
}

function versions(facts: ClusterFacts, to: Target): Finding[] {
  const before = to === '3.6' ? '3.5' : '3.6';
  const found: Finding[] = [];
  for (const { endpoint, status } of answering(facts)) {
    const minor = status.version.split('.').slice(0, 2).join('.');
    if (compareVersions(minor, to) >= 0) continue;
    if (minor !== before) {
      found.push({
        id: 'upgrade-step',
        severity: 'error',
        what: `${endpoint} runs ${status.version}: from there to ${to} is more than one step`,
        evidence: 'a cluster is upgraded one minor version at a time',
        remedy: `upgrade to the newest ${before} first`,
        page: PAGE,
      });
    } else if (to === '3.6' && isOlderPatch(status.version, MENDS_MEMBERS)) {
      const isOld = isOlderPatch(status.version, KEEPS_PROMOTIONS);
      found.push({
        id: 'upgrade-patch-release',
        severity: isOld ? 'error' : 'warning',
        what: `${endpoint} runs ${status.version}: too old a patch release to go on from`,
        evidence: isOld
          ? `before ${KEEPS_PROMOTIONS} promoted learners stay learners in the v3 store`
          : `before ${MENDS_MEMBERS} members that were removed may come back with 3.6`,
        remedy: `upgrade to ${MENDS_MEMBERS} or later of 3.5 first`,
        page: PAGE,
      });
    }
  }
  return found;
}

function isOlderPatch(version: string, than: string): boolean {
  return Number(version.split('.')[2]?.replace(/\D.*$/, '')) < Number(than.split('.')[2]);
}

function removedOptions(options: readonly { name: string; source: string }[], to: Target): Finding[] {
  const gone = options.filter(({ name }) => REMOVED[to](name));
  if (gone.length === 0) return [];
  return [
    {
      id: 'upgrade-removed-options',
      severity: 'error',
      what: `etcd is started with options that ${to} no longer has: it would not start`,
      evidence: gone.map(({ name, source }) => `--${name} (${source})`).join(', '),
      remedy:
        to === '3.7' ? 'the options without experimental-, or --feature-gates, replace most of them' : 'take them out',
      page: PAGE,
    },
  ];
}

function storageVersions(facts: ClusterFacts, to: Target): Finding[] {
  if (to !== '3.7') return [];
  return answering(facts)
    .filter(({ status }) => status.version.startsWith('3.6.') && !status.storageVersion.startsWith('3.6'))
    .map(({ endpoint, status }) => ({
      id: 'upgrade-storage-version',
      severity: 'error' as const,
      what: `the storage version of ${endpoint} is not 3.6 yet`,
      evidence: status.storageVersion || 'it has none',
      remedy: 'let all members run 3.6 for some minutes, and look again; a downgrade under way has to end first',
      page: PAGE,
    }));
}

function notHealthy(facts: ClusterFacts): Finding[] {
  const silent = facts.members.filter(({ status }) => status === undefined);
  if (silent.length === 0) return [];
  return [
    {
      id: 'upgrade-unhealthy',
      severity: 'error',
      what: 'not all members answer: do not begin an upgrade',
      evidence: silent.map(({ endpoint }) => endpoint).join(', '),
      remedy: 'ketcdctl doctor tells what is wrong',
      page: PAGE,
    },
  ];
}
