import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { program } from '../support/program.js';
import { clientOf, enlarge, fill, save, tempDir } from './support.js';

/** Runs the program, and sends it a signal as soon as there is a file of which it is not done. Gives the signal that ended it. */
async function interrupt(dir: string, argv: string[], signal: NodeJS.Signals): Promise<NodeJS.Signals | null> {
  const child = spawn(...program(argv), { stdio: 'ignore' });
  const poll = setInterval(() => {
    if (!readdirSync(dir).some((name) => name.includes('.part'))) return;
    clearInterval(poll);
    child.kill(signal);
  }, 1);
  return new Promise((resolve) => {
    child.once('exit', (_code, ended) => {
      clearInterval(poll);
      resolve(ended);
    });
  });
}

test('a restore that is interrupted leaves nothing behind', { skip: skipWithoutEtcd() }, async (t) => {
  const client = clientOf(t, await startEtcd(t));
  await fill(client, 50);
  const dir = tempDir(t);
  const path = await save(client, dir);
  enlarge(path);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const argv = ['snapshot', 'restore', path, '--data-dir', join(dir, 'data'), '--wal-dir', join(dir, 'wal')];
    assert.equal(await interrupt(dir, argv, signal), signal);
    assert.deepEqual(readdirSync(dir), ['snapshot.db'], signal);
  }
});

test('a defragmentation that is interrupted leaves the database as it was', { skip: skipWithoutEtcd() }, async (t) => {
  const server = await startEtcd(t);
  const client = clientOf(t, server);
  const value = Buffer.alloc(1 << 20, 'x');
  for (let i = 0; i < 60; i++) await client.kv.put({ key: Buffer.from(`k${i}`), value });
  await server.stop();
  const snap = join(server.dataDir, 'member', 'snap');
  const before = readFileSync(join(snap, 'db'));
  const ended = await interrupt(snap, ['defrag', '--data-dir', server.dataDir], 'SIGINT');
  if (ended === null) {
    t.skip('it was done before the signal came');
    return;
  }
  assert.deepEqual(
    readdirSync(snap).filter((name) => name.includes('.part')),
    [],
  );
  assert.ok(before.equals(readFileSync(join(snap, 'db'))));
});

test('a disk that is full leaves nothing behind', { skip: skipWithoutEtcd() }, async (t) => {
  const client = clientOf(t, await startEtcd(t));
  await fill(client, 400);
  const dir = tempDir(t);
  const path = await save(client, dir);
  // A limit on the size of files stands for it, in blocks of 512 bytes.
  const limited = (...argv: string[]) =>
    new Promise<string>((resolve) => {
      const script = 'trap "" XFSZ; ulimit -f 200; exec "$@"';
      const child = spawn('/bin/sh', ['-c', script, 'sh', ...program(argv).flat()]);
      let text = '';
      child.stderr.on('data', (data) => {
        text += data;
      });
      child.on('close', (code, signal) => resolve(`${signal ?? code} ${text}`));
    });
  assert.match(
    await limited('snapshot', 'restore', path, '--data-dir', join(dir, 'data')),
    /^1 Error: could not write .*data \(file too large\)/,
  );
  assert.match(
    await limited('snapshot', 'compact', path, join(dir, 'small.db')),
    /^6 Error: could not write .*small\.db \(file too large\)/,
  );
  assert.deepEqual(readdirSync(dir), ['snapshot.db']);
});
