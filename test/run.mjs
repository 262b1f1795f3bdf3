// `npm test`: makes sure of an etcd and openssl, compiles, builds and runs every test (or those files that are named on the command line).
// `npm run test:e2e`: of these the ones that start the program, with the one that KETCDCTL_BIN names: an executable, or a launcher of the
// bundle (by default our own).
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { runTests } from './node-test.mjs';

const root = new URL('..', import.meta.url).pathname;
/** Where KETCDCTL_BIN is looked for. */
const caller = process.cwd();
process.chdir(root);

/** The commands that install the system's packages, and what etcd's are called, by package manager. */
const INSTALLERS = [
  ['apt-get', 'apt-get install -y -qq --no-install-recommends', 'etcd-server etcd-client', 'apt-get update -qq'],
  ['dnf', 'dnf install -y', 'etcd'],
  ['apk', 'apk add', 'etcd etcd-ctl'],
  ['pacman', 'pacman -S --noconfirm', 'etcd'],
  ['brew', 'brew install', 'etcd'],
];

function works(command, args = ['--version']) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

function ensureEtcd() {
  const wanted = process.env.ETCD_BIN ?? 'etcd';
  if (works(wanted)) return;
  if (process.env.ETCD_BIN) fail(`ETCD_BIN is ${wanted}, which does not run`);
  const advice = 'install etcd, or name one: ETCD_BIN=/path/to/etcd npm test';
  console.log(
    'The tests need an etcd server, and there is none. (To use another one: ETCD_BIN=/path/to/etcd npm test)',
  );
  install((etcd) => etcd, advice);
  // Packages start a server of their own where there is an init system; the tests start theirs.
  if (!works(wanted)) fail(`etcd still does not run; ${advice}`);
}

function ensureOpenssl() {
  if (works('openssl', ['version'])) return;
  console.log('The tests make certificates with openssl, and there is none.');
  install(() => 'openssl', 'install openssl');
}

/** Installs the system's packages, whose names are made of those of etcd, and says so. */
function install(packagesOf, advice) {
  const [manager, add, etcd, before] = INSTALLERS.find(([name]) => works(name)) ?? [];
  if (!manager) fail(`no package manager is known here; ${advice}`);
  const sudo = process.getuid?.() === 0 || manager === 'brew' ? '' : 'sudo -n ';
  console.log(`Installing the system's package with ${manager}.`);
  for (const command of [before, `${add} ${packagesOf(etcd)}`].filter(Boolean)) {
    console.log(`+ ${sudo}${command}`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    if (spawnSync('sh', ['-c', sudo + command], { stdio: 'inherit', env }).status !== 0) fail(`that failed; ${advice}`);
  }
}

function fail(why) {
  console.error(`Error: ${why}`);
  process.exit(1);
}

/** Whether a test, or what it imports of test/, uses test/support/program. */
function startsTheProgram(path, seen = new Set()) {
  if (path.endsWith('/support/program.js')) return true;
  if (seen.has(path) || !path.startsWith('build/test/test/')) return false;
  seen.add(path);
  const imports = readFileSync(path, 'utf8').matchAll(/require\("(\.[^"]+)"\)/g);
  return [...imports].some(([, name]) => startsTheProgram(join(dirname(path), name), seen));
}

function step(command, args) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

ensureEtcd();
ensureOpenssl();
// What was compiled before may be of tests that are gone.
rmSync('build/test', { recursive: true, force: true });
step(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--outDir', 'build/test']);
step(process.execPath, ['build.mjs']);
const words = process.argv.slice(2);
const isE2e = words[0] === '--e2e';
if (isE2e) process.env.KETCDCTL_BIN = resolve(caller, process.env.KETCDCTL_BIN ?? join(root, 'bin/ketcdctl.js'));
const named = words.slice(isE2e ? 1 : 0).map((name) => join('build/test', name.replace(/\.ts$/, '.js')));
const all = readdirSync('build/test/test', { recursive: true })
  .filter((name) => name.endsWith('.test.js'))
  .map((name) => join('build/test/test', name))
  .filter((path) => !isE2e || startsTheProgram(path));
process.exit(runTests(process.execPath, named.length > 0 ? named : all));
