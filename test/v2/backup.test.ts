import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { etcdBinary, freePorts, httpCall, startEtcd } from '../support/etcd.js';
import { clientOf, skipWithoutV2, v2 } from './support.js';

const skip = skipWithoutV2();

/** A server on a copy of a data directory. */
async function serveCopy(t: TestContext, dataDir: string, ...flags: string[]): Promise<string> {
  const [port, peerPort] = await freePorts(2);
  const endpoint = `http://127.0.0.1:${port}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const child = spawn(
    etcdBinary() ?? 'etcd',
    [
      ...['--data-dir', dataDir, '--force-new-cluster', '--enable-v2', '--logger', 'zap', '--log-level', 'error'],
      ...['--listen-client-urls', endpoint, '--advertise-client-urls', endpoint],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
      ...flags,
    ],
    { stdio: 'ignore' },
  );
  t.after(() => child.kill('SIGKILL'));
  const end = Date.now() + 30_000;
  while (
    (
      await fetch(`${endpoint}/health`).then(
        (r) => r.text(),
        () => '',
      )
    ).includes('"true"') === false
  ) {
    if (child.exitCode !== null || Date.now() > end) throw new Error('the copy does not start');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return endpoint;
}

function hashes(dir: string): string[] {
  return readdirSync(dir).map(
    (name) =>
      `${name} ${createHash('sha256')
        .update(readFileSync(join(dir, name)))
        .digest('hex')}`,
  );
}

test('a backup starts as a cluster of its own', { skip }, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-backup-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  // A snapshot, and entries in the log behind it.
  const server = await startEtcd(t, { enableV2: true, extraArgs: ['--snapshot-count', '20'] });
  const run = clientOf(server.endpoint);
  for (let i = 0; i < 50; i++) await run('set', `/n/${i}`, `value ${i}`);
  const put = { key: Buffer.from('v3').toString('base64'), value: Buffer.from('kept').toString('base64') };
  await httpCall(server, 'POST', '/v3/kv/put', put);
  await run('rm', '/n/7');
  const tree = await run('ls', '-r', '--sort');
  await server.stop();
  const snapDir = join(server.dataDir, 'member', 'snap');
  const before = hashes(snapDir);

  const backup = (...flags: string[]) => v2(['backup', '--data-dir', server.dataDir, ...flags]);
  const range = async (endpoint: string) => {
    const body = JSON.stringify({ key: put.key });
    const response = await fetch(`${endpoint}/v3/kv/range`, { method: 'POST', body });
    return ((await response.json()) as { count?: string }).count ?? '0';
  };

  await t.test('without v3', async (t) => {
    const { exit, stdout } = await backup('--backup-dir', join(dir, 'v2'));
    assert.deepEqual([exit, stdout], [0, '']);
    const endpoint = await serveCopy(t, join(dir, 'v2'));
    const copy = clientOf(endpoint);
    assert.equal(await copy('ls', '-r', '--sort'), tree);
    assert.equal(await copy('get', '/n/49'), 'value 49\n');
    assert.equal(await copy('set', '/new', 'goes on'), 'goes on\n');
    assert.equal(await range(endpoint), '0');
  });

  await t.test('with v3, and a WAL directory of its own', async (t) => {
    const walDir = join(dir, 'wal');
    const flags = ['--backup-dir', join(dir, 'v3'), '--backup-wal-dir', walDir, '--with-v3'];
    const { exit } = await backup(...flags, '--wal-dir', join(server.dataDir, 'member', 'wal'));
    assert.equal(exit, 0);
    const endpoint = await serveCopy(t, join(dir, 'v3'), '--wal-dir', walDir);
    assert.equal(await clientOf(endpoint)('ls', '-r', '--sort'), tree);
    assert.equal(await range(endpoint), '1');
  });

  await t.test('what is there is neither changed nor overwritten', async () => {
    assert.deepEqual(hashes(snapDir), before);
    const again = await backup('--backup-dir', join(dir, 'v2'));
    assert.equal(again.exit, 1);
    assert.match(again.stderr, /member: file already exists\n$/);
    const nothing = await v2(['backup', '--data-dir', join(dir, 'nosuch'), '--backup-dir', join(dir, 'none')]);
    assert.equal(nothing.exit, 1);
    assert.match(nothing.stderr, /nosuch\/member\/snap: no such file or directory\n$/);
    assert.equal(existsSync(join(dir, 'none')), false);
    assert.equal((await v2(['backup'])).exit, 1);
  });
});

test('a damaged log is refused', { skip }, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-backup-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const server = await startEtcd(t, { enableV2: true });
  await clientOf(server.endpoint)('set', '/k', 'v');
  await server.stop();
  const walDir = join(server.dataDir, 'member', 'wal');
  const path = join(walDir, readdirSync(walDir).find((name) => name.endsWith('.wal'))!);
  const wal = readFileSync(path);
  // Inside of the second record, behind the frame of 16 bytes that only has a checksum.
  wal[40]! ^= 0xff;
  writeFileSync(path, wal);
  const { exit, stderr } = await v2(['backup', '--data-dir', server.dataDir, '--backup-dir', join(dir, 'b')]);
  assert.equal(exit, 1);
  assert.match(stderr, /\.wal: the record at byte \d+/);
  assert.equal(existsSync(join(dir, 'b', 'member')), false);
});
