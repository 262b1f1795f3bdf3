import { ExitCode, Failure } from '../../base/errors.js';
import { bool, int, string, strings } from '../../base/flags/declare.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { changesFormat } from './changes-format.js';
import { DiffOutput } from './diff-print.js';
import { DiffSides, diffOrder } from './diff-sides.js';

export const spec = {
  usage: 'diff [options] [file] [file] [key]',
  description:
    'Compares a key, or all keys that begin with it (--prefix), at two revisions (--rev, --to-rev) or in two places: snapshot files, or the servers that --endpoints names where there is one file. + stands for what is only in the second, - for what is only in the first, ~ for what is in both, with what differs. Objects of Kubernetes are compared field by field.',
  examples: [
    'ketcdctl diff --rev 4200 /registry/deployments/shop/web # since then',
    'ketcdctl diff --rev 4200 --to-rev 4300 --prefix /registry/ --summary',
    'ketcdctl diff yesterday.db today.db --prefix /registry/configmaps/',
    'ketcdctl diff backup.db --prefix /registry/ --exclude /registry/leases/,/registry/events/ # and the server now',
    'ketcdctl diff --from 10.0.0.11:2379 --to 10.0.0.12:2379 --prefix /registry/secrets/',
  ],
  complete: 'file',
  flags: {
    prefix: bool('compare all keys that begin with the key'),
    rev: int('the revision of the first side (0: the newest)', { default: '0' }),
    toRev: int('the revision of the second side (0: the newest)', { default: '0' }),
    from: string('the first side: a file, or endpoints (default: --endpoints)', { value: 'PLACE' }),
    to: string('the second side: a file, or endpoints (default: --endpoints)', { value: 'PLACE' }),
    exclude: strings('leave out the keys that begin with it', { value: 'PREFIX' }),
    summary: bool('a line for each key that differs'),
    full: bool('what was added or removed as a whole, not only its key'),
    showManagedFields: bool('keep metadata.managedFields in what is compared'),
    exitCode: bool('exit with 1 when there is a difference (and with 2 or more when comparing fails)'),
  },
} satisfies CommandSpec;

export const run: Run<typeof spec> = async (context, args, flags) => {
  if (!flags.exitCode) {
    await compare(context, args, flags);
    return ExitCode.Ok;
  }
  try {
    return (await compare(context, args, flags)) ? ExitCode.Error : ExitCode.Ok;
  } catch (error) {
    if (error instanceof Failure && error.exitCode === ExitCode.Error) error.exitCode = ExitCode.BadConnection;
    throw error;
  }
};

/** Prints what differs; whether anything does. */
async function compare(context: CommandContext, args: string[], flags: Flags<typeof spec>): Promise<boolean> {
  const order = diffOrder(args, flags);
  const output = new DiffOutput(context, changesFormat(context), {
    summary: flags.summary,
    full: flags.full,
    managedFields: flags.showManagedFields,
  });
  const excluded = flags.exclude.map((prefix) => Buffer.from(prefix));
  const sides = await DiffSides.open(context, order, flags.summary);
  try {
    for await (const difference of sides.differences()) {
      const isExcluded = excluded.some((prefix) => difference.key.subarray(0, prefix.length).equals(prefix));
      if (!isExcluded) await output.print(difference);
    }
  } finally {
    sides.close();
  }
  await output.end();
  return output.total > 0;
}
