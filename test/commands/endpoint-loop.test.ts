import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { metricsText } from '../../src/commands/cluster/endpoint-metrics.js';
import { isReached, type Probe } from '../../src/etcd/member-probe.js';
import { runLine } from '../cli/support.js';
import { skipWithoutEtcd, startCluster } from '../support/etcd.js';
import { flagsFor, startCli } from '../support/running.js';

function probe(state: Probe['state'], leader = 'a'): Probe {
  const up = state !== 'down';
  return {
    state,
    error: state === 'healthy' || state === 'learner' ? '' : 'why',
    alarms: [],
    commitMs: up ? 1.5 : undefined,
    answerMs: up ? 2 : undefined,
    id: 'a',
    version: '3.6.14',
    isLeader: leader === 'a' && up,
    leader: up ? leader : '0',
    raftTerm: '2',
    raftIndex: '9',
    raftAppliedIndex: '9',
    dbSize: 4096,
    dbSizeInUse: 2048,
    quota: 0,
  };
}

test('what a loop may wait for', () => {
  const [healthy, learner, down] = [probe('healthy'), probe('learner'), probe('down')];
  assert.ok(isReached('healthy', [healthy, healthy, learner]));
  assert.ok(!isReached('healthy', [healthy, undefined]));
  assert.ok(isReached('quorum', [healthy, healthy, down]));
  assert.ok(!isReached('quorum', [healthy, down]));
  assert.ok(!isReached('quorum', [learner]));
  assert.ok(isReached('leader', [down, healthy]));
  assert.ok(!isReached('leader', [down, probe('unhealthy', '0')]));
  assert.ok(!isReached('healthy', []));
});

test('metrics in the text format of Prometheus', () => {
  const text = metricsText(['http://a:1', 'b"\n'], [probe('healthy'), probe('down')]);
  assert.match(
    text,
    /^# HELP ketcdctl_endpoint_up .*\n# TYPE ketcdctl_endpoint_up gauge\nketcdctl_endpoint_up\{endpoint="http:\/\/a:1"\} 1\nketcdctl_endpoint_up\{endpoint="b\\"\\n"\} 0\n/,
  );
  assert.match(text, /\nketcdctl_endpoint_commit_seconds\{endpoint="http:\/\/a:1"\} 0\.0015\n# HELP/);
  assert.doesNotMatch(text, /quota_bytes/);
  assert.match(text, /\nketcdctl_quorum 0\n$/);
});

test('loops over a real cluster', { skip: skipWithoutEtcd() }, async (t) => {
  const { members } = await startCluster(t, 3);
  const flags = flagsFor(...members);
  const run = (...argv: string[]) => runLine('ketcdctl', [...flags, ...argv]);
  const reached = await run('endpoint', 'health', '--until', 'healthy', '--timeout', '20s', '-w', 'jsonl');
  assert.equal(reached.exit, 0, reached.stderr);
  for (const line of reached.stdout.trim().split('\n')) assert.equal(JSON.parse(line).state, 'healthy');

  const watching = startCli(t, [...flags, 'endpoint', 'health', '--watch=200ms']);
  await watching.until(/healthy, leader/);
  await members[2]!.stop();
  await watching.until(new RegExp(`${members[2]!.endpoint} down: `));
  await members[2]!.restart();
  await watching.until(new RegExp(`down: [\\s\\S]*${members[2]!.endpoint} healthy`));
  assert.deepEqual(await watching.end('SIGINT'), { code: null, signal: 'SIGINT' });
  assert.equal(watching.stderr, '');

  await members[2]!.stop();
  const missed = await run('endpoint', 'status', '--until', 'healthy', '--timeout', '500ms', '--watch=100ms');
  assert.equal(missed.exit, 1);
  assert.match(missed.stderr, /did not come to be healthy within 0\.5s/);
  assert.equal((await run('endpoint', 'status', '--until=quorum', '--timeout=20s')).exit, 0);
  assert.match((await run('endpoint', 'health', '--until', 'fine')).stderr, /--until fine is not known/);

  const folder = mkdtempSync(join(tmpdir(), 'ketcdctl-metrics-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'etcd.prom');
  assert.equal((await run('endpoint', 'health', '-w', 'prometheus', '--output', file)).exit, 1);
  assert.match(readFileSync(file, 'utf8'), /ketcdctl_quorum 1\n$/);
  assert.deepEqual(readdirSync(folder), ['etcd.prom']);
});
