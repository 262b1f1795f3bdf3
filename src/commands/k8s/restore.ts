import { ExitCode, Failure } from '../../base/errors.js';
import { bool, int, string } from '../../base/flags/declare.js';
import type { Cluster } from '../../k8s/cluster.js';
import { ownersOf } from '../../k8s/undelete/references.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { CHANGE_FLAGS, mayChange, openForChange } from './change.js';
import type { K8S_FLAGS } from './group-flags.js';
import { NAMESPACE_FLAG } from './objects.js';
import { planRestore } from './restore-plan.js';
import { readWanted, type SourceFlags } from './restore-source.js';
import { tellPlans } from './restore-tree.js';

export const spec = {
  usage: 'k8s restore [options] --from FILE | --rev N | --before AGE [TYPE/NAME… | TYPE…]',
  description:
    'Brings objects back into etcd, past the API server: out of a snapshot, or as etcd itself had them at a revision that is still there. With -n alone, a namespace and all in it but events. They keep their uids, and only what is not there is written: what differs is left alone, and told, but with --overwrite. What changes meanwhile stays as it is. A deletion that had begun is taken back. With --with-dependents also what owns them and what they own, their namespace and definition, volumes and claims, and the accounts, roles, settings and secrets that they name. Nothing is written without --yes or the answer at a terminal: what would be is shown. The leases of a snapshot are gone: such a key will not expire. Also takes a file in which another command kept what it changed.',
  examples: [
    'ketcdctl k8s restore -n shop --before 10m --with-dependents # a namespace that was deleted: what would be done',
    'ketcdctl k8s restore -n shop --before 10m --with-dependents --yes',
    'ketcdctl k8s restore deploy/web cm/app-config -n shop --from backup.db --yes',
    'ketcdctl k8s restore pods -l app=web -n shop --rev 4200 # all that a selector finds',
    'ketcdctl k8s restore crd/coupons.shop.example.com --with-objects --from backup.db',
    'ketcdctl k8s restore -n shop --from backup.db -o yaml | kubectl apply -f - # into another cluster',
    'ketcdctl k8s restore --from ketcdctl-backup-20260302T081500Z.jsonl --overwrite # undo a change',
  ],
  complete: 'object',
  flags: {
    from: string('a snapshot, a database or a backup', { value: 'FILE', complete: 'file' }),
    rev: int('as it was at a revision: of --from, or of etcd itself', { default: '0' }),
    before: string('as it was then: 10m for ten minutes ago, or 2026-11-26T10:00:00Z', { value: 'AGE' }),
    ...NAMESPACE_FLAG,
    allNamespaces: bool('objects of the types in all namespaces', { short: 'A' }),
    selector: string('only objects with these labels: app=web,tier!=db', { short: 'l' }),
    fieldSelector: string('only objects with these fields: spec.nodeName=node-1'),
    withDependents: bool('also what goes with them: owners and what they own, and what they need'),
    withObjects: bool('also the objects of a definition, and those in a namespace'),
    overwrite: bool('also replace what is there and differs'),
    output: string('manifests for another cluster in place of writing: yaml or json', {
      short: 'o',
      value: 'FORMAT',
      choices: ['yaml', 'json'],
    }),
    journal: string('where the plan is kept until all is written; where it is, that run goes on', {
      value: 'FILE',
      complete: 'file',
    }),
    ...CHANGE_FLAGS,
  },
} satisfies CommandSpec;

export type RestoreFlags = Flags<typeof spec, typeof K8S_FLAGS>;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, args, flags) => {
  if (flags.output !== '') {
    const { writeManifests } = await import('./restore-manifests.js');
    return writeManifests(context, args, flags);
  }
  if (flags.journal !== '') {
    const { existsSync } = await import('node:fs');
    if (existsSync(flags.journal)) return resume(context, args, flags);
  }
  return restore(context, args, flags);
};

/** What {@link restore} is told. */
export type RestoreOptions = SourceFlags &
  Pick<RestoreFlags, 'overwrite' | 'journal' | 'yes' | 'dryRun' | 'backupDir' | 'registryPrefix'>;

/** Plans, shows, asks and writes. */
export async function restore(
  context: CommandContext,
  args: readonly string[],
  flags: RestoreOptions,
): Promise<number> {
  const { registryPrefix } = flags;
  const target = await openForChange(context, { registryPrefix, dryRun: !willWrite(context, flags) });
  const wanted = await readWanted(context, target, args, flags);
  try {
    const plans = await planRestore(context, target, wanted, flags.overwrite);
    const isComplete = await tellPlans(context, target, wanted, plans);
    const end = isComplete ? ExitCode.Ok : ExitCode.Error;
    const writing = plans.filter(({ action }) => action === 'create' || action === 'overwrite');
    if (writing.length === 0) return end;
    const question = `Write ${writing.length === 1 ? 'it' : `these ${writing.length}`}?`;
    const dryRun = !willWrite(context, flags);
    if (writing.some(({ member }) => ownersOf(member.item.object).length > 0)) await tellController(context, target);
    if (!(await mayChange(context, { ...flags, dryRun }, question))) {
      const hint = flags.dryRun ? ' (dry run)' : dryRun ? ' (--yes writes it)' : '';
      await context.stderr.write(`nothing was written${hint}\n`);
      return dryRun ? end : ExitCode.Error;
    }
    const { writePlans } = await import('./restore-write.js');
    const isWritten = await writePlans(context, target, writing, flags);
    return isWritten ? end : ExitCode.Error;
  } finally {
    wanted.close();
  }
}

/** What a controller does while objects come back: seen with the one of Kubernetes 1.37. */
async function tellController(context: CommandContext, target: Cluster): Promise<void> {
  const { controllerManager } = await import('../../k8s/undelete/controller-manager.js');
  const found = await controllerManager(target);
  if (!found || found.isStopped) return;
  await context.stderr.write(
    `note: a kube-controller-manager is at work (${found.holder}): it may make pods anew before it sees those that come back, and take them away again; stop it meanwhile where that matters\n`,
  );
}

/** Without a terminal on which to ask, nothing is written unless it is told so. */
function willWrite(context: CommandContext, { yes, dryRun }: { yes: boolean; dryRun: boolean }): boolean {
  return !dryRun && (yes || Boolean(context.stderr.isTTY && context.stdin.isTTY));
}

/** Goes on with a run that broke off. */
async function resume(context: CommandContext, args: readonly string[], flags: RestoreFlags): Promise<number> {
  if (args.length > 0 || flags.from !== '' || flags.rev !== 0n || flags.before !== '') {
    throw new Failure(`${flags.journal} is there already: a run that broke off goes on without other arguments`, {
      exitCode: ExitCode.BadArgs,
      hint: 'another file for another run; remove it if it is of no use any more',
    });
  }
  const dryRun = !willWrite(context, flags);
  const target = await openForChange(context, { registryPrefix: flags.registryPrefix, dryRun });
  const { openJournal, resumeWriting } = await import('./restore-write.js');
  const opened = await openJournal(target, flags.journal);
  const count = opened.left.length;
  await context.stderr.write(`${opened.done} are written, ${count} are left:\n`);
  for (const { key, was } of opened.left) await context.stderr.write(`${was === '0' ? '+' : '~'} ${key}\n`);
  if (!(await mayChange(context, { ...flags, dryRun }, `Write ${count === 1 ? 'it' : `these ${count}`}?`))) {
    opened.journal.end(false);
    await context.stderr.write(
      `nothing was written${flags.dryRun ? ' (dry run)' : dryRun ? ' (--yes writes it)' : ''}\n`,
    );
    return dryRun ? ExitCode.Ok : ExitCode.Error;
  }
  return (await resumeWriting(context, target, opened, flags)) ? ExitCode.Ok : ExitCode.Error;
}
