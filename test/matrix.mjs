// `npm run test:matrix [-- VERSION…]`: the unit tests and the tests of connections under each Node that is supported, which npm fetches.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runTests } from './node-test.mjs';

const root = new URL('..', import.meta.url).pathname;
process.chdir(root);

/** The oldest that package.json allows, and the newest of each line. */
const VERSIONS = ['20.19.0', '22', '24', '26'];
/** Folders of test/. */
const PARTS = ['base', 'cli', 'connection', 'etcd', 'output', 'package', 'rpc', 'storage'];

function step(command, args) {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  return status === 0;
}

function must(command, args) {
  if (!step(command, args)) process.exit(1);
}

/** The path of a Node, kept in build/. */
function nodeOf(version) {
  const folder = join(root, 'build', 'node', version);
  const program = join(folder, 'node_modules', 'node', 'bin', 'node');
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  // The package takes the program for this platform from another package when it is installed.
  must('npm', ['install', '--silent', '--no-save', '--ignore-scripts=false', '--prefix', folder, `node@${version}`]);
  return program;
}

must(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--outDir', 'build/test']);
must(process.execPath, ['build.mjs']);
const files = PARTS.map((part) => join('build/test/test', part))
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, name)))
  .filter((name) => name.endsWith('.test.js'));
const wanted = process.argv.slice(2);
const failed = (wanted.length > 0 ? wanted : VERSIONS).filter((version) => {
  const program = nodeOf(version);
  console.log(`\nNode ${version}`);
  return runTests(program, files) !== 0;
});
if (failed.length > 0) console.error(`Failed under Node ${failed.join(', ')}`);
process.exit(failed.length > 0 ? 1 : 0);
