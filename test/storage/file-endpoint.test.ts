/** Every command that reads, on a file beside the server that it was taken of; every other is refused. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { Permission } from 'etcd3/lib/rpc';
import type { EtcdClient } from '../../src/etcd/client.js';
import { type CliEnd, type CliOptions, runCli } from '../support/cli.js';
import { type EtcdServer, skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { clientOf, fill, save, tempDir } from './support.js';

/** A file tells neither the IDs nor, before 3.5, raft's term. */
function withoutHeader(text: string): string {
  return text.replace(/^"(?:ClusterID|MemberID|RaftTerm)" : \d+\n/gm, '');
}

suite('a file in place of a server', { skip: skipWithoutEtcd() }, () => {
  const endings: (() => void | Promise<void>)[] = [];
  const owner = { after: (ending: () => void | Promise<void>) => void endings.push(ending) };
  let server: EtcdServer;
  let client: EtcdClient;
  let path: string;
  before(async () => {
    server = await startEtcd(owner);
    client = clientOf(owner, server);
    await fill(client, 120);
    await client.lease.leaseGrant({ TTL: 600, ID: '77' });
    await client.kv.put({ key: Buffer.from('leased'), value: Buffer.from('x'), lease: '77' });
    await client.kv.compact({ revision: '30', physical: true });
    await client.auth.userAdd({ name: 'alice', password: 'secret' });
    await client.auth.userAdd({ name: 'root', password: 'secret' });
    await client.auth.roleAdd({ name: 'reader' });
    await client.auth.roleAdd({ name: 'root' });
    await client.auth.roleGrantPermission({
      name: 'reader',
      perm: { permType: Permission.Read as never, key: Buffer.from('/key/'), range_end: Buffer.from('/key0') },
    });
    await client.auth.userGrantRole({ user: 'alice', role: 'reader' });
    path = await save(client, tempDir(owner));
  });
  after(async () => {
    for (const ending of endings.reverse()) await ending();
  });

  const onFile = (argv: string[], options?: CliOptions): Promise<CliEnd> =>
    runCli(['--endpoints', `file:${path}`, ...argv], options);
  const onServer = (argv: string[], options?: CliOptions): Promise<CliEnd> =>
    runCli(['--endpoints', server.endpoint, ...argv], options);

  test('what it answers is what the server answers', async () => {
    const commands = [
      'get /key/0001',
      'get /key/ --prefix',
      'get /key/ --prefix -w fields --rev 60',
      'get /key/ /key/002 --keys-only',
      'get /key/ --prefix --count-only',
      'get /key/ --prefix --limit 3 --sort-by MODIFY --order DESCEND -w simple',
      'get leased --from-key --print-value-only',
      'get /key/ --prefix --min-mod-rev 60 --max-mod-rev 90 --keys-only',
      'get x --rev 3',
      'get x --rev 99999',
      'get /key/ --prefix -w jsonl',
      'member list',
      'member list -w table',
      'alarm list',
      'lease list',
      'user list',
      'user get alice --detail',
      'user get nobody',
      'role list',
      'role get reader',
      'role get root',
    ];
    for (const command of commands) {
      const [file, live] = await Promise.all([onFile(command.split(' ')), onServer(command.split(' '))]);
      assert.deepEqual([file.exit, withoutHeader(file.stdout)], [live.exit, withoutHeader(live.stdout)], command);
      assert.equal(file.stderr.replace(`file:${path}`, server.endpoint), live.stderr, command);
    }
  });

  test('hash, status and version', async () => {
    const hash = await onServer(['endpoint', 'hashkv', '--rev', '70']);
    const [, expected] = hash.stdout.trim().split(', ');
    assert.equal((await onFile(['endpoint', 'hashkv', '--rev', '70'])).stdout.trim().split(', ')[1], expected);
    assert.equal((await runCli(['hashkv', path, '--rev', '70'])).stdout, `${expected}, 70, 30\n`);
    const status = JSON.parse((await onFile(['endpoint', 'status', '-w', 'json'])).stdout);
    const live = JSON.parse((await onServer(['endpoint', 'status', '-w', 'json'])).stdout);
    assert.equal(status[0].Status.header.revision, live[0].Status.header.revision);
    assert.match((await onFile(['endpoint', 'status'])).stdout, /^file:.*, false, false, /);
    assert.match((await onFile(['endpoint', 'health'])).stdout, /is healthy/);
    assert.match((await onFile(['version'])).stdout, /^ketcdctl version: /);
  });

  test('what is left of a lease, and its keys', async () => {
    const { stdout } = await onFile(['lease', 'timetolive', '4d', '--keys']);
    assert.equal(stdout, 'lease 000000000000004d granted with TTL(600s), remaining(600s), attached keys([leased])\n');
    assert.match((await onFile(['lease', 'timetolive', '4e'])).stdout, /lease 000000000000004e already expired/);
  });

  test('a watch of the past tells what the server tells, and ends', async () => {
    const argv = ['watch', '/key/', '--prefix', '--rev', '40', '-w', 'jsonl'];
    const { stdout } = await onFile(argv);
    const live = await onServer(argv, { interruptAfterBytes: Buffer.byteLength(stdout) });
    assert.ok(stdout.split('\n').length > 60);
    assert.equal(stdout, live.stdout);
    const compacted = await onFile(['watch', '/key/', '--prefix', '--rev', '5']);
    assert.notEqual(compacted.exit, 0);
    assert.match(compacted.stderr, /compacted/);
    const now = await onFile(['watch', 'x']);
    assert.equal(now.exit, 1);
    assert.match(now.stderr, /nothing changes in it any more\nHint: --rev N replays/);
  });

  test('a transaction that only reads is answered, one that might write is refused', async () => {
    const input = 'mod("leased") > "0"\n\nget leased\n\nget /key/ --prefix --count-only\n\n';
    const [file, live] = await Promise.all([onFile(['txn'], { input }), onServer(['txn'], { input })]);
    assert.deepEqual(file, live);
    assert.match(file.stdout, /^SUCCESS/);
    const writing = await onFile(['txn'], { input: 'mod("leased") > "0"\n\nget leased\n\nput a b\n\n' });
    assert.equal(writing.exit, 1);
    assert.match(writing.stderr, /is a file, which can't be written/);
  });

  test('what writes, or asks a server, is refused and leaves the file as it is', async () => {
    const bytes = readFileSync(path);
    const commands = [
      'put a b',
      'del a --yes',
      'compaction 50',
      'lease grant 10',
      'lease revoke 4d',
      'lease keep-alive 4d --once',
      'member add x --peer-urls http://127.0.0.1:9',
      'member remove m1',
      'user add bob:x',
      'user delete alice',
      'role add x',
      'role delete reader',
      'auth enable',
      'auth disable',
      'defrag',
      'snapshot save /tmp/never.db',
      'lock x',
      'elect x y',
      'downgrade validate 3.5',
      'endpoint status --cluster',
      'check consistency',
    ];
    for (const command of commands) {
      const { exit, stderr } = await onFile(command.split(' '));
      assert.notEqual(exit, 0, command);
      assert.match(stderr, /is a file/, command);
    }
    assert.ok(bytes.equals(readFileSync(path)));
  });

  test('the data directory of a member that runs, or was killed, is read as it was last committed', async () => {
    await client.kv.put({ key: Buffer.from('late'), value: Buffer.from('1') });
    await client.maintenance.hash();
    const running = () => runCli(['--endpoints', `file:${server.dataDir}`, 'get', 'late', '--print-value-only']);
    assert.deepEqual(await running(), { exit: 0, stdout: '1\n', stderr: '' });
    const restore = ['snapshot', 'restore', server.dataDir, '--data-dir', `${path}.restored`, '--skip-hash-check'];
    assert.match((await runCli(restore)).stderr, /Error: .* is in use by process \d+\nHint: save a snapshot/);
    assert.match((await runCli(['defrag', '--data-dir', server.dataDir])).stderr, /in use by process/);
    await server.stop('SIGKILL');
    assert.deepEqual(await running(), { exit: 0, stdout: '1\n', stderr: '' });
    assert.match((await runCli(['member', 'list', '--endpoints', `file:${server.dataDir}`])).stdout, /started, m1/);
    assert.equal((await runCli(restore)).exit, 0);
  });
});
