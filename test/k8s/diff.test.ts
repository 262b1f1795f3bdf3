import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runLine } from '../cli/support.js';
import { skipWithoutEtcd } from '../support/etcd.js';
import { liveSample, SAMPLE } from './live-sample.js';

const skip = skipWithoutEtcd();

const fromFile = (...argv: string[]) => runLine('ketcdctl', ['--endpoints', `file:${SAMPLE}`, 'diff', ...argv]);

test('a prefix at two revisions', async () => {
  const { stdout, stderr, exit } = await fromFile(
    '--rev',
    '69',
    '--to-rev',
    '77',
    '--prefix',
    '/registry/',
    '--summary',
  );
  assert.equal(exit, 0);
  assert.equal(
    stdout,
    `~ /registry/deployments/shop/web  (revision 19 -> 73)
~ /registry/pods/kube-system/coredns-5d78c9869d-91deb  (revision 44 -> 74)
~ /registry/pods/kube-system/coredns-5d78c9869d-fe319  (revision 45 -> 75)
~ /registry/pods/shop/api-7c9f6d8b4-ce892  (revision 46 -> 76)
~ /registry/pods/shop/web-6d4f8b5c9-146d3  (revision 47 -> 77)
+ /registry/shop.example.com/coupons/shop/loyal-customers
+ /registry/shop.example.com/coupons/shop/spring
+ /registry/storageclasses/fast
`,
  );
  assert.equal(stderr, '3 added, 0 removed, 5 changed\n');
  const fewer = await fromFile(
    '--rev',
    '69',
    '--prefix',
    '/registry/',
    '--summary',
    '--exclude',
    '/registry/pods/,/registry/s',
  );
  assert.equal(fewer.stdout, '~ /registry/deployments/shop/web  (revision 19 -> 73)\n');
});

test('a key at two revisions, the newer first too', async () => {
  const forth = await fromFile('--rev', '19', '/registry/deployments/shop/web', '-w', 'jsonl');
  const [change] = forth.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    [change.change, change.key, change.oldRevision, change.newRevision],
    ['changed', '/registry/deployments/shop/web', 19, 73],
  );
  assert.deepEqual(change.changes[2], { path: 'spec.replicas', old: 2, new: 3 });
  const back = await fromFile('--rev', '73', '--to-rev', '19', '/registry/deployments/shop/web');
  assert.match(
    back.stdout,
    /^~ \/registry\/deployments\/shop\/web {2}\(revision 73 -> 19\)\n@@.*\n(.*\n)*- {2}replicas: 3\n\+ {2}replicas: 2\n/,
  );
  const before = await fromFile('--rev', '10', '/registry/deployments/shop/web', '--full');
  assert.match(before.stdout, /^\+ \/registry\/deployments\/shop\/web\n@@ -1,0 \+1,\d+ @@\n\+apiVersion: apps\/v1\n/);
});

test('exit codes', async () => {
  const same = ['--rev', '79', '--prefix', '/registry/'];
  assert.deepEqual(await fromFile(...same, '--exit-code'), { exit: 0, stdout: '', stderr: 'no difference\n' });
  assert.equal((await fromFile(...same, '-w', 'json')).stdout, '[]\n');
  const changed = ['--rev', '76', '--prefix', '/registry/', '--summary'];
  assert.equal((await fromFile(...changed)).exit, 0);
  assert.equal((await fromFile(...changed, '--exit-code')).exit, 1);
  const future = await fromFile('--rev', '1000', '/registry/deployments/shop/web', '--exit-code');
  assert.equal(future.exit, 2);
  assert.match(future.stderr, /future revision/);
  assert.equal((await fromFile('/registry/x')).exit, 128);
  assert.equal((await fromFile('--rev', '3')).exit, 128);
  const missing = await fromFile('nosuch.db', '--rev', '3');
  assert.deepEqual([missing.exit, missing.stderr], [6, 'Error: there is no file nosuch.db\nCode: KEC-io\n']);
  assert.equal((await fromFile('--rev', '3', '/x', '-w', 'fields')).exit, 4);
});

test('a snapshot and a server', { skip }, async (t) => {
  const { run, client, address } = await liveSample(t);
  const none = await run(['diff', SAMPLE, '--exit-code']);
  assert.deepEqual(none, { exit: 0, stdout: '', stderr: 'no difference\n' });
  await client.kv.deleteRange({ key: Buffer.from('/registry/namespaces/shop') });
  await client.kv.put({ key: Buffer.from('/registry/zz'), value: Buffer.from('text') });
  const key = Buffer.from('/coreos.com/network/config');
  await client.kv.put({ key, value: Buffer.from('{"Network":"10.99.0.0/16"}') });
  const { stdout } = await run(['diff', SAMPLE]);
  assert.match(
    stdout,
    /^~ \/coreos\.com\/network\/config {2}\(revision \d+ -> \d+\)\n@@ .* @@\n(.*\n)*\+Network: 10\.99\.0\.0\/16\n(.*\n)*- \/registry\/namespaces\/shop\n\+ \/registry\/zz\n$/,
  );
  const turned = await run(['diff', '--to', SAMPLE, '--prefix', '/registry/', '--summary']);
  assert.equal(turned.stdout, '+ /registry/namespaces/shop\n- /registry/zz\n');
  const named = await runLine('ketcdctl', [
    'diff',
    '--from',
    address,
    '--to',
    `file:${SAMPLE}`,
    '--prefix',
    '/registry/',
    '--summary',
  ]);
  assert.equal(named.stdout, turned.stdout);
  const files = await runLine('ketcdctl', [
    'diff',
    SAMPLE,
    `file:${SAMPLE}`,
    '--rev',
    '76',
    '--prefix',
    '/registry/deploy',
  ]);
  assert.equal(files.stderr, 'no difference\n');
});
