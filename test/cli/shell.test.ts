import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { programOf } from '../../src/cli/program.js';
import { keptLine } from '../../src/cli/shell/history.js';
import { resolveKey } from '../../src/cli/shell/paths.js';
import { readLine, wordsOf } from '../../src/cli/shell/words.js';
import { liveSample, SAMPLE } from '../k8s/live-sample.js';
import { runCli } from '../support/cli.js';
import { skipWithoutEtcd } from '../support/etcd.js';
import { onTerminal, skipWithoutTerminal } from '../support/terminal.js';
import { OWN } from './support.js';

test('lines are cut into words as sh does it', () => {
  const cases: [string, string[]][] = [
    ['get  /a\t/b ', ['get', '/a', '/b']],
    [`put a "b c" 'd "e' f\\ g ""`, ['put', 'a', 'b c', 'd "e', 'f g', '']],
    [`a'b'"c\\"d\\n"`, ['abc"d\\n']],
    ['ketcdctl get /a', ['get', '/a']],
    ['# get', []],
    ['', []],
    ['a\\', ['a\\']],
  ];
  for (const [line, words] of cases) assert.deepEqual(wordsOf(line), words, line);
  assert.throws(() => wordsOf('put a "b'), /the quote " is not closed/);
  assert.deepEqual(readLine('get "a b'), { words: ['get', 'a b'], open: '"', inWord: true });
  assert.equal(readLine('get ').inWord, false);
});

test('quoted words come back as they were', () => {
  const quote = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      assert.deepEqual(readLine(words.map(quote).join(' ')).words, words);
    }),
  );
});

test('folders of keys', () => {
  const cases: [string, string, string][] = [
    ['', '/registry/', '/registry/'],
    ['/registry/', 'pods/shop', '/registry/pods/shop'],
    ['/registry/pods/', '..', '/registry/'],
    ['/registry/pods/', '../nodes', '/registry/nodes'],
    ['/registry/pods/', '/', '/'],
    ['/registry/', '../..', ''],
    ['', '..', ''],
    ['a/', '..', ''],
    ['', 'compact_rev_key', 'compact_rev_key'],
    ['/a/', './b/./c', '/a/b/c'],
  ];
  for (const [folder, path, key] of cases) assert.equal(resolveKey(folder, path), key, `${folder} ${path}`);
});

test('what is kept of a line: no values, no passwords', async () => {
  const program = programOf(OWN);
  const kept = (line: string) => keptLine(program, wordsOf(line), line);
  const cases: [string, string | undefined][] = [
    ['get --prefix /registry', 'get --prefix /registry'],
    ['put key secret', 'put key'],
    ['pu key secret', 'put key'],
    ['put --lease 1 "a b" secret', "put 'a b'"],
    ['putt key secret', undefined],
    ['--user root:secret get a', undefined],
    ['get a --password=secret', undefined],
    ['user add name:secret', 'user add'],
    ['v2 set key secret', undefined],
    ['cd /registry', 'cd /registry'],
  ];
  for (const [line, expected] of cases) assert.equal(await kept(line), expected, line);
});

test('lines of a pipe, over a file: the exit code is that of the last', async () => {
  const run = (input: string) => runCli(['--endpoints', `file:${SAMPLE}`, 'shell'], { input });
  const walk = await run('cd /registry/pods\npwd\nls\ncd shop\ncd ../kube-system\npwd\ncd -\npwd\n');
  assert.deepEqual(
    [walk.exit, walk.stderr, walk.stdout],
    [
      0,
      '',
      '/registry/pods/\n/registry/pods/kube-system/\n/registry/pods/shop/\n/registry/pods/kube-system/\n/registry/pods/shop/\n',
    ],
  );
  const failing = await run('get nothing\nnope\n');
  assert.equal(failing.exit, 1);
  assert.match(failing.stderr, /unknown command "nope"/);
  const there = await run('nope\ncat /registry/namespaces/shop\n');
  assert.equal(there.exit, 0);
  assert.match(there.stdout, /^apiVersion: v1\nkind: Namespace\n/);
  assert.match((await run('cd /nope')).stderr, /^Error: there is no key below \/nope\/\n/);
  assert.equal((await run('get a\nexit\nnope')).exit, 0);
  assert.equal((await run('put a "b')).exit, 128);
  assert.match((await run('-w json get a')).stdout, /^\{"header"/);
});

/** A home of its own, for the history. */
function home(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'ketcdctl-home-'));
  t.after(() => rmSync(path, { recursive: true }));
  return path;
}

const SKIP = skipWithoutEtcd() || skipWithoutTerminal();

for (const columns of [80, 200]) {
  test(`on a terminal of ${columns} columns: Tab, Ctrl-C, history`, { skip: SKIP }, async (t) => {
    const sample = await liveSample(t);
    const path = home(t);
    const env = { HOME: path, KETCDCTL_COMPLETION_LIMIT: '20000' };
    const shell = onTerminal(t, ['--endpoints', sample.address, 'shell'], columns, env);
    await shell.until('/> ');
    shell.type('cd /regi\t');
    await shell.until('stry/');
    shell.type('po');
    // There are several: the terminal shows what they have in common.
    shell.type('\t');
    await shell.until('d');
    shell.type('s\t');
    await shell.until('s/');
    shell.type('\r');
    await shell.until('/registry/pods/> ');
    shell.type('cat shop/ap\t');
    await shell.until('i-7c9f6d8b4-ce892');
    shell.type('\r');
    await shell.until('kind: Pod');
    await shell.until('/registry/pods/> ');
    shell.type('k8s get -n shop deploy/w\t');
    await shell.until('eb');
    shell.type('\r');
    await shell.until('UP-TO-DATE');
    await shell.until('/registry/pods/> ');
    // A watch ends, and the shell does not.
    shell.type('watch --prefix /new/ --rev 1\r');
    await sample.client.kv.put({ key: Buffer.from('/new/key'), value: Buffer.from('seen') });
    await shell.until('seen');
    shell.type('\x03');
    await shell.until('/registry/pods/> ');
    shell.type('put /new/other geheim\r');
    await shell.until('OK');
    await shell.until('/registry/pods/> ');
    shell.type('half a li\x03');
    await shell.until('^C');
    await shell.until('/registry/pods/> ');
    shell.type('\x1b[A\r');
    await shell.until('put /new/other geheim');
    await shell.until('OK');
    await shell.until('/registry/pods/> ');
    shell.type('\x04');
    assert.equal(await shell.ended, 0);
    const file = join(path, '.local', 'state', 'ketcdctl', 'shell-history');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(
      readFileSync(file, 'utf8'),
      'cd /registry/pods/\ncat shop/api-7c9f6d8b4-ce892\nk8s get -n shop deploy/web\nwatch --prefix /new/ --rev 1\nput /new/other\nput /new/other\n',
    );
  });
}

test('a history that others may read is neither read nor written', { skip: SKIP }, async (t) => {
  const path = home(t);
  const shell = async () => {
    const run = onTerminal(t, ['--endpoints', `file:${SAMPLE}`, 'shell'], 80, { XDG_STATE_HOME: path });
    await run.until('/> ');
    return run;
  };
  const first = await shell();
  first.type('pwd\r');
  await first.until('/> ');
  first.type('\x04');
  await first.ended;
  const file = join(path, 'ketcdctl', 'shell-history');
  assert.equal(readFileSync(file, 'utf8'), 'pwd\n');
  writeFileSync(file, 'ls /forged\n');
  chmodSync(file, 0o644);
  const second = await shell();
  second.type('\x1b[A');
  second.type('pwd\r');
  await second.until('/> ');
  second.type('\x04');
  await second.ended;
  assert.equal(readFileSync(file, 'utf8'), 'ls /forged\n');
  assert.doesNotMatch(second.drawn, /forged/);
});

test('what does not end by itself is cancelled by Ctrl-C', { skip: SKIP }, async (t) => {
  const sample = await liveSample(t);
  const argv = ['--endpoints', sample.address, '--command-timeout', '10m', '--keepalive-time', '10m', 'shell'];
  const shell = onTerminal(t, argv, 80, { HOME: home(t) });
  await shell.until('/> ');
  shell.type('get nothing\r');
  await shell.until('/> ');
  sample.pause();
  shell.type('get nothing\r');
  await shell.until('get nothing');
  await shell.until('\n');
  shell.type('\x03');
  await shell.until('/> ');
  sample.resume();
  shell.type('put a b\r');
  await shell.until('OK');
});
