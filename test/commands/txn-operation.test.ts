import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mode } from '../../src/base/contract.js';
import { ExitCode, type Failure } from '../../src/base/errors.js';
import type { CommandContext } from '../../src/commands/command.js';
import { parseOperation } from '../../src/commands/txn/operation.js';

function operation(line: string, mode: Mode) {
  const stderr = { write: () => undefined, flush: async () => undefined, isTTY: false };
  const context = { mode, stderr, usageOf: async () => '' };
  return parseOperation(line, context as object as CommandContext);
}

/** `--range` of del came with 3.5. */
test('a line has the flags of its own mode, whatever the mode of one before it', async () => {
  const line = 'del a b --range';
  for (const version of ['3.4', '3.6', '3.4', '3.7'] as const) {
    const parsed = operation(line, { tool: 'etcdctl', version });
    if (version === '3.4') {
      await assert.rejects(parsed, (error: unknown) => (error as Failure).exitCode === ExitCode.InvalidInput);
    } else assert.equal((await parsed).request_delete_range?.key?.toString(), 'a', version);
  }
});
