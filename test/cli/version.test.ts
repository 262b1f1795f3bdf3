import assert from 'node:assert/strict';
import { test } from 'node:test';
import { etcdVersion, skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { builtProgram } from '../support/program.js';
import { runAs, runLine } from './support.js';

test('version names the server where one is named and answers', { skip: skipWithoutEtcd() }, async (t) => {
  const { endpoint } = await startEtcd(t);
  const { exit, stdout, stderr } = await runLine('ketcdctl', ['--endpoints', endpoint, 'version']);
  assert.deepEqual([exit, stderr], [0, '']);
  assert.match(stdout, new RegExp(`^ketcdctl version: \\S+\nAPI version: 3\\.8\nserver version: ${etcdVersion()}\n$`));
  const json = await runLine('ketcdctl', ['version', '-w', 'json'], { ETCDCTL_ENDPOINTS: endpoint });
  assert.equal(JSON.parse(json.stdout).server, etcdVersion());
});

test('version needs no server', async () => {
  const unnamed = await runLine('ketcdctl', ['version', '-w', 'json']);
  const { server, runtime, kubernetes, etcd } = JSON.parse(unnamed.stdout);
  assert.equal(server, undefined);
  assert.match(runtime, /^(Node|Bun) \d+\./);
  assert.match(kubernetes, builtProgram ? /^1\.8 to 1\.\d+$/ : /^$/);
  assert.match(etcd, /^3\.4\.\d+, 3\.5\.\d+/);
  const down = await runLine('ketcdctl', ['--endpoints', '127.0.0.1:1', 'version']);
  assert.deepEqual([down.exit, down.stderr], [0, '']);
  assert.doesNotMatch(down.stdout, /server/);
});

test('as etcdctl it asks nobody and says what etcdctl says', async () => {
  const { stdout } = await runAs('etcdctl', '3.5', ['--endpoints', '127.0.0.1:1', 'version', '-w', 'json']);
  assert.equal(stdout, 'etcdctl version: 3.5.33\nAPI version: 3.5\n');
});
