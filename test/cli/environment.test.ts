import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { GlobalOptions, Mode } from '../../src/base/contract.js';
import { bool, flagList } from '../../src/base/flags/declare.js';
import { FlagTable } from '../../src/base/flags/normalize.js';
import { parseWords } from '../../src/base/flags/parse.js';
import { ALL_GLOBAL_FLAGS, type GlobalFlags, globalFlags } from '../../src/cli/global-flags.js';
import { type OptionRules, resolveOptions } from '../../src/cli/options.js';
import { Captured, io, OWN } from './support.js';

const V34: Mode = { tool: 'etcdctl', version: '3.4' };
const V37: Mode = { tool: 'etcdctl', version: '3.7' };
const CLUSTER = flagList({ cluster: bool('', { env: true }) });

interface Resolved extends GlobalOptions {
  stderr: string;
}

function resolve(
  mode: Mode,
  words: string[],
  env: NodeJS.ProcessEnv,
  rules: Partial<OptionRules> = {},
  root = '/nowhere',
): Resolved {
  const inherited = [...globalFlags(mode), ...CLUSTER];
  const { flags } = parseWords<GlobalFlags>(words, new FlagTable(inherited).declare(ALL_GLOBAL_FLAGS));
  const stderr = new Captured();
  const all = { noTimeout: undefined, variables: [], ...rules };
  const options = resolveOptions(inherited, flags, all, { mode, env, io: io(new Captured(), stderr), root });
  return { ...options, stderr: stderr.text };
}

test('the environment sets what the command line does not', () => {
  for (const mode of [OWN, V34, V37]) {
    const options = resolve(mode, ['--hex'], {
      ETCDCTL_WRITE_OUT: 'json',
      ETCDCTL_COMMAND_TIMEOUT: '300ms',
      ETCDCTL_CLUSTER: 'true',
    });
    assert.equal(options.writeOut, 'json');
    assert.equal(options.commandTimeout, 300);
    assert.deepEqual([...options.given].sort(), ['cluster', 'commandTimeout', 'hex', 'writeOut']);
    assert.equal(options.stderr, '');
  }
});

test('own mode: the command line wins', () => {
  const options = resolve(OWN, ['-w', 'json'], { ETCDCTL_WRITE_OUT: 'fields' });
  assert.equal(options.writeOut, 'json');
  assert.equal(options.stderr, '');
});

test('drop-in mode: a flag beside its variable is refused in a log line, even when the variable is empty', () => {
  for (const value of ['fields', 'json', '']) {
    for (const mode of [V34, V37]) {
      assert.throws(() => resolve(mode, ['-w', 'json'], { ETCDCTL_WRITE_OUT: value }), {
        name: 'Failure',
        message: '',
        exitCode: 1,
      });
    }
  }
});

test('an empty variable is as good as none', () => {
  for (const mode of [OWN, V37]) assert.equal(resolve(mode, [], { ETCDCTL_WRITE_OUT: '' }).writeOut, 'simple');
});

test('a variable that does not parse: passed over in drop-in mode, an error in own mode', () => {
  const env = { ETCDCTL_HEX: 'banana', ETCDCTL_COMMAND_TIMEOUT: 'abc' };
  const options = resolve(V37, [], env);
  assert.deepEqual([options.hex, options.commandTimeout], [false, 5000]);
  assert.throws(() => resolve(OWN, [], { ETCDCTL_HEX: 'banana' }), {
    message: 'ETCDCTL_HEX takes true or false, not "banana"',
    exitCode: 128,
  });
});

test('unknown ETCDCTL_ variables are warned of, the own ones of a command are not', () => {
  const env = { ETCDCTL_NOSUCH: '1', ETCDCTL_WATCH_KEY: 'k', OTHER: 'x' };
  const rules = { variables: ['ETCDCTL_WATCH_KEY'] };
  assert.match(
    resolve(V34, [], env, rules).stderr,
    /^\S+ \S+ W \| pkg\/flags: unrecognized environment variable ETCDCTL_NOSUCH=1\n$/,
  );
  const line = JSON.parse(resolve(V37, [], env, rules).stderr);
  assert.deepEqual([line.level, line['environment-variable']], ['warn', 'ETCDCTL_NOSUCH=1']);
  assert.equal(resolve(OWN, [], env, rules).stderr, 'warning: ETCDCTL_NOSUCH is not a setting of ketcdctl\n');
});

test('ETCDCTL_API is known up to 3.5 and in own mode', () => {
  const env = { ETCDCTL_API: '3' };
  assert.equal(resolve(V34, [], env).stderr, '');
  assert.equal(resolve(OWN, [], env).stderr, '');
  assert.match(resolve(V37, [], env).stderr, /ETCDCTL_API=3/);
  assert.match(resolve(OWN, [], { ETCDCTL_API: '2' }).stderr, /ketcdctl v2/);
});

test('commands without a time limit get one only when it is asked for', () => {
  const limit = (mode: Mode, noTimeout: OptionRules['noTimeout'], ...words: string[]) =>
    resolve(mode, words, {}, { noTimeout }).commandTimeout;
  assert.equal(limit(V37, undefined), 5000);
  assert.equal(limit(V37, 'always'), 0);
  assert.equal(limit(V37, 'always', '--command-timeout=1s'), 0);
  assert.equal(limit(V37, 'unless-given', '--command-timeout=1s'), 1000);
  assert.equal(limit(OWN, 'always'), 0);
  assert.equal(limit(OWN, 'always', '--command-timeout=1s'), 1000);
});

test('--debug prints every setting, without secrets', () => {
  const secret = ['--debug', '--user=root:hunter2', '--auth-jwt-token=tok123'];
  const { stderr } = resolve(V37, secret, {});
  assert.match(
    stderr,
    /^ETCDCTL_AUTH_JWT_TOKEN=\*\*\*\nETCDCTL_CACERT=\nETCDCTL_CERT=\nETCDCTL_CLUSTER=false\nETCDCTL_COMMAND_TIMEOUT=5s\n/,
  );
  assert.match(stderr, /\nETCDCTL_ENDPOINTS=\[127\.0\.0\.1:2379\]\n/);
  assert.match(stderr, /\nETCDCTL_USER=root:\*\*\*\n/);
  assert.doesNotMatch(stderr, /hunter2|tok123/);
  assert.match(resolve(V37, ['--debug', '--user=root', '--password=hunter2'], {}).stderr, /PASSWORD=\*\*\*\n/);
});

test('empty paths of certificates are refused', () => {
  assert.throws(() => resolve(V37, ['--cacert='], {}), {
    message: 'empty string is passed to --cacert option',
    exitCode: 128,
  });
});

test('--decode is checked in own mode and off in drop-in mode', () => {
  assert.equal(resolve(OWN, [], {}).decode, 'auto');
  assert.equal(resolve(OWN, ['--decode=k8s'], {}).decode, 'k8s');
  assert.throws(() => resolve(OWN, ['--decode=x'], {}), { exitCode: 4 });
  assert.equal(resolve(V37, [], {}).decode, 'none');
});

test('the first line of --password-file is the password', (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = join(dir, 'password');
  writeFileSync(file, 'sesame \r\nsecond line\n');
  assert.equal(resolve(OWN, ['--user=root', `--password-file=${file}`], {}).password, 'sesame ');
  assert.throws(() => resolve(OWN, [`--password-file=${file}.none`], {}), { exitCode: 128, message: /no such file/ });
});
