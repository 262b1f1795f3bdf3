// `npm test`: makes sure of an etcd, compiles, builds and runs every test (or those files that are named on the command line).
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
process.chdir(root);

/** The system's package of etcd, by package manager. */
const INSTALLERS = [
  ['apt-get', ['apt-get update -qq', 'apt-get install -y -qq --no-install-recommends etcd-server etcd-client']],
  ['dnf', ['dnf install -y etcd']],
  ['apk', ['apk add etcd etcd-ctl']],
  ['pacman', ['pacman -S --noconfirm etcd']],
  ['brew', ['brew install etcd']],
];

function works(command, args = ['--version']) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function ensureEtcd() {
  const wanted = process.env.ETCD_BIN ?? 'etcd';
  if (works(wanted)) return;
  if (process.env.ETCD_BIN) fail(`ETCD_BIN is ${wanted}, which does not run`);
  const [manager, commands] = INSTALLERS.find(([name]) => works(name)) ?? [];
  const advice = 'install etcd, or name one: ETCD_BIN=/path/to/etcd npm test';
  if (!manager) fail(`the tests need an etcd server; ${advice}`);
  const sudo = process.getuid?.() === 0 || manager === 'brew' ? '' : 'sudo -n ';
  console.log(`The tests need an etcd server, and there is none: installing the system's package with ${manager}.`);
  console.log('(To use another one instead: ETCD_BIN=/path/to/etcd npm test)');
  for (const command of commands) {
    console.log(`+ ${sudo}${command}`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    if (spawnSync('sh', ['-c', sudo + command], { stdio: 'inherit', env }).status !== 0) fail(`that failed; ${advice}`);
  }
  // Packages start a server of their own where there is an init system; the tests start theirs.
  if (!works(wanted)) fail(`etcd still does not run; ${advice}`);
}

function fail(why) {
  console.error(`Error: ${why}`);
  process.exit(1);
}

function step(command, args) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

ensureEtcd();
step(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--outDir', 'build/test']);
step(process.execPath, ['build.mjs']);
const named = process.argv.slice(2).map((name) => join('build/test', name.replace(/\.ts$/, '.js')));
const all = readdirSync('build/test/test', { recursive: true })
  .filter((name) => name.endsWith('.test.js'))
  .map((name) => join('build/test/test', name));
step(process.execPath, [
  '--test',
  '--test-concurrency=2',
  '--test-timeout=300000',
  ...(named.length > 0 ? named : all),
]);
