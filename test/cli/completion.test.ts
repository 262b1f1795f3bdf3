import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { liveSample, SAMPLE } from '../k8s/live-sample.js';
import { skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { installed, program } from '../support/program.js';
import { repoRoot } from '../support/root.js';
import { runAs, runLine } from './support.js';

/** The machine may be slow. */
const PATIENT = { KETCDCTL_COMPLETION_LIMIT: '20000' };

/** The candidates without their descriptions, and the directive. */
async function complete(...words: string[]): Promise<[string[], string]> {
  const { stdout } = await runLine('ketcdctl', ['__complete', ...words]);
  const lines = stdout.trimEnd().split('\n');
  return [lines.slice(0, -1).map((line) => line.split('\t')[0]!), lines.at(-1)!];
}

test('commands, sub-commands, flags and their values', async () => {
  const cases: [string[], string[], string][] = [
    [['versi'], ['version'], ':4'],
    [['member', 'li'], ['list'], ':4'],
    [['--hex', 'member', 'li'], ['list'], ':4'],
    [['help', 'member', 'li'], ['list'], ':4'],
    [['get', '--count'], ['--count-only'], ':4'],
    [['get', '--count-only', '--count'], [], ':4'],
    [['get', '--write-o'], ['--write-out'], ':4'],
    [['get', '-w', 'js'], ['json', 'jsonl'], ':4'],
    [['get', '--write-out=js'], ['--write-out=json', '--write-out=jsonl'], ':4'],
    [['--hex='], ['--hex=true', '--hex=false'], ':4'],
    [['--cacert', ''], [], ':0'],
    [['--cacert=/etc/'], [], ':0'],
    [['completion', 'ba'], ['bash'], ':4'],
    [['k8s', 'events', '--types', 'Normal,W'], ['Normal,Warning'], ':4'],
    [['completion', 'bash', ''], [], ':4'],
    [['bogus', ''], [], ':4'],
  ];
  for (const [words, values, directive] of cases) {
    assert.deepEqual(await complete(...words), [values, directive], words.join(' '));
  }
  assert.ok((await complete(''))[0].includes('get'));
});

test('each command is described, unless descriptions are not wanted', async () => {
  assert.match((await runLine('ketcdctl', ['__complete', 'vers'])).stdout, /^version\t\S.*\n:4\n$/);
  assert.equal((await runLine('ketcdctl', ['__completeNoDesc', 'vers'])).stdout, 'version\n:4\n');
});

test('drop-in mode offers what that version has', async () => {
  const of = async (version: string, ...words: string[]) =>
    (await runAs('etcdctl', version, ['__completeNoDesc', ...words])).stdout;
  assert.equal(await of('3.4', 'down'), ':4\n');
  assert.equal(await of('3.7', 'down'), 'downgrade\n:4\n');
  assert.equal(await of('3.4', 'get', '--count'), ':4\n');
  assert.equal(await of('3.7', 'k8'), ':4\n');
});

test('without a server there are no keys, and no error', async () => {
  const { exit, stdout, stderr } = await runLine('ketcdctl', ['__complete', '--endpoints=127.0.0.1:1', 'get', '/']);
  assert.deepEqual([exit, stdout, stderr], [0, ':4\n', '']);
});

test('kinds, names, namespaces, members, contexts and files', { skip: skipWithoutEtcd() }, async (t) => {
  const sample = await liveSample(t);
  const home = mkdtempSync(join(tmpdir(), 'ketcdctl-home-'));
  t.after(() => rmSync(home, { recursive: true }));
  const env = { XDG_CACHE_HOME: home, XDG_CONFIG_HOME: home, ...PATIENT };
  const of = async (...words: string[]) => {
    const { stdout, stderr, exit } = await runLine(
      'ketcdctl',
      ['__completeNoDesc', '--endpoints', sample.address, ...words],
      env,
    );
    assert.deepEqual([exit, stderr], [0, '']);
    return stdout.split('\n').slice(0, -2);
  };
  assert.ok((await of('k8s', 'get', 'po')).includes('pods'));
  assert.deepEqual(await of('k8s', 'get', 'secrets,deploym'), ['secrets,deployments']);
  assert.deepEqual(await of('k8s', 'get', 'coup'), ['coupons.shop.example.com']);
  assert.deepEqual(await of('k8s', 'get', 'pods', '-n', 'sh'), ['shop']);
  assert.deepEqual(await of('k8s', 'get', '-n', 'shop', 'pods', 'api'), ['api-7c9f6d8b4-ce892']);
  assert.deepEqual(await of('k8s', 'history', '-n', 'shop', 'deploy/w'), ['deploy/web']);
  assert.deepEqual(await of('k8s', 'get', 'nodes', 'worker-1', ''), ['master-1', 'worker-1', 'worker-2']);
  assert.deepEqual(await of('member', 'remove', 'm'), ['m1']);
  assert.deepEqual(await of('k8s', 'top', '--by', 'kind,n'), ['kind,namespace']);
  assert.deepEqual(await of('member', 'remove', 'm1', ''), []);
  assert.equal((await runLine('ketcdctl', ['context', 'add', 'prod', '--endpoints', 'https://a:1'], env)).exit, 0);
  assert.deepEqual(await of('context', 'use', ''), ['prod']);
  assert.deepEqual(await of('--context', 'p'), ['prod']);
  assert.deepEqual(await of('--endpoints', ''), ['file:', 'https://a:1']);
  assert.deepEqual(await of(`--endpoints=file:${repoRoot()}/samples/clu`), [`--endpoints=file:${SAMPLE}`]);
});

test('what was found is kept a minute, in a folder that is private or not at all', {
  skip: skipWithoutEtcd(),
}, async (t) => {
  const sample = await liveSample(t);
  const home = mkdtempSync(join(tmpdir(), 'ketcdctl-home-'));
  t.after(() => rmSync(home, { recursive: true }));
  const names = async () => {
    const argv = ['__completeNoDesc', '--endpoints', sample.address, 'get', '/new/'];
    return (await runLine('ketcdctl', argv, { XDG_CACHE_HOME: home, ...PATIENT })).stdout.split('\n').slice(0, -2);
  };
  const put = (key: string) => sample.client.kv.put({ key: Buffer.from(key), value: Buffer.from('v') });
  const folder = join(home, 'ketcdctl', 'completion');
  await put('/new/a');
  assert.deepEqual(await names(), ['/new/a']);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  await put('/new/b');
  assert.deepEqual(await names(), ['/new/a'], 'kept');
  const [file] = readdirSync(folder);
  assert.equal(statSync(join(folder, file!)).mode & 0o777, 0o600);
  const old = new Date(Date.now() - 61_000);
  utimesSync(join(folder, file!), old, old);
  assert.deepEqual(await names(), ['/new/a', '/new/b'], 'asked again after a minute');
  writeFileSync(join(folder, file!), '["/new/forged"]');
  assert.deepEqual(await names(), ['/new/forged'], 'what this user wrote is believed');
  chmodSync(folder, 0o770);
  assert.deepEqual(await names(), ['/new/a', '/new/b'], 'what others may write is not');
  chmodSync(folder, 0o700);
  writeFileSync(join(folder, file!), 'damaged');
  assert.deepEqual(await names(), ['/new/a', '/new/b']);
});

test('the scripts complete in real shells, keys of a real etcd included', { skip: skipWithoutEtcd() }, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-'));
  t.after(() => rmSync(dir, { recursive: true }));
  symlinkSync(installed, join(dir, 'ketcdctl'));
  const etcd = await startEtcd(t);
  const env = {
    HOME: dir,
    PATH: `${dir}${delimiter}${process.env.PATH}`,
    ETCDCTL_ENDPOINTS: etcd.endpoint,
    ...PATIENT,
  };
  const tool = join(dir, 'ketcdctl');
  for (const key of ['/r/pods/a', '/r/pods/b', '/r/nodes/n', '/x:y', '/q r']) {
    const { status, stderr } = spawnSync(...program(['put', key, 'v'], tool), { env, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }
  for (const [shell, ask] of [
    ['bash', askBash],
    ['fish', askFish],
  ] as const) {
    await t.test(shell, (t) => {
      if (spawnSync(shell, ['-c', 'true']).error) return t.skip(`${shell} is not installed`);
      const script = join(dir, `script.${shell}`);
      writeFileSync(script, spawnSync(...program(['completion', shell], tool), { env, encoding: 'utf8' }).stdout);
      const completed = (line: string) => ask(script, line, env);
      assert.deepEqual(completed('ketcdctl versi'), ['version']);
      assert.deepEqual(completed('ketcdctl get --write-o'), ['--write-out']);
      assert.deepEqual(completed('ketcdctl -w js'), ['json', 'jsonl']);
      assert.deepEqual(completed('ketcdctl get /r/'), ['/r/nodes/', '/r/pods/']);
      assert.deepEqual(completed('ketcdctl get /r/pods/'), ['/r/pods/a', '/r/pods/b']);
      assert.deepEqual(completed('ketcdctl get /q'), [shell === 'bash' ? '/q\\ r' : '/q r']);
      // bash replaces only what stands behind a colon or an equals sign.
      assert.deepEqual(completed('ketcdctl get /x:'), [shell === 'bash' ? 'y' : '/x:y']);
      assert.deepEqual(
        completed('ketcdctl --write-out=js'),
        shell === 'bash' ? ['json', 'jsonl'] : ['--write-out=json', '--write-out=jsonl'],
      );
    });
  }
});

/** Calls the completion function as readline would. */
function askBash(script: string, line: string, env: NodeJS.ProcessEnv): string[] {
  const words = line.split(/(?<=[=:])|(?=[=:])| /);
  const driver = `source "$1"; shift; COMP_LINE=$1; COMP_POINT=\${#1}; COMP_TYPE=9; shift
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); __ketcdctl_complete; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = spawnSync('bash', ['--norc', '-c', driver, 'bash', script, line, ...words], {
    env,
    encoding: 'utf8',
  });
  return lines(stdout);
}

function askFish(script: string, line: string, env: NodeJS.ProcessEnv): string[] {
  const { stdout } = spawnSync('fish', ['-N', '-c', 'source $argv[1]; complete -C $argv[2]', script, line], {
    env,
    encoding: 'utf8',
  });
  return lines(stdout).map((each) => each.split('\t')[0]!);
}

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
