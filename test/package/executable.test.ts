/** What is around the executable does not change what it runs: `KETCDCTL_BIN=build/binary/linux-x64/ketcdctl npm run test:e2e`. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runCli } from '../support/cli.js';
import { skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { builtProgram, isScript } from '../support/program.js';

const skip = builtProgram === undefined || isScript ? 'KETCDCTL_BIN names no executable' : false;

/** A working folder with everything in it that Bun would read or run, each of which would write a file `ran`. */
function trap(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-trap-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const script = `require('node:fs').writeFileSync(${JSON.stringify(join(dir, 'ran'))}, '');`;
  writeFileSync(join(dir, 'preload.js'), script);
  writeFileSync(join(dir, 'bunfig.toml'), 'preload = ["./preload.js"]\n');
  writeFileSync(join(dir, '.env'), 'KETCDCTL_AS=etcdctl\nETCDCTL_ENDPOINTS=127.0.0.1:1\n');
  writeFileSync(join(dir, 'package.json'), '{"type":"module","main":"./preload.js"}');
  writeFileSync(join(dir, 'tsconfig.json'), '{"compilerOptions":{"paths":{"*":["./preload.js"]}}}');
  symlinkSync(join(dir, 'preload.js'), join(dir, 'ketcdctl'));
  return dir;
}

test('nothing of the working folder and no variable of Bun or Node changes what runs', { skip }, (t) => {
  const cwd = trap(t);
  const run = (env: NodeJS.ProcessEnv) => {
    const { stdout, stderr, status } = spawnSync(builtProgram ?? '', ['version', '-w', 'json'], {
      cwd,
      env,
      encoding: 'utf8',
    });
    return { stdout, stderr, status };
  };
  const expected = run({});
  assert.deepEqual([expected.status, JSON.parse(expected.stdout).build], [0, 'executable']);
  const variables = {
    BUN_OPTIONS: '--preload ./preload.js --eval 1',
    BUN_BE_BUN: '1',
    BUN_INSPECT: '127.0.0.1:0?wait=1',
    BUN_INSPECT_PRELOAD: './preload.js',
    BUN_INSPECT_CONNECT_TO: '127.0.0.1:1',
    BUN_CONFIG_VERBOSE_FETCH: 'curl',
    BUN_BYTECODE_ORDER_OUT: join(cwd, 'ran'),
    BUN_TRACE: join(cwd, 'ran'),
    NODE_OPTIONS: '--require ./preload.js',
    NODE_PATH: cwd,
    NODE_DEBUG: 'fs,net,module',
  };
  for (const [name, value] of Object.entries(variables)) {
    assert.deepEqual(run({ [name]: value }), expected, name);
    assert.ok(!existsSync(join(cwd, 'ran')), name);
  }
});

test('no variable switches the verification of certificates off', { skip: skipWithoutEtcd() }, async (t) => {
  const { endpoint } = await startEtcd(t, { tls: 'server' });
  const { exit, stdout } = await runCli(['--endpoints', endpoint, 'get', 'k'], {
    env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
  });
  assert.notEqual(exit, 0);
  assert.equal(stdout, '');
});

test('a link makes it the tool of that name', { skip }, (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-links-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const names = { etcdctl: 'etcdctl', etcdutl: 'etcdutl', 'kubectl-etcd': 'ketcdctl' };
  for (const [name, tool] of Object.entries(names)) {
    symlinkSync(builtProgram ?? '', join(dir, name));
    // By the PATH too, as kubectl starts its plug-ins.
    for (const command of [join(dir, name), name]) {
      const env = { PATH: dir };
      const { stdout } = spawnSync(command, ['version'], { env, encoding: 'utf8' });
      assert.match(stdout, new RegExp(`^${tool} version: `), command);
    }
  }
});
