import { existsSync } from 'node:fs';
import { ExitCode, Failure } from '../../base/errors.js';
import { decimalBytes } from '../../output/size.js';
import { compactFile } from '../../storage/bolt/defrag.js';
import { plainFile } from '../../storage/snapshot/compressed.js';
import type { CommandSpec, Run } from '../command.js';

export const spec: CommandSpec = {
  usage: 'snapshot compact <filename> <new file> [options]',
  description:
    'Writes a smaller snapshot: without the history before a revision, and without free pages. It reads and restores as if etcd had compacted its history there.',
  examples: ['ketcdctl snapshot compact backup.db small.db', 'ketcdctl snapshot compact backup.db small.db --rev 4711'],
  complete: 'file',
  flags: [{ name: 'rev', type: 'int', default: '0', help: 'oldest revision that stays readable (0: the newest only)' }],
};

export const run: Run = async (context, args, flags) => {
  const [path, target] = args;
  if (path === undefined || target === undefined || args.length > 2) {
    throw new Failure('snapshot compact requires two arguments: a snapshot, and the file to write', {
      exitCode: ExitCode.BadArgs,
    });
  }
  if (existsSync(target)) throw new Failure(`${target} exists`, { hint: 'name a file that is not there yet' });
  const { before, after } = await compactFile(await plainFile(path), target, flags.int('rev'), path);
  await context.stderr.write(`Wrote ${target}: ${decimalBytes(after)}, of ${decimalBytes(before)} in ${path}\n`);
};
