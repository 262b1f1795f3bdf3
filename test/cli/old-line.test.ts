/** Command lines of the old etcdctl, as people have them in notes and scripts. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOldLine } from '../../src/cli/old-line.js';
import { runLine } from './support.js';

test('options of the old API before one of its commands, and cluster-health, are meant for v2', async () => {
  const cases: [line: string, old: boolean][] = [
    ['--ca-file ca.crt --cert-file c.crt --key-file c.key ls /path -r', true],
    ['--ca-file=ca.crt ls', true],
    ['-C 127.0.0.1:2379 get k', true],
    ['--no-sync --total-timeout 2s member list', true],
    ['cluster-health', true],
    ['--endpoints http://127.0.0.1:1 cluster-health', true],
    ['get cluster-health', false],
    ['ls /path', false],
    ['--cacert ca.crt ls /path', false],
    ['ls --ca-file ca.crt', false],
    ['--ca-file ca.crt put k v', false],
    ['set k v', false],
    ['put k --no-sync', false],
  ];
  for (const [line, old] of cases) assert.equal(await isOldLine(line.split(' ')), old, line);
});

test('own mode says what it took the line for', async () => {
  const { exit, stderr } = await runLine('ketcdctl', ['--no-sync', '--endpoint', 'http://127.0.0.1:1', 'ls', '/path']);
  assert.notEqual(exit, 0);
  assert.match(stderr, /^warning: a command line of the old API, run as ketcdctl v2\n/);
  assert.doesNotMatch(stderr, /unknown flag/);
});

test('a drop-in knows no such line', async () => {
  const { stderr } = await runLine('ketcdctl', ['--ca-file', 'ca.crt', 'ls'], { KETCDCTL_AS: 'etcdctl@3.6' });
  assert.doesNotMatch(stderr, /old API/);
});
