/** The launcher and the bundle, as processes. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { installed, isScript, program } from '../support/program.js';
import { repoRoot } from '../support/root.js';

const clean = { PATH: process.env.PATH, HOME: tmpdir() };

function run(argv: string[], env: NodeJS.ProcessEnv = {}, path = installed) {
  return spawnSync(...program(argv, path), { env: { ...clean, ...env }, encoding: 'utf8' });
}

test('version is that of package.json, and loads neither gRPC nor the Kubernetes schema', {
  skip: isScript ? false : 'an executable does not show what it loads',
}, () => {
  const { version } = JSON.parse(readFileSync(join(repoRoot(), 'package.json'), 'utf8'));
  const { stdout, stderr, status } = run(['version'], { NODE_DEBUG: 'module' });
  assert.equal(status, 0);
  assert.match(stdout, new RegExp(`^ketcdctl version: ${version}\nAPI version: \\d\\.\\d\n$`));
  const loaded = [...stderr.matchAll(/load REQUEST (\S+)/g)].map(([, name]) => name!);
  assert.ok(
    loaded.some((name) => name.includes('dist/main')),
    'NODE_DEBUG=module shows what is loaded',
  );
  assert.deepEqual(
    loaded.filter((name) => /http2|tls|net$|tty|yaml|chalk|ora|cli-table3|schema|transport/.test(name)),
    [],
  );
});

test('a link named etcdctl or etcdutl makes it that tool', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-'));
  t.after(() => rmSync(dir, { recursive: true }));
  for (const tool of ['etcdctl', 'etcdutl']) {
    const link = join(dir, tool);
    symlinkSync(installed, link);
    assert.match(
      run(['version'], {}, link).stdout,
      new RegExp(`^${tool} version: 3\\.7\\.\\d+\nAPI version: 3\\.7\n$`),
    );
  }
});

test('KETCDCTL_AS that names nothing is an error', () => {
  for (const name of ['etcd', 'etcdctl@3.3', 'etcdctl@']) {
    const { status, stderr, stdout } = run(['version'], { KETCDCTL_AS: name });
    assert.deepEqual([status, stdout], [128, ''], name);
    assert.match(stderr, /^Error: .*\nHint: .*\n$/);
  }
});

test('errors are a line and a hint on standard error', () => {
  const { status, stdout, stderr } = run(['get', '--prefx', 'k']);
  assert.deepEqual([status, stdout], [1, '']);
  assert.equal(stderr, 'Error: unknown flag: --prefx\nHint: did you mean --prefix?\n');
});

test('help has no colour codes when it is not shown on a terminal', () => {
  for (const argv of [[], ['help'], ['help', 'get'], ['member'], ['get', '-h'], ['options']]) {
    const { status, stdout, stderr } = run(argv);
    assert.deepEqual([status, stderr], [0, ''], argv.join(' '));
    assert.match(stdout, /^Usage: ketcdctl/);
    assert.doesNotMatch(stdout, /\x1b/);
  }
});

test('a reader that goes away ends it by SIGPIPE, without a word', async () => {
  const child = spawn(...program(['help'], installed), { env: clean, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const [code, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on('close', (...ended) => resolve(ended)),
  );
  assert.deepEqual([code, signal, stderr], [null, 'SIGPIPE', '']);
});

test('arguments that are not UTF-8 keep their bytes', {
  skip: existsSync('/proc/self/cmdline') ? false : 'only Linux shows them',
}, () => {
  const [command, words] = program([], installed);
  const script = `exec "$@" nosuch-$(printf '\\377\\376') 'é' ''`;
  const { stderr } = spawnSync('sh', ['-c', script, 'sh', command, ...words], { env: clean, encoding: 'utf8' });
  // What arrived is seen in how the command's name is quoted.
  assert.match(stderr, /^Error: unknown command "nosuch-\\xff\\xfe" for/);
});
