import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnose } from '../../src/doctor/diagnose.js';
import type { ClusterFacts, ListedMember, MemberFacts, MemberStatus } from '../../src/doctor/facts.js';
import { exitCodeOf, sizeText } from '../../src/doctor/finding.js';
import { p99Between, parseMetrics } from '../../src/doctor/metrics.js';
import type { CertificateFacts } from '../../src/node/certificate.js';

const NOW = new Date('2026-11-27T00:00:00Z');
const LISTED: ListedMember[] = ['a', 'b', 'c'].map((id) => ({
  id,
  name: `m-${id}`,
  isLearner: false,
  peerUrls: [`https://${id}:2380`],
  clientUrls: [`https://${id}:2379`],
}));

function member(id: string, status: Partial<MemberStatus> = {}, facts: Partial<MemberFacts> = {}): MemberFacts {
  return {
    endpoint: `https://${id}:2379`,
    steps: [],
    status: {
      id,
      version: '3.6.14',
      storageVersion: '3.6.0',
      dbSize: 10e6,
      dbSizeInUse: 9e6,
      quota: 2 ** 31,
      leader: 'a',
      isLearner: false,
      raftTerm: 4n,
      raftIndex: 1000n,
      raftAppliedIndex: 1000n,
      revision: 900n,
      errors: [],
      ...status,
    },
    listed: LISTED,
    alarms: [],
    readMs: 2,
    ...facts,
  };
}

function down(id: string): MemberFacts {
  const step = { step: 'TCP', ok: false, text: 'connection refused', hint: 'is etcd running there?' } as const;
  return { endpoint: `https://${id}:2379`, steps: [step] };
}

function cluster(members: MemberFacts[], facts: Partial<ClusterFacts> = {}): ClusterFacts {
  return { now: NOW, isFile: false, members, watchedSeconds: 3, ...facts };
}

const healthy = () => ['a', 'b', 'c'].map((id) => member(id));

function ids(facts: ClusterFacts): string[] {
  return diagnose(facts).map(({ severity, id }) => `${severity} ${id}`);
}

test('a healthy cluster has no findings', () => {
  assert.deepEqual(diagnose(cluster(healthy())), []);
  assert.equal(exitCodeOf([]), 0);
});

test('quorum and what may still fail', () => {
  assert.deepEqual(ids(cluster([member('a'), member('b'), down('c')])), [
    'error fault-tolerance',
    'error member-unreachable',
  ]);
  const lost = diagnose(cluster([member('a', {}, { readError: 'no answer' }), down('b'), down('c')]));
  assert.deepEqual(
    lost.map(({ id }) => id),
    ['no-quorum', 'member-unreachable', 'member-unreachable', 'no-consensus-read'],
  );
  assert.match(lost[0]!.evidence, /^1 of 3 voting members answer, 2 are needed$/);
  assert.equal(exitCodeOf(lost), 2);
  assert.deepEqual(ids(cluster(['a', 'b', 'c'].map((id) => member(id, { leader: '0' })))), ['error no-leader']);
});

test('learners, members that never started, and lists that differ', () => {
  const withLearner = [...LISTED, { ...LISTED[0]!, id: 'd', name: 'm-d', isLearner: true }];
  const learner = member('d', { isLearner: true, raftAppliedIndex: 10n }, { listed: withLearner });
  const found = diagnose(cluster([...healthy().map((each) => ({ ...each, listed: withLearner })), learner]));
  assert.deepEqual(
    found.map(({ id, evidence }) => [id, evidence]),
    [['learner', 'it is 990 entries behind the leader; it can be promoted when it has caught up']],
  );
  const added = [...LISTED, { ...LISTED[0]!, id: 'e', name: '', clientUrls: [] }];
  assert.deepEqual(ids(cluster(healthy().map((each) => ({ ...each, listed: added })))), [
    'error fault-tolerance',
    'error member-unstarted',
    'note even-members',
  ]);
  const [one, two, three] = healthy();
  assert.deepEqual(ids(cluster([one!, two!, { ...three!, listed: LISTED.slice(0, 2) }])), [
    'error member-lists-differ',
  ]);
});

test('a learner that has caught up, and one that never started, take nothing from the quorum', () => {
  const listed = (name: string) => [
    ...['a', 'b', 'c'].map((id) => ({ id, name: `m-${id}`, isLearner: false, peerUrls: [], clientUrls: [] })),
    { id: 'd', name, isLearner: true, peerUrls: ['https://d:2380'], clientUrls: [] },
  ];
  const all = (name: string) => healthy().map((each) => ({ ...each, listed: listed(name) }));
  const ahead = member('d', { isLearner: true, raftAppliedIndex: 1003n }, { listed: listed('m-d') });
  const [finding] = diagnose(cluster([...all('m-d'), ahead]));
  assert.equal(finding!.evidence, 'it has caught up with the leader, and can be promoted');
  const unstarted = diagnose(cluster(all(''))).find(({ id }) => id === 'member-unstarted');
  assert.deepEqual([unstarted!.severity, unstarted!.what], ['warning', 'member d was added and has never started']);
});

test('alarms, quota, free space', () => {
  const alarms = [{ memberId: 'b', alarm: 'NOSPACE' }];
  const full = healthy().map((each) => ({ ...each, alarms }));
  assert.match(diagnose(cluster(full))[0]!.what, /^alarm NOSPACE: the database of m-b is full/);
  const near = member('a', { dbSize: 0.85 * 2 ** 31, dbSizeInUse: 0.3 * 2 ** 31 });
  assert.deepEqual(ids(cluster([near, member('b'), member('c')])), ['warning near-quota', 'warning fragmented']);
});

test('different data is told only where the same history was dropped', () => {
  const withHash = (id: string, hash: number, compactRevision = '1') =>
    member(id, {}, { hash: { hash, compactRevision } });
  const differing = cluster([withHash('a', 1), withHash('b', 1), withHash('c', 2)], { hashRevision: 900n });
  const [finding] = diagnose(differing);
  assert.equal(finding!.id, 'data-differs');
  assert.match(finding!.evidence, /at revision 900: .*c:2379 has hash 2/);
  assert.deepEqual(ids(cluster([withHash('a', 1), withHash('b', 1), withHash('c', 2, '5')])), []);
});

test('versions that differ, and a member that lags', () => {
  const members = [member('a', { version: '3.5.21', storageVersion: '3.5.0' }), member('b'), member('c')];
  assert.deepEqual(ids(cluster(members)), ['warning version-skew', 'warning storage-version-skew']);
  assert.match(diagnose(cluster(members))[0]!.what, /of 3\.5 and 3\.6/);
  const lagging = [member('a', { raftIndex: 99_000n, raftAppliedIndex: 99_000n }), member('b'), member('c')];
  assert.equal(ids(cluster(lagging)).filter((id) => id === 'warning raft-lag').length, 2);
});

test('certificates by the days that are left', () => {
  const certificate = (notAfter: string): CertificateFacts => ({
    subject: 'CN=x',
    issuer: 'CN=ca',
    names: '',
    notBefore: new Date('2026-01-01'),
    notAfter: new Date(notAfter),
    isCa: false,
    keyUsage: [],
    fingerprint: '',
  });
  const withCertificate = (notAfter: string) =>
    ids(cluster([member('a', {}, { certificate: certificate(notAfter) }), member('b'), member('c')]));
  assert.deepEqual(withCertificate('2027-02-01'), []);
  assert.deepEqual(withCertificate('2026-12-20'), ['warning certificate-ends-soon']);
  assert.deepEqual(withCertificate('2026-11-28'), ['error certificate-ends-soon']);
  assert.deepEqual(withCertificate('2026-11-01'), ['error certificate-expired']);
});

test('what is stored: floods, large objects, broken values', () => {
  const kinds = [
    { kind: 'events', count: 30_000, bytes: 3e7, writesPerSecond: 500 },
    { kind: 'pods', count: 10, bytes: 1e5, writesPerSecond: 0 },
  ];
  const objects = {
    kinds,
    large: [{ key: '/registry/configmaps/x', bytes: 2e6 }],
    broken: [{ key: '/k', problem: 'cut off' }],
    brokenCount: 1,
  };
  assert.deepEqual(ids(cluster(healthy(), { objects, leases: 20_000 })), [
    'error unreadable-objects',
    'warning event-flood',
    'warning lease-flood',
    'warning write-flood',
    'warning large-objects',
  ]);
});

test('histograms and counters of two readings', () => {
  const reading = (fast: number, slow: number) =>
    parseMetrics(
      [
        '# HELP x',
        `etcd_disk_wal_fsync_duration_seconds_bucket{le="0.001"} ${fast}`,
        `etcd_disk_wal_fsync_duration_seconds_bucket{le="0.064"} ${fast + slow}`,
        `etcd_disk_wal_fsync_duration_seconds_bucket{le="+Inf"} ${fast + slow}`,
        `etcd_server_leader_changes_seen_total ${slow}`,
      ].join('\n'),
    );
  const name = 'etcd_disk_wal_fsync_duration_seconds';
  assert.equal(p99Between(reading(1000, 0), reading(2000, 0), name), 0.001);
  assert.equal(p99Between(reading(1000, 0), reading(1010, 90), name), 0.064);
  // Too few are new: all since the start count.
  assert.equal(p99Between(reading(1000, 0), reading(1000, 5), name), 0.001);
  assert.equal(p99Between(parseMetrics(''), parseMetrics(''), name), undefined);
  const metrics = { before: reading(1000, 0), after: reading(1010, 90), seconds: 3 };
  assert.deepEqual(ids(cluster([member('a', {}, { metrics }), member('b'), member('c')])), [
    'warning leader-changes',
    'warning slow-disk',
  ]);
});

test('sizes for people', () => {
  assert.deepEqual([0, 1023, 1536, 5e9].map(sizeText), ['0 B', '1023 B', '1.5 KiB', '4.7 GiB']);
});
