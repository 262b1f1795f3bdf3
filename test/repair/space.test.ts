import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runLine } from '../cli/support.js';
import { clientOf } from '../storage/support.js';
import { type EtcdServer, skipWithoutEtcd, startCluster } from '../support/etcd.js';
import { eventually, flagsFor } from '../support/running.js';
import { WriteLoad } from './write-load.js';

const skip = skipWithoutEtcd();

async function sizes(server: EtcdServer): Promise<{ dbSize: number; inUse: number }[]> {
  const { stdout } = await runLine('ketcdctl', [...flagsFor(server), 'endpoint', 'status', '--cluster', '-w', 'json']);
  const all = JSON.parse(stdout) as { Status: { dbSize: number; dbSizeInUse: number } }[];
  return all.map(({ Status: { dbSize, dbSizeInUse } }) => ({ dbSize, inUse: dbSizeInUse }));
}

async function sameEverywhere(server: EtcdServer): Promise<void> {
  const check = await runLine('ketcdctl', [...flagsFor(server), 'check', 'consistency']);
  assert.equal(check.exit, 0, check.stdout + check.stderr);
}

test('defrag --cluster under a write load: every confirmed write is there, the leader comes last', {
  skip,
}, async (t) => {
  const { members } = await startCluster(t, 3);
  const client = clientOf(t, members[0]!);
  // More to give back than the load writes until the end.
  for (let i = 0; i < 20; i++) await client.kv.put({ key: Buffer.from('/big'), value: Buffer.alloc(1 << 20) });
  const load = new WriteLoad(client);
  await eventually(
    () => load.confirmed > 500,
    () => 'writes',
  );
  const flags = flagsFor(members[0]!);
  assert.equal((await runLine('ketcdctl', [...flags, 'compaction', '--physical', '--keep', '50'])).exit, 0);
  const before = await sizes(members[0]!);
  const { leader } = await client.maintenance.status();
  const dry = await runLine('ketcdctl', [...flags, 'defrag', '--cluster', '--dry-run', '-w', 'jsonl']);
  assert.deepEqual(
    dry.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).action),
    Array(3).fill('would defragment'),
  );
  const { members: listed } = await client.cluster.memberList({ linearizable: false });
  const leaderName = listed.find(({ ID }) => ID === leader)?.name;
  assert.equal(JSON.parse(dry.stdout.trim().split('\n')[2]!).name, leaderName);
  const done = await runLine('ketcdctl', [...flags, 'defrag', '--cluster', '--move-leader', '--pause', '100ms']);
  assert.equal(done.exit, 0, done.stderr);
  assert.match(done.stderr, new RegExp(`^Leadership moved from ${leaderName} to m\\d\n$`));
  assert.match(done.stdout, /^(Defragmented m\d \(\S+\): .* before, .* now; took .*\n){3}$/);
  await load.stop();
  const after = await sizes(members[0]!);
  for (const [i, { dbSize }] of after.entries())
    assert.ok(dbSize < before[i]!.dbSize, JSON.stringify({ before, after }));
  assert.deepEqual(await load.lost(client), []);
  await sameEverywhere(members[0]!);
});

test('defrag --cluster stops before anybody is touched when a member is down', { skip }, async (t) => {
  const { members } = await startCluster(t, 3);
  await members[2]!.stop();
  const flags = [...flagsFor(members[0]!), '--command-timeout', '2s'];
  const refused = await runLine('ketcdctl', [...flags, 'defrag', '--cluster', '--dry-run']);
  assert.equal(refused.exit, 1);
  assert.match(refused.stderr, /no member is taken out of service now: m3 does not answer/);
  assert.equal(refused.stdout, '');
  const forced = await runLine('ketcdctl', [...flags, 'defrag', '--cluster', '--force']);
  assert.equal(forced.exit, 0, forced.stderr);
  assert.match(forced.stdout, /^(Defragmented m[12] .*\n){2}$/);
});

test('recover-space: a full quota, with writers that go on', { skip }, async (t) => {
  const quota = 24 * 1024 ** 2;
  const { members } = await startCluster(t, 3, { extraArgs: ['--quota-backend-bytes', String(quota)] });
  const client = clientOf(t, members[0]!);
  const load = new WriteLoad(client, 40_000);
  await eventually(
    () => load.refused > 10,
    () => `writes are refused; ${load.confirmed} were taken`,
  );
  const flags = flagsFor(members[0]!);
  const line = (...words: string[]) => runLine('ketcdctl', [...flags, ...words, '--quota', String(quota)]);
  const dry = await line('recover-space', '--dry-run', '--keep', '20');
  assert.equal(dry.exit, 0, dry.stderr);
  assert.match(dry.stderr, /alarm NOSPACE/);
  assert.match(dry.stderr, /Would drop the history before revision \d+/);
  const refusedBefore = load.refused;
  await eventually(
    () => load.refused > refusedBefore,
    () => 'a dry run changes nothing',
  );
  const done = await line('recover-space', '--keep', '20');
  assert.equal(done.exit, 0, done.stderr);
  assert.match(done.stderr, /Cleared the alarm NOSPACE of m\d/);
  assert.match(done.stderr, /A test write was taken at revision \d+/);
  const taken = load.confirmed;
  await eventually(
    () => load.confirmed > taken,
    () => 'writes are taken again',
  );
  await load.stop();
  assert.deepEqual(await load.lost(client), []);
});

test('recover-space leaves the alarm where live objects fill the database', { skip }, async (t) => {
  const quota = 16 * 1024 ** 2;
  const { members } = await startCluster(t, 1, { extraArgs: ['--quota-backend-bytes', String(quota)] });
  const client = clientOf(t, members[0]!);
  const value = Buffer.alloc(250_000);
  const full = async () => {
    for (;;) await client.kv.put({ key: Buffer.from(`/k/${count++}`), value });
  };
  let count = 0;
  await assert.rejects(full, /space exceeded/);
  const recover = () => runLine('ketcdctl', [...flagsFor(members[0]!), 'recover-space', '--quota', String(quota)]);
  let { exit, stderr } = await recover();
  // The pages that writes leave free may be room enough at first; each time there are fewer.
  for (let round = 0; exit === 0 && round < 10; round++) {
    await assert.rejects(full, /space exceeded/);
    ({ exit, stderr } = await recover());
  }
  assert.equal(exit, 1, stderr);
  assert.match(stderr, /m1 still has .* of 16\.0 MiB: the alarm stays/);
  assert.match(stderr, /delete what should not be there/);
  const { alarms } = await client.maintenance.alarm({ action: 0, memberID: '0', alarm: 0 });
  assert.equal(alarms.length, 1);
});
