import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runLine } from '../cli/support.js';
import { skipWithoutEtcd, startCluster } from '../support/etcd.js';
import { flagsFor } from '../support/running.js';

test('one member of three: what it has can be read', { skip: skipWithoutEtcd() }, async (t) => {
  const { members } = await startCluster(t, 3);
  const [one, two, three] = members;
  const flags = [...flagsFor(one!), '--command-timeout', '2s'];
  const run = (...argv: string[]) => runLine('ketcdctl', [...flags, ...argv]);
  await run('put', '/registry/namespaces/shop', 'v1');
  await run('put', '/registry/namespaces/shop', 'v2');
  await Promise.all([two!.stop(), three!.stop()]);
  const refused = await run('get', '/registry/namespaces/shop');
  assert.equal(refused.exit, 1);
  assert.match(refused.stderr, /Hint: .*--consistency s reads what it has.*--endpoints file:.*`doctor`/);
  const reads: [string[], RegExp][] = [
    [['get', '/registry/namespaces/shop'], /^\/registry\/namespaces\/shop\nv2\n$/],
    [['get', '--prefix', '/registry/', '--keys-only'], /^\/registry\/namespaces\/shop\n/],
    [['ls', '/registry'], /namespaces\/\n$/],
    [['tree', '/registry'], /shop/],
    [['history', '/registry/namespaces/shop'], /v2/],
    [['diff', '/registry/namespaces/shop', '--rev', '2', '--to-rev', '3'], /v1[\s\S]*v2/],
    [['k8s', 'kinds'], /namespaces/],
    [['k8s', 'du'], /namespaces/],
    [['member', 'list'], /started/],
  ];
  for (const [argv, expected] of reads) {
    const { stdout, stderr } = await run('--consistency', 's', ...argv);
    assert.match(stdout, expected, `${argv.join(' ')}: ${stderr}`);
  }
  const watch = await run('watch', '/', '--consistency=s');
  assert.match(watch.stderr, /^Error: --consistency is for reads: a watch is told/);
  assert.match((await run('get', 'x', '--consistency=q')).stderr, /unknown consistency flag "q"/);
  const alarms = await run('alarm', 'list');
  assert.doesNotMatch(alarms.stderr, /outcome/);
  const status = await run('endpoint', 'status', '--cluster');
  assert.match(status.stderr, /connection refused/);
  assert.equal(status.stdout.split('\n').filter(Boolean).length, 1);
});
