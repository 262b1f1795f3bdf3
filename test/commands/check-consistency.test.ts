import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { newCluster } from '../../src/storage/raft/membership.js';
import { restore } from '../../src/storage/snapshot/restore.js';
import { clientOf, fill, save, tempDir } from '../storage/support.js';
import { runCli } from '../support/cli.js';
import { type EtcdServer, freePorts, skipWithoutEtcd, startCluster, startEtcd } from '../support/etcd.js';

const skip = skipWithoutEtcd();

/** Flags that a client of a server needs. */
function flagsOf({ endpoint, certs }: EtcdServer): string[] {
  const tls = certs ? ['--cacert', certs.ca, '--cert', certs.client.cert, '--key', certs.client.key] : [];
  return ['--endpoints', endpoint, ...tls];
}

test('three members that agree, plain and with mutual TLS', { skip }, async (t) => {
  for (const tls of ['none', 'mutual'] as const) {
    const { members } = await startCluster(t, 3, { tls });
    const [first, , third] = members as [EtcdServer, EtcdServer, EtcdServer];
    for (const key of ['a', 'b', 'c', 'a']) await runCli([...flagsOf(first), 'put', key, 'x']);
    const { exit, stdout, stderr } = await runCli([...flagsOf(first), 'check', 'consistency']);
    assert.equal(stderr, '');
    assert.equal(exit, 0);
    const rows = stdout.trim().split('\n');
    assert.equal(rows.length, 3);
    const hashes = new Set(rows.map((row) => row.split(', ').slice(1).join()));
    assert.equal(hashes.size, 1, stdout);
    assert.match([...hashes][0]!, /^\d+,5,-1,ok$/);
    const json = await runCli([...flagsOf(first), 'check', 'consistency', '--rev', '3', '-w', 'json']);
    assert.equal(JSON.parse(json.stdout)[0].revision, 3);

    await third.stop('SIGKILL');
    const missing = await runCli([...flagsOf(first), 'check', 'consistency', '--command-timeout', '3s']);
    assert.equal(missing.exit, 2);
    assert.match(missing.stderr, new RegExp(`2 of 3 agree; ${third.endpoint} was not asked: .*connection refused`));
    assert.doesNotMatch(missing.stderr, /remove|empty/);
    assert.match(missing.stdout, /, ok\n/);
    for (const member of members) await member.stop('SIGKILL');
  }
});

/** Three members of one new cluster, each from a snapshot of its own. */
async function restoreThree(t: TestContext, dir: string, snapshots: string[]): Promise<EtcdServer[]> {
  const urls = (await freePorts(3)).map((port) => `http://127.0.0.1:${port}`);
  const initialCluster = urls.map((url, i) => `m${i + 1}=${url}`).join(',');
  return Promise.all(
    urls.map(async (url, i) => {
      const name = `m${i + 1}`;
      const dataDir = join(dir, name);
      const flags = { name, initialCluster, initialClusterToken: 'differ', initialAdvertisePeerUrls: [url] };
      await restore(await newCluster(flags), {
        ...{ snapshot: snapshots[i]!, dataDir, skipHashCheck: true, bumpRevision: 0n },
        ...{ refuseExisting: false, takeInUse: false },
      });
      return startEtcd(t, {
        extraArgs: [
          ...['--data-dir', dataDir, '--name', name, '--initial-cluster', initialCluster],
          ...['--listen-peer-urls', url, '--initial-advertise-peer-urls', url],
          ...['--heartbeat-interval', '100', '--election-timeout', '1000'],
        ],
      });
    }),
  );
}

test('the member whose data differs is named', { skip }, async (t) => {
  const client = clientOf(t, await startEtcd(t));
  await fill(client, 60);
  await client.kv.put({ key: Buffer.from('k'), value: Buffer.from('the same everywhere') });
  const dir = tempDir(t);
  const sound = await save(client, dir);
  const bytes = readFileSync(sound);
  const changed = join(dir, 'changed.db');
  for (let at = bytes.indexOf('the same'); at >= 0; at = bytes.indexOf('the same', at + 1)) bytes.write('not same', at);
  writeFileSync(changed, bytes);
  const members = await restoreThree(t, dir, [sound, changed, sound]);
  const endpoints = members.map((member) => member.endpoint);
  const argv = ['--endpoints', endpoints.join(','), 'check', 'consistency', '--endpoints-only'];
  const { exit, stdout, stderr } = await runCli(argv);
  assert.equal(exit, 1);
  const rows = stdout.trim().split('\n');
  assert.match(rows[0]!, /, ok$/);
  assert.match(rows[1]!, /, differs$/);
  assert.match(rows[2]!, /, ok$/);
  assert.match(
    stderr,
    new RegExp(`^Error: the members do not agree at revision \\d+: ${endpoints[1]} has hash \\d+\n`),
  );
});
