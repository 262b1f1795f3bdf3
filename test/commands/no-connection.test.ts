import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAs, runLine } from '../cli/support.js';
import { liveSample } from '../k8s/live-sample.js';
import { skipWithoutEtcd } from '../support/etcd.js';

const NOBODY = ['--endpoints', 'http://127.0.0.1:1', '--dial-timeout', '300ms', '--command-timeout', '600ms'];

/** One of each family. */
const LINES = [
  ...['get a', 'get --prefix /', 'put a b', 'del a', 'watch a', 'compaction 5', 'ls', 'tree', 'history a', 'lock a'],
  ...['lease grant 10', 'lease list', 'user list', 'role get x', 'auth status', 'member list', 'member remove x'],
  ...['endpoint health', 'endpoint health --cluster', 'endpoint status', 'endpoint hashkv', 'alarm list', 'defrag'],
  ...['defrag --cluster', 'recover-space', 'check consistency', 'move-leader x', 'snapshot save -'],
  ...[
    'k8s get pods',
    'k8s du',
    'k8s kinds',
    'k8s top',
    'k8s events',
    'k8s verify',
    'k8s delete pod x',
    'certs --no-files',
  ],
];

test('without a connection every command ends with 2, which no other failure has', async () => {
  const ends = await Promise.all(
    LINES.map(async (line) => [line, (await runLine('ketcdctl', [...NOBODY, ...line.split(' ')])).exit]),
  );
  assert.deepEqual(
    ends.filter(([, exit]) => exit !== 2),
    [],
  );
});

test('as etcdctl the codes are those of etcdctl', async () => {
  for (const [line, exit] of Object.entries({ 'get a': 1, 'lease grant 10': 1, 'endpoint health': 1 })) {
    assert.equal((await runAs('etcdctl', '3.5', [...NOBODY, ...line.split(' ')])).exit, exit, line);
  }
});

test('what is not there ends with 1, and says what is near', { skip: skipWithoutEtcd() }, async (t) => {
  const { run } = await liveSample(t);
  const of = async (line: string) => {
    const { exit, stderr } = await run(line.split(' '));
    assert.equal(exit, 1, line);
    return stderr;
  };
  assert.match(await of('k8s get pod api-7c9f6d8b4-ce893 -n shop'), /\nHint: did you mean api-7c9f6d8b4-ce892\?\n$/);
  assert.match(await of('k8s get pod api-7c9f6d8b4-ce892'), /\nHint: there is one in the namespace shop: -n shop\n$/);
  assert.match(
    await of('k8s get pod x -n shp'),
    /\nHint: there is no pod in the namespace shp: did you mean -n shop\?\n$/,
  );
  assert.match(await of('k8s edit deploy/wbe -n shop'), /\nHint: did you mean web\?\n$/);
  assert.match(await of('k8s delete node wrker-1 --yes'), /\nHint: did you mean worker-1/);
  assert.doesNotMatch(await of('k8s get pod zzzzzz -n shop'), /Hint/);
});
