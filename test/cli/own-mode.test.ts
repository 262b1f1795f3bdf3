/** What own mode does in its own way, as a process against a real server. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';
import { skipWithoutEtcd, startEtcd } from '../support/etcd.js';

const skip = skipWithoutEtcd();
const SECRET = 'a secret';

test('own mode with a server', { skip }, async (t) => {
  const { address } = await startEtcd(t);
  const env = { ETCDCTL_ENDPOINTS: address };
  const out = async (...argv: string[]) => {
    const ended = await runCli(argv, { env });
    assert.deepEqual([ended.exit, ended.stderr], [0, ''], argv.join(' '));
    return ended.stdout;
  };

  await t.test('a flag wins over its variable', async () => {
    const ended = await runCli(['--endpoints', address, 'put', 'a', '1'], {
      env: { ETCDCTL_ENDPOINTS: '127.0.0.1:1' },
    });
    assert.deepEqual(ended, { exit: 0, stdout: 'OK\n', stderr: '' });
    const refused = await runCli(['--endpoints', address, 'put', 'a', '1'], { env, as: 'etcdctl@3.4' });
    assert.equal(refused.exit, 1);
  });

  await t.test('a member by its ID in hex or decimal, or by its name', async () => {
    const { id: hex, name } = JSON.parse(await out('member', 'list', '-w', 'jsonl'));
    assert.match(hex, /^[0-9a-f]+$/);
    for (const id of [hex, String(BigInt(`0x${hex}`)), name]) {
      assert.equal(await out('move-leader', id), `Leadership transferred from ${hex} to ${hex}\n`);
    }
    const unknown = await runCli(['move-leader', 'nobody'], { env });
    assert.equal(unknown.exit, 128);
    assert.match(unknown.stderr, /there is no member "nobody"\nHint: members are .*\(m1\)/);
  });

  await t.test('IDs are hex strings in yaml and jsonl', async () => {
    const lease = /lease ([0-9a-f]{16}) granted/.exec(await out('lease', 'grant', '600'))![1]!;
    await out('put', 'leased', 'v', '--lease', lease);
    assert.match(await out('get', 'leased', '-w', 'yaml'), new RegExp(`^lease: "?${lease}"?$`, 'm'));
    assert.equal(JSON.parse(await out('get', 'leased', '-w', 'jsonl')).lease, lease);
    assert.deepEqual(JSON.parse(await out('lease', 'list', '-w', 'jsonl')), { id: lease });
  });

  await t.test('del shows what would go', async () => {
    for (const key of ['d/1', 'd/2']) await out('put', key, 'v');
    const dry = await runCli(['del', '--prefix', 'd/', '--dry-run'], { env });
    assert.deepEqual(dry, { exit: 0, stdout: 'd/1\nd/2\n', stderr: '2 keys would be deleted\n' });
    assert.equal(await out('get', '--prefix', 'd/', '--keys-only', '-w', 'jsonl').then(countLines), 2);
    assert.equal(await out('del', '--prefix', 'd/', '--yes'), '2\n');
  });
});

test('passwords without a terminal', { skip }, async (t) => {
  const { address } = await startEtcd(t, { rootPassword: SECRET });
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-own-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'password');
  writeFileSync(file, `${SECRET}\n`);
  const run = (argv: string[], input = '') =>
    runCli(['--endpoints', address, '--user', 'root', ...argv], { input, env: {} });

  await t.test('from a file', async () => {
    assert.equal((await run(['--password-file', file, 'put', 'a', '1'])).stdout, 'OK\n');
    const missing = await run(['--password-file', join(dir, 'none'), 'get', 'a']);
    assert.equal(missing.exit, 128);
    assert.doesNotMatch(missing.stderr, new RegExp(SECRET));
  });

  await t.test('the first line of standard input; the value of a put is what follows', async () => {
    assert.equal((await run(['get', 'a'], `${SECRET}\n`)).exit, 0);
    for (const flags of [['--password-file', '-'], []]) {
      assert.equal((await run([...flags, 'put', 'b'], `${SECRET}\nthe value\n`)).stdout, 'OK\n');
      assert.equal((await run(['--password-file', file, 'get', 'b', '--print-value-only'])).stdout, 'the value\n\n');
    }
  });

  await t.test('and so do the lines of a transaction', async () => {
    const ended = await run(['txn'], `${SECRET}\n\nget b\n\n\n`);
    assert.equal(ended.stdout, 'SUCCESS\n\nb\nthe value\n\n');
    const dropIn = await runCli(['--endpoints', address, '--user', 'root', 'txn'], {
      input: `${SECRET}\n\nget b\n\n\n`,
      as: 'etcdctl@3.4',
    });
    assert.equal(dropIn.stdout, 'Password: \nSUCCESS\n\nb\nthe value\n\n');
  });

  await t.test('a wrong one is a failed login, and is not repeated', async () => {
    const ended = await run(['get', 'a'], 'guessed\n');
    assert.equal(ended.exit, 2);
    assert.doesNotMatch(ended.stderr, /guessed/);
  });

  await t.test('a new one for a user', async () => {
    assert.equal(
      (await run(['--password-file', file, 'user', 'add', 'alice', '--new-password-file', '-'], 'new\n')).stdout,
      'User alice created\n',
    );
    const login = await runCli(['--endpoints', address, '--user', 'alice:new', 'get', 'a'], {});
    assert.match(login.stderr, /permission denied/);
  });
});

function countLines(text: string): number {
  return text.split('\n').length - 1;
}
