import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atLeast, compareVersions } from '../../src/base/contract.js';
import { flagList, string } from '../../src/base/flags/declare.js';
import { hasFlag, inSpan } from '../../src/base/versions.js';
import { runTool } from '../../src/cli/run.js';
import { Captured, io } from './support.js';

test('versions compare by their numbers', () => {
  assert.deepEqual(['3.10', '3.9', '3.4', '4.0'].sort(compareVersions), ['3.4', '3.9', '3.10', '4.0']);
  assert.equal(compareVersions('3.6', '3.6'), 0);
  assert.equal(atLeast({ tool: 'ketcdctl' }, '3.8'), true);
  assert.equal(atLeast({ tool: 'etcdctl', version: '3.5' }, '3.6'), false);
});

test('spans and flags: both ends count, and an end that is not given is open', () => {
  assert.deepEqual(
    (['3.4', '3.5', '3.6', '3.8'] as const).map((version) => inSpan('3.4-3.4,3.6-', version)),
    [true, false, true, true],
  );
  assert.equal(inSpan(undefined, '3.6'), false);
  const [flag] = flagList({ sinceThen: string('', { since: '3.5', until: '3.6' }) });
  assert.equal(flag?.name, 'since-then');
  assert.deepEqual(
    (['3.4', '3.5', '3.6', '3.7'] as const).map((version) => hasFlag({ tool: 'etcdctl', version }, flag!)),
    [false, true, true, false],
  );
});

test('own mode refuses arguments that would be passed over', async () => {
  for (const argv of [
    ['get', 'a', 'b', 'c'],
    ['member', 'list', 'extra'],
    ['lease', 'list', '7'],
  ]) {
    const stderr = new Captured();
    // No server is asked: that would be another error.
    assert.equal(
      await runTool({ name: 'ketcdctl', argv, env: {}, io: io(new Captured(), stderr) }),
      128,
      argv.join(' '),
    );
    assert.match(stderr.text, /^Error: .* is too many\nHint: usage: ketcdctl /);
  }
});
