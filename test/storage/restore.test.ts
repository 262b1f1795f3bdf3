import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Permission } from 'etcd3/lib/rpc';
import type { EtcdClient } from '../../src/etcd/client.js';
import { readRangeResponse } from '../../src/etcd/range-page.js';
import { EtcdFile } from '../../src/storage/mvcc/etcd-file.js';
import { fileStatus, historyHash } from '../../src/storage/mvcc/hash.js';
import { newCluster } from '../../src/storage/raft/membership.js';
import { snapBytes, walBytes } from '../../src/storage/raft/raft-files.js';
import { restore } from '../../src/storage/snapshot/restore.js';
import { etcdctlBinary, freePorts, httpCall, skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { clientOf, etcdctl, fill, fromDataDir, restoreOne, save, tempDir } from './support.js';

const ALL = { key: Buffer.from([0]), range_end: Buffer.from([0]) };

async function everything({ callable }: EtcdClient): Promise<string[]> {
  const { message } = await callable.callRaw('KV', 'range', ALL);
  return readRangeResponse(message).kvs.map((kv) =>
    [kv.key, kv.value.toString('base64'), kv.create_revision, kv.mod_revision, kv.version, kv.lease].join(' '),
  );
}

const options = { skipHashCheck: false, bumpRevision: 0n, refuseExisting: false, takeInUse: false };

test('a real etcd starts from what is restored, with the same keys, hash, leases, users and roles', {
  skip: skipWithoutEtcd(),
}, async (t) => {
  const server = await startEtcd(t, { rootPassword: 'secret' });
  const login = { user: 'root', password: 'secret' };
  const client = clientOf(t, server, login);
  await fill(client, 300);
  await client.auth.roleAdd({ name: 'reader' });
  await client.auth.roleGrantPermission({
    name: 'reader',
    perm: { permType: Permission.Read as never, key: Buffer.from('/key/'), range_end: Buffer.from('/key0') },
  });
  await client.auth.userAdd({ name: 'joe', password: 'pw' } as never);
  await client.auth.userGrantRole({ user: 'joe', role: 'reader' });
  const dir = tempDir(t);
  const snapshot = await save(client, dir);
  const { revision } = await restoreOne(snapshot, join(dir, 'data'));
  const again = await startEtcd(t, { extraArgs: fromDataDir(join(dir, 'data')) });
  const restored = clientOf(t, again, login);
  assert.deepEqual(await everything(restored), await everything(client));
  const hash = await restored.maintenance.hashKV({ revision: String(revision) });
  assert.equal(hash.hash, (await client.maintenance.hashKV({ revision: String(revision) })).hash);
  assert.equal(hash.hash, historyHash(new EtcdFile(snapshot), 0n).hash);
  assert.deepEqual((await restored.auth.userGet({ name: 'joe' })).roles, ['reader']);
  assert.equal((await restored.auth.roleGet({ role: 'reader' })).perm.length, 1);
  assert.deepEqual((await restored.lease.leaseLeases()).leases, (await client.lease.leaseLeases()).leases);
  const { members } = await restored.cluster.memberList({ linearizable: true });
  assert.deepEqual(
    members.map(({ name }) => name),
    ['m1'],
  );
  await restored.kv.put({ key: Buffer.from('after'), value: Buffer.from('restore') });
  await again.restart('SIGTERM');
  assert.equal((await everything(restored)).length, (await everything(client)).length + 1);
});

test('three members start from one file, and agree', { skip: skipWithoutEtcd() }, async (t) => {
  const client = clientOf(t, await startEtcd(t));
  await fill(client, 120);
  const dir = tempDir(t);
  const snapshot = await save(client, dir);
  const urls = (await freePorts(3)).map((port) => `http://127.0.0.1:${port}`);
  const initialCluster = urls.map((url, i) => `m${i + 1}=${url}`).join(',');
  const servers = await Promise.all(
    urls.map(async (url, i) => {
      const name = `m${i + 1}`;
      const flags = { name, initialCluster, initialClusterToken: 'three', initialAdvertisePeerUrls: [url] };
      const dataDir = join(dir, name);
      await restore(await newCluster(flags), {
        ...options,
        snapshot,
        dataDir,
        walDir: i === 1 ? join(dir, 'wal') : undefined,
      });
      return startEtcd(t, {
        extraArgs: [
          ...['--data-dir', dataDir, '--name', name, '--initial-cluster', initialCluster],
          ...['--listen-peer-urls', url, '--initial-advertise-peer-urls', url],
          ...['--heartbeat-interval', '100', '--election-timeout', '1000'],
          ...(i === 1 ? ['--wal-dir', join(dir, 'wal')] : []),
        ],
      });
    }),
  );
  const clients = servers.map((server) => clientOf(t, server));
  await clients[0]!.kv.put({ key: Buffer.from('agreed'), value: Buffer.from('yes') });
  const expected = await everything(clients[0]!);
  const hashes = new Set<number>();
  for (const member of clients) {
    assert.deepEqual(await everything(member), expected);
    hashes.add(Number((await member.maintenance.hashKV({ revision: 90 })).hash));
  }
  assert.equal(hashes.size, 1);
  assert.equal([...hashes][0], historyHash(new EtcdFile(snapshot), 90n).hash);
});

test('a raised revision makes everything before compacted', { skip: skipWithoutEtcd() }, async (t) => {
  const client = clientOf(t, await startEtcd(t));
  await fill(client, 100);
  const dir = tempDir(t);
  const snapshot = await save(client, dir);
  const { revision } = await restoreOne(snapshot, join(dir, 'data'), 1_000_000n);
  const restored = clientOf(t, await startEtcd(t, { extraArgs: fromDataDir(join(dir, 'data')) }));
  assert.deepEqual(await everything(restored), await everything(client));
  const { header } = await restored.kv.range({ key: Buffer.from('x') });
  assert.equal(header.revision, String(revision));
  await assert.rejects(
    restored.kv.range({ key: Buffer.from('x'), revision: '20' }),
    /required revision has been compacted/,
  );
});

test('WAL and snap file are those of etcdctl', { skip: etcdctlBinary() ? false : 'no etcdctl program' }, async (t) => {
  const client = clientOf(t, await startEtcd(t));
  await fill(client, 20);
  const dir = tempDir(t);
  const snapshot = await save(client, dir);
  const flags = {
    name: 'b<&>',
    initialCluster:
      'a=http://127.0.0.1:7001,b<&>=http://127.0.0.1:7002,c=http://127.0.0.1:7003,c=http://localhost:7004',
    initialClusterToken: 'tok',
    initialAdvertisePeerUrls: ['http://127.0.0.1:7002'],
  };
  const theirs = join(dir, 'theirs');
  etcdctl(
    etcdctlBinary()!,
    ...['snapshot', 'restore', snapshot, '--data-dir', theirs, '--name', flags.name],
    ...['--initial-cluster', flags.initialCluster, '--initial-cluster-token', flags.initialClusterToken],
    ...['--initial-advertise-peer-urls', flags.initialAdvertisePeerUrls[0]!],
  );
  const cluster = await newCluster(flags);
  const snapName = readdirSync(join(theirs, 'member', 'snap')).find((name) => name.endsWith('.snap'))!;
  assert.equal(snapName, '0000000000000001-0000000000000003.snap');
  assert.ok(readFileSync(join(theirs, 'member', 'snap', snapName)).equals(snapBytes(cluster)));
  const wal = walBytes(cluster);
  const expected = readFileSync(join(theirs, 'member', 'wal', '0000000000000000-0000000000000000.wal'));
  // The last record has the configuration too, which 3.5 added.
  const last = wal.lastIndexOf(Buffer.from([0x08, 0x05, 0x10]));
  assert.ok(expected.subarray(0, last - 8).equals(wal.subarray(0, last - 8)));
});

test('snapshot status is that of etcdctl', { skip: etcdctlBinary() ? false : 'no etcdctl program' }, async (t) => {
  const client = clientOf(t, await startEtcd(t));
  await fill(client, 200);
  await client.kv.compact({ revision: 50, physical: true });
  const snapshot = await save(client, tempDir(t));
  const theirs = JSON.parse(etcdctl(etcdctlBinary()!, 'snapshot', 'status', snapshot, '-w', 'json'));
  const { hash, revision, keys, size } = fileStatus(snapshot, { liveKeys: false });
  assert.deepEqual({ hash, revision: Number(revision), totalKey: keys, totalSize: size }, theirs);
  const { count } = await client.kv.range({ ...ALL, count_only: true });
  assert.equal(String(fileStatus(snapshot, { liveKeys: true }).keys), count);
});

test('hashes of a file are those of the member at every revision', { skip: skipWithoutEtcd() }, async (t) => {
  const server = await startEtcd(t);
  const client = clientOf(t, server);
  await fill(client, 150);
  const dir = tempDir(t);
  const newest = Number((await client.kv.range({ key: Buffer.from('x') })).header.revision);
  for (const compacted of [0, 60, newest - 15]) {
    if (compacted > 0) await client.kv.compact({ revision: compacted, physical: true });
    const snapshot = await save(client, dir, `${compacted}.db`);
    // 3.4 does not take the compacted revision itself.
    for (const revision of [compacted + 1, compacted + 13, newest, 0]) {
      const live = await client.maintenance.hashKV({ revision: String(revision) });
      const { hash, compacted: at } = historyHash(new EtcdFile(snapshot), BigInt(revision));
      assert.deepEqual(
        { hash, at: String(at) },
        { hash: live.hash, at: live.compact_revision },
        `${revision} of ${compacted}`,
      );
    }
  }
  assert.match(await httpCall(server, 'GET', '/health'), /true/);
});

test('nothing is left of a restore that fails', { skip: skipWithoutEtcd() }, async (t) => {
  const client = clientOf(t, await startEtcd(t));
  await fill(client, 20);
  const dir = tempDir(t);
  const snapshot = await save(client, dir);
  const bytes = readFileSync(snapshot);
  const cases: [name: string, change: (path: string) => void, message: RegExp][] = [
    ['flipped', (path) => flip(path, bytes, 9000), /expected sha256 [0-9a-f]{64}, got [0-9a-f]{64}/],
    ['hash', (path) => flip(path, bytes, bytes.length - 1), /expected sha256/],
    ['short', (path) => truncateSync(path, bytes.length - 512), /expected sha256/],
    ['no-hash', (path) => truncateSync(path, bytes.length - 32), /snapshot missing hash but --skip-hash-check=false/],
    ['empty', (path) => truncateSync(path, 0), /snapshot missing hash/],
  ];
  for (const [name, change, message] of cases) {
    const path = join(dir, `${name}.db`);
    writeFileSync(path, bytes);
    change(path);
    await assert.rejects(restoreOne(path, join(dir, name)), message, name);
    assert.ok(!existsSync(join(dir, name)), name);
  }
  mkdirSync(join(dir, 'full'));
  writeFileSync(join(dir, 'full', 'x'), '');
  await assert.rejects(restoreOne(snapshot, join(dir, 'full')), /data-dir ".*full" not empty or could not be read/);
  assert.deepEqual(
    readdirSync(dir).filter((name) => name.includes('part')),
    [],
  );
  mkdirSync(join(dir, 'there'));
  await restoreOne(snapshot, join(dir, 'there'));
  assert.ok(existsSync(join(dir, 'there', 'member', 'snap', 'db')));
});

function flip(path: string, bytes: Buffer, at: number): void {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 0x20;
  writeFileSync(path, copy);
}
