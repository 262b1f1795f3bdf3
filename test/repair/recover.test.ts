import assert from 'node:assert/strict';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCandidates } from '../../src/repair/candidates.js';
import { runLine } from '../cli/support.js';
import { clientOf, save, tempDir } from '../storage/support.js';
import { type EtcdServer, etcdBinary, freePorts, skipWithoutEtcd, startCluster } from '../support/etcd.js';
import { eventually, flagsFor, startProgram } from '../support/running.js';
import { WriteLoad } from './write-load.js';

const skip = skipWithoutEtcd();

/** Long enough for a heartbeat to tell the followers what is confirmed. */
const SETTLED_MS = 1000;
const settled = () => new Promise((resolve) => setTimeout(resolve, SETTLED_MS));

function startAgain(t: Parameters<typeof startProgram>[0], member: EtcdServer, name: string, ...words: string[]) {
  const peer = `http://127.0.0.1:${member.peerPort}`;
  return startProgram(t, etcdBinary()!, [
    ...['--name', name, '--data-dir', member.dataDir, '--log-level', 'error', '--logger', 'zap'],
    ...['--listen-client-urls', member.endpoint, '--advertise-client-urls', member.endpoint],
    ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, ...words],
  ]);
}

test('a lost quorum: the newest data directory is found, and the cluster goes on from it', { skip }, async (t) => {
  const { members } = await startCluster(t, 3);
  const [one, two, three] = members as [EtcdServer, EtcdServer, EtcdServer];
  const client = clientOf(t, one);
  const load = new WriteLoad(client, 300, 2);
  await eventually(
    () => load.confirmed > 100,
    () => 'writes',
  );
  await three.stop('SIGKILL');
  const then = load.confirmed;
  await eventually(
    () => load.confirmed > then + 100,
    () => 'more writes',
  );
  await load.stop();
  await settled();
  await two.stop('SIGKILL');
  const recover = (...words: string[]) =>
    runLine('ketcdctl', [...flagsFor(one), '--command-timeout', '2s', 'recover', '--data-dir', one.dataDir, ...words]);

  const running = await recover();
  assert.equal(running.exit, 1);
  assert.match(
    running.stdout,
    /Data of 1 of 3 members was looked at: another one may have writes that are missing here/,
  );
  assert.match(running.stdout, /^next {2}2\. the etcd of this node is stopped$/m);
  await one.stop('SIGKILL');
  const all = await recover(three.dataDir, one.dataDir);
  assert.match(
    all.stdout,
    new RegExp(`The newest is ${one.dataDir}\\.\nData of 2 of 3 members .* everything that was confirmed`),
  );
  assert.match(all.stdout, /^next {2}3\. a copy of the data is at /m);
  assert.ok(!existsSync(`${one.dataDir}.before-recover`), 'nothing is written without --yes');
  const [newest, oldest] = readCandidates([three.dataDir, one.dataDir]);
  assert.ok(newest!.commit > oldest!.commit && newest!.revision >= oldest!.revision);
  assert.equal(newest!.name, 'm1');

  assert.match((await recover('--yes')).stdout, /^next {2}4\. etcd runs as a cluster of this one member$/m);
  t.after(() => rmSync(`${one.dataDir}.before-recover`, { recursive: true, force: true }));
  const forced = startAgain(t, one, 'm1', '--force-new-cluster');
  await eventually(
    async () => (await recover()).stdout.includes('etcd answers'),
    () => forced.stderr,
  );
  assert.match((await recover()).stdout, /^next {2}2\. etcd is no longer told --force-new-cluster$/m);
  await forced.end('SIGTERM');
  const normal = startAgain(t, one, 'm1');
  await eventually(
    async () => (await recover()).stdout.includes('etcd answers'),
    () => normal.stderr,
  );
  const rest = await recover();
  assert.match(
    rest.stdout,
    /^done {2}2\..*\nnext {2}3\. m[23] is a member again\n +ketcdctl member add m[23] --peer-urls \S+ --learner --promote$/m,
  );
  assert.deepEqual(await load.lost(clientOf(t, one)), []);
});

test('data of another place is restored for the member that this node was', { skip }, async (t) => {
  const { members } = await startCluster(t, 3);
  const [one, two] = members as [EtcdServer, EtcdServer];
  const client = clientOf(t, one);
  await client.kv.put({ key: Buffer.from('a'), value: Buffer.from('b') });
  const snapshot = await save(client, tempDir(t));
  for (const member of members) await member.stop('SIGKILL');
  const dataDir = join(tempDir(t), 'etcd');
  cpSync(two.dataDir, dataDir, { recursive: true });
  const [nobody = 0] = await freePorts(1);
  const words = ['--endpoints', `127.0.0.1:${nobody}`, 'recover', '--data-dir', dataDir, snapshot];
  const shown = await runLine('ketcdctl', words);
  assert.match(shown.stdout, /A snapshot ends when it was taken/);
  assert.match(
    shown.stdout,
    new RegExp(`ketcdctl snapshot restore ${snapshot} .* --name m2 --initial-cluster m2=http`),
  );
  const done = await runLine('ketcdctl', [...words, '--yes']);
  assert.match(done.stdout, /^done {2}3\..*\nnext {2}4\. etcd runs as a cluster of this one member$/m);
  const restored = startAgain(
    t,
    { ...two, dataDir, endpoint: two.endpoint, peerPort: two.peerPort } as EtcdServer,
    'm2',
  );
  const again = clientOf(t, two);
  await eventually(
    () =>
      again.kv.range({ key: Buffer.from('a') }).then(
        ({ kvs }) => kvs[0]?.value.toString() === 'b',
        () => false,
      ),
    () => restored.stderr,
  );
});

test('a cluster with its quorum is left alone', { skip }, async (t) => {
  const { members } = await startCluster(t, 1);
  const words = [...flagsFor(members[0]!), 'recover', '--data-dir', members[0]!.dataDir, '--yes'];
  assert.deepEqual(await runLine('ketcdctl', words), {
    exit: 0,
    stdout: 'The cluster has its quorum: there is nothing to recover\n',
    stderr: '',
  });
});
