/** Findings that are provoked with real servers: a frozen member, data that differs, a full quota, a wrong name, a member that comes back. */
import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { BoltDb } from '../../src/storage/bolt/db.js';
import { BoltEdit } from '../../src/storage/bolt/edit.js';
import { runLine } from '../cli/support.js';
import { makeCerts } from '../support/certs.js';
import { type EtcdServer, etcdVersion, skipWithoutEtcd, startCluster, startEtcd } from '../support/etcd.js';
import { flagsFor } from '../support/running.js';

const SKIP = skipWithoutEtcd();

interface Found {
  id: string;
  what: string;
  evidence: string;
}

async function doctor(...members: EtcdServer[]): Promise<Found[]> {
  const line = [...flagsFor(...members), 'doctor', '-o', 'json', '--watch-for', '1s', '--no-objects'];
  const { stdout } = await runLine('ketcdctl', line);
  return (JSON.parse(stdout) as { findings: Found[] }).findings;
}

function put(members: readonly EtcdServer[], key: string, value: string) {
  return runLine('ketcdctl', [...flagsFor(...members), 'put', key, value]);
}

test('a frozen member, then data that differs', { skip: SKIP }, async (t) => {
  const { members } = await startCluster(t, 3);
  const [one, two, three] = members as [EtcdServer, EtcdServer, EtcdServer];
  two.pause();
  const frozen = (await doctor(one)).find(({ id }) => id === 'member-unreachable');
  two.resume();
  assert.match(frozen!.what, new RegExp(`^${two.endpoint} does not answer`));
  assert.match(frozen!.evidence, /no answer/);

  assert.equal((await put(members, '/x', 'sentinel-aaaa')).exit, 0);
  await three.stop();
  const db = join(three.dataDir, 'member', 'snap', 'db');
  const bytes = readFileSync(db);
  // A member writes its database after a while: what is not in it yet is in its log, and would be written anew.
  let edits = 0;
  for (let at = bytes.indexOf('sentinel-aaaa'); at >= 0; at = bytes.indexOf('sentinel-aaaa', at + 1)) {
    bytes.write('sentinel-bbbb', at);
    edits++;
  }
  assert.ok(edits > 0, 'the value is in the database when etcd has ended');
  writeFileSync(db, bytes);
  await three.restart();
  const differs = (await doctor(one)).find(({ id }) => id === 'data-differs');
  assert.match(differs!.evidence, new RegExp(`${three.endpoint} has hash \\d+`));
  const { exit, stderr } = await runLine('ketcdctl', [...flagsFor(...members), 'check', 'consistency']);
  assert.equal(exit, 1);
  assert.match(stderr, new RegExp(`${three.endpoint} has hash \\d+`));
});

test('a full quota', { skip: SKIP }, async (t) => {
  const etcd = await startEtcd(t, { extraArgs: ['--quota-backend-bytes', String(4 << 20)] });
  // As large as one argument of a process may be, roughly.
  const value = 'x'.repeat(120_000);
  for (let count = 0; (await put([etcd], `/fill/${count % 2}`, value)).exit === 0; count++) assert.ok(count < 100);
  const found = await doctor(etcd);
  assert.match(found.find(({ id }) => id.startsWith('alarm'))!.what, /^alarm NOSPACE: the database of m1 is full/);
});

test('a certificate that is for another name', { skip: SKIP }, async (t) => {
  const etcd = await startEtcd(t, { tls: 'server', serverCert: makeCerts().wrongName });
  const unreachable = (await doctor(etcd)).find(({ id }) => id === 'member-unreachable');
  assert.match(unreachable!.what, /: TLS fails$/);
  assert.match(unreachable!.evidence, /is not for 127\.0\.0\.1: it has the names DNS:other\.example/);
});

const OLD =
  SKIP || (/^3\.[45]\./.test(etcdVersion()) ? false : 'an etcd 3.4 or 3.5 is needed, which has two stores of members');

test('a member that was removed and is still in the v3 store', { skip: OLD }, async (t) => {
  const etcd = await startEtcd(t);
  await etcd.stop();
  const path = join(etcd.dataDir, 'member', 'snap', 'db');
  const db = new BoltDb(path);
  const fd = openSync(path, 'r+');
  const edit = new BoltEdit(db, fd);
  const ghost = { id: 4660, name: 'ghost', peerURLs: ['http://127.0.0.1:1'], clientURLs: [] };
  edit.bucket('members', (items) => [
    ...items,
    { key: Buffer.from('1234'), value: Buffer.from(JSON.stringify(ghost)) },
  ]);
  edit.commit();
  closeSync(fd);
  db.close();
  const line = ['upgrade', 'check', '--to', '3.6', '--data-dir', etcd.dataDir, '-o', 'json'];
  const { exit, stdout } = await runLine('ketcdctl', line);
  assert.equal(exit, 2);
  const found = (JSON.parse(stdout) as { findings: Found[] }).findings.find(
    ({ id }) => id === 'upgrade-removed-members',
  );
  assert.match(found!.evidence, /ghost 1234 in the bucket members, but not in the old store$/);
});
