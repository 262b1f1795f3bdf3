import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';
import { repoRoot } from '../support/root.js';
import { tempDir } from './support.js';

const SAMPLE = join(repoRoot(), 'samples', 'cluster.db');

/** Every command that reads a file: the arguments for a path, and what it is to imitate. */
const READING: readonly [argv: (path: string, other: string) => string[], as?: string][] = [
  [(path) => ['snapshot', 'status', path]],
  [(path) => ['snapshot', 'status', path], 'etcdutl@3.7'],
  [(path) => ['snapshot', 'status', path], 'etcdctl@3.4'],
  [(path) => ['snapshot', 'verify', path]],
  [(path) => ['snapshot', 'ls', path, '--long']],
  [(path) => ['snapshot', 'stats', path]],
  [(path) => ['snapshot', 'diff', path, path]],
  [(path, other) => ['snapshot', 'compact', path, other]],
  [(path, other) => ['snapshot', 'restore', path, '--data-dir', other]],
  [(path) => ['hashkv', path]],
  // etcdutl opens the file for writing here, and spoils its hash.
  [(path) => ['hashkv', path], 'etcdutl@3.7'],
  ...[
    ['get', '/', '--prefix', '--keys-only'],
    ['get', '/', '--prefix', '-w', 'json'],
    ['watch', '/', '--prefix', '--rev', '1'],
    ['endpoint', 'status'],
    ['endpoint', 'hashkv'],
    ['member', 'list'],
    ['alarm', 'list'],
    ['lease', 'list'],
    ['user', 'list'],
    ['role', 'list'],
    ['ls', '/registry'],
    ['tree', '/registry'],
    ['k8s', 'get', 'pods', '-A'],
    ['k8s', 'du'],
    ['k8s', 'verify'],
  ].map((argv): [(path: string) => string[]] => [(path) => ['--endpoints', `file:${path}`, ...argv]]),
  [(path) => ['extract', '--file', path, '--keys-by-prefix', '/registry'], 'auger'],
  [(path) => ['checksum', '--file', path], 'auger'],
];

test('no command that reads changes the file, or leaves another beside it', async (t) => {
  const dir = tempDir(t);
  mkdirSync(join(dir, 'files'));
  const path = join(dir, 'files', 'cluster.db');
  copyFileSync(SAMPLE, path);
  const before = readFileSync(path);
  let worked = 0;
  for (const [i, [argv, as]] of READING.entries()) {
    const words = argv(path, join(dir, `other-${i}`));
    const { exit, stderr } = await runCli(words, as === undefined ? {} : { as });
    assert.doesNotMatch(stderr, /^\s+at /m, words.join(' '));
    if (exit === 0) worked++;
    assert.ok(before.equals(readFileSync(path)), `${as ?? 'ketcdctl'} ${words.join(' ')}`);
    assert.deepEqual(readdirSync(join(dir, 'files')), ['cluster.db'], words.join(' '));
  }
  assert.ok(worked >= READING.length - 3, `${worked} of ${READING.length} worked`);
});
