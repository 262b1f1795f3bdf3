import { existsSync } from 'node:fs';
import { ExitCode, Failure } from '../../base/errors.js';
import { int } from '../../base/flags/declare.js';
import { decimalBytes } from '../../output/size.js';
import { compactFile } from '../../storage/snapshot/compact.js';
import { plainFile } from '../../storage/snapshot/compressed.js';
import type { CommandSpec, Run } from '../command.js';

export const spec = {
  usage: 'snapshot compact <filename> <new file> [options]',
  description:
    'Writes a smaller snapshot: without the history before a revision, and without free pages. It reads and restores as if etcd had compacted its history there.',
  examples: ['ketcdctl snapshot compact backup.db small.db', 'ketcdctl snapshot compact backup.db small.db --rev 4711'],
  complete: 'file',
  flags: { rev: int('oldest revision that stays readable (0: the newest only)', { default: '0' }) },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  const [path, target] = args;
  if (path === undefined || target === undefined || args.length > 2) {
    throw new Failure('snapshot compact requires two arguments: a snapshot, and the file to write', {
      exitCode: ExitCode.BadArgs,
    });
  }
  if (existsSync(target)) throw new Failure(`${target} exists`, { hint: 'name a file that is not there yet' });
  const { before, after } = await compactFile(await plainFile(path), target, flags.rev, path);
  await context.stderr.write(`Wrote ${target}: ${decimalBytes(after)}, of ${decimalBytes(before)} in ${path}\n`);
};
