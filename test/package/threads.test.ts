/** The bundle's threads: each is a file of its own, and runs nothing but itself. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repoRoot } from '../support/root.js';

const DIST = join(repoRoot(), 'dist');
const SAMPLE = join(repoRoot(), 'samples', 'cluster.db');

test('the thread that hashes a file posts the hash, and writes nothing', () => {
  assert.deepEqual(
    readdirSync(DIST).filter((name) => name.endsWith('-thread.js')),
    ['hash-thread.js'],
  );
  const length = 8192;
  // In a process of its own: what a thread writes may go past its streams, to the descriptors.
  const { stdout, stderr } = spawnSync(process.execPath, [
    '-e',
    START,
    join(DIST, 'hash-thread.js'),
    SAMPLE,
    `${length}`,
  ]);
  const expected = createHash('sha256').update(readFileSync(SAMPLE).subarray(0, length)).digest('hex');
  assert.deepEqual([stdout.toString(), stderr.toString()], [`${expected}\n`, '']);
});

const START = `
  const { Worker } = require('node:worker_threads');
  const [thread, path, length] = process.argv.slice(1);
  new Worker(thread, { workerData: { path, length: Number(length) } }).on('message', (digest) =>
    console.log(Buffer.from(digest).toString('hex')));`;
