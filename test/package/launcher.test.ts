import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { repoRoot } from '../support/root.js';

const LAUNCHER = join(repoRoot(), 'bin', 'ketcdctl.js');

/** Starts the launcher under a Node that says that it is of another version. */
function startUnder(version: string) {
  const script = `
    Object.defineProperty(process, 'versions', { value: { node: '${version}' } });
    Object.defineProperty(process, 'version', { value: 'v${version}' });
    process.argv.splice(1, 0, '${LAUNCHER}');
    require('${LAUNCHER}');`;
  return spawnSync(process.execPath, ['-e', script, '--', 'version'], { encoding: 'utf8' });
}

test('the launcher refuses a Node that is too old, and says what is needed', () => {
  for (const version of ['6.17.1', '18.20.8', '20.18.3']) {
    const { status, stdout, stderr } = startUnder(version);
    assert.deepEqual(
      [status, stdout, stderr],
      [1, '', `Error: ketcdctl needs Node.js 20.19 or newer; this is v${version}\n`],
    );
  }
  for (const version of ['20.19.0', '22.0.0', '26.1.0']) assert.equal(startUnder(version).status, 0, version);
});

test('package.json, README and launcher name the same oldest Node', () => {
  const read = (name: string) => readFileSync(join(repoRoot(), name), 'utf8');
  assert.equal(JSON.parse(read('package.json')).engines.node, '>=20.19');
  for (const name of ['README.md', 'bin/ketcdctl.js']) assert.match(read(name), /20\.19 or newer/, name);
});
