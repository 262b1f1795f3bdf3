/** What a call loads before it is done: whoever adds to it makes every call slower, and sees it here. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { repoRoot } from '../support/root.js';

/** The lists: by call, the modules of src/, the packages, and the modules of Node. `UPDATE_LISTS=1` writes them anew. */
const FILE = join(repoRoot(), 'test', 'package', 'loaded-modules.json');
const lists = JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, string[]>;

const compiled = join(__dirname, '..', '..');

/** Tells at the end, on standard error behind a mark, what `require` was asked for; `import()` of our own modules ends there too. */
const HOOK = `
const Module = require('node:module');
const seen = new Set();
const load = Module._load;
Module._load = function (request, parent, isMain) {
  seen.add(Module.builtinModules.includes(request.replace(/^node:/, '')) ? 'node:' + request.replace(/^node:/, '') : Module._resolveFilename(request, parent, isMain));
  return load.apply(this, arguments);
};
process.on('exit', () => require('node:fs').writeSync(2, '\\n#LOADED ' + JSON.stringify([...seen])));`;

function loadedBy(argv: string[]): string[] {
  const main = join(compiled, 'src', 'main.js');
  const script = `${HOOK} process.argv.splice(1, 0, ${JSON.stringify(main)}); require(${JSON.stringify(main)});`;
  const { stderr, status } = spawnSync(process.execPath, ['-e', script, '--', ...argv], {
    env: { PATH: process.env.PATH },
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  const [, loaded = '[]'] = /\n#LOADED (.*)$/.exec(stderr) ?? [];
  return [...new Set((JSON.parse(loaded) as string[]).map(shortName))].filter((name) => name !== '').sort();
}

/** `src/cli/run.js`, `node:net`, or the package's name. */
function shortName(path: string): string {
  if (path.startsWith('node:')) return path;
  const [, name] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return name ?? relative(compiled, path);
}

async function check(name: string, argv: string[]): Promise<void> {
  const loaded = loadedBy(argv);
  if (process.env.UPDATE_LISTS) {
    lists[name] = loaded;
    writeFileSync(FILE, `${JSON.stringify(lists, null, 2)}\n`);
    return;
  }
  const allowed = lists[name] ?? [];
  assert.deepEqual(
    loaded.filter((each) => !allowed.includes(each)),
    [],
    `${name} loads more than it did: load it later, or say that it is needed by UPDATE_LISTS=1`,
  );
}

test('version loads what is on its list', () => check('version', ['version']));

test('get of one key loads what is on its list', { skip: skipWithoutEtcd() }, async (t) => {
  const { endpoint } = await startEtcd(t);
  await check('get', ['--endpoints', endpoint, 'get', 'k']);
});
