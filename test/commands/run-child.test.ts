import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { CommandContext } from '../../src/commands/command.js';
import { runChild } from '../../src/commands/run-child.js';

/** A folder with a program `tool` that somebody else could have put there. */
function folderWithTool(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'run-child-'));
  t.after(() => rmSync(dir, { recursive: true }));
  writeFileSync(join(dir, 'tool'), '#!/bin/sh\nexit 7\n');
  chmodSync(join(dir, 'tool'), 0o755);
  return dir;
}

function run(path: string, name: string) {
  const context = { env: { PATH: path }, stdout: { flush: async () => undefined } };
  return runChild(context as object as CommandContext, [name], {});
}

test('a program is looked for in the absolute directories of PATH alone', async (t) => {
  const dir = folderWithTool(t);
  const before = process.cwd();
  process.chdir(dir);
  t.after(() => process.chdir(before));
  for (const path of ['', '.', ':/usr/bin', '/usr/bin:', '/usr/bin::/bin', './', 'sub/..']) {
    const { problem, status } = await run(path, 'tool');
    assert.match(problem!, /executable file not found|relative to current directory/, path);
    assert.equal(status, undefined, path);
  }
  assert.deepEqual(await run(`/usr/bin:${dir}`, 'tool'), { problem: 'exit status 7', status: 7 });
  assert.deepEqual(await run('', './tool'), { problem: 'exit status 7', status: 7 });
});
