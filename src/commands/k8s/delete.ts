import { ExitCode, errorLine, Failure } from '../../base/errors.js';
import { bool, string } from '../../base/flags/declare.js';
import type { Cluster } from '../../k8s/cluster.js';
import { labelSelector } from '../../k8s/label-selector.js';
import { readObjects, type StoredObject } from '../../k8s/objects.js';
import { ObjectWriter } from '../../k8s/write.js';
import { field } from '../../k8s-decode/value.js';
import type { CommandContext, CommandSpec, Flags, Run } from '../command.js';
import { CHANGE_FLAGS, changedMeanwhile, mayChange, openForChange, tellKept } from './change.js';
import { parseTargets, type Target } from './get-arguments.js';
import type { K8S_FLAGS } from './group-flags.js';
import { NAMESPACE_FLAG, namedObject, notFound, shortText } from './objects.js';

export const spec = {
  usage: 'k8s delete [options] TYPE/NAME… | TYPE NAME… | TYPE -l SELECTOR | TYPE --all',
  description:
    'Deletes objects in etcd, past the API server: no finalizer is waited for, nothing is shut down in order, and what depends on them is left to the garbage collector. Shows what would go, asks on a terminal, and keeps the old values in a file. An object that changes meanwhile is left alone.',
  examples: [
    'ketcdctl k8s delete pod/web-0 -n shop --dry-run',
    'ketcdctl k8s delete pvc data-db-0 -n shop # one that hangs on its finalizers',
    'ketcdctl k8s delete events --all -A --yes',
  ],
  complete: 'object',
  flags: {
    ...NAMESPACE_FLAG,
    allNamespaces: bool('in all namespaces', { short: 'A' }),
    selector: string('only objects with these labels: app=web,tier!=db', { short: 'l' }),
    all: bool('all objects of the type'),
    ...CHANGE_FLAGS,
  },
} satisfies CommandSpec;

export const run: Run<typeof spec, typeof K8S_FLAGS> = async (context, args, flags) => {
  const cluster = await openForChange(context, flags);
  const targets = await parseTargets(cluster, args);
  const objects: StoredObject[] = [];
  for (const target of targets) for (const object of await objectsOf(cluster, target, flags)) objects.push(object);
  if (objects.length === 0) {
    await context.stderr.write('No resources found\n');
    return ExitCode.Ok;
  }
  const dryRun = flags.dryRun;
  const shown = dryRun ? objects : objects.slice(0, SHOWN);
  for (const object of shown) await context.stderr.write(overview(object));
  if (shown.length < objects.length) await context.stderr.write(`  and ${objects.length - shown.length} more\n`);
  const question = objects.length === 1 ? 'Delete it?' : `Delete these ${objects.length} objects?`;
  if (!flags.yes && !dryRun && !(context.stdin.isTTY && context.stderr.isTTY)) {
    throw new Failure('nothing was deleted: there is no terminal on which to ask', {
      exitCode: ExitCode.BadArgs,
      hint: '--yes deletes without asking, --dry-run shows what would go',
    });
  }
  if (!(await mayChange(context, flags, question))) {
    const count = objects.length === 1 ? '1 object' : `${objects.length} objects`;
    await context.stderr.write(dryRun ? `${count} would be deleted\n` : 'nothing was deleted\n');
    return dryRun ? ExitCode.Ok : ExitCode.Error;
  }
  return deleteAll(context, cluster, objects, flags);
};

/** How many objects are listed before the question; --dry-run lists all. */
const SHOWN = 20;

async function objectsOf(
  cluster: Cluster,
  { resource, names }: Target,
  flags: Flags<typeof spec, typeof K8S_FLAGS>,
): Promise<StoredObject[]> {
  const selector = flags.selector;
  if (names.length === 0 && selector === '' && !flags.all) {
    throw new Failure('which objects? Name them, or give --selector or --all', { exitCode: ExitCode.BadArgs });
  }
  if (names.length > 0 && (selector !== '' || flags.all || flags.allNamespaces)) {
    throw new Failure('names cannot be given together with --selector, --all and --all-namespaces', {
      exitCode: ExitCode.BadArgs,
    });
  }
  const everywhere = flags.allNamespaces || !resource.namespaced;
  const namespace = everywhere ? undefined : flags.namespace;
  const select = selector === '' ? undefined : labelSelector(selector);
  const found: StoredObject[] = [];
  for (const name of names.length > 0 ? names : [undefined]) {
    const before = found.length;
    for await (const item of readObjects(cluster, { resource, namespace, name })) {
      if (!select || (item.object && select(item.object))) found.push(item);
    }
    if (name === undefined || found.length > before) continue;
    throw await notFound(cluster, namedObject(cluster, resource, flags.namespace, name));
  }
  return found;
}

/** A line for an object, and one for what its going leaves undone. */
function overview({ key, kv, object, resource }: StoredObject): string {
  const finalizers = object ? field(object, 'metadata', 'finalizers') : undefined;
  const lines = [`  ${key}  (revision ${kv.mod_revision})`];
  if (Array.isArray(finalizers) && finalizers.length > 0) {
    lines.push(`    warning: its finalizers will not run: ${finalizers.join(', ')}`);
  }
  if (resource?.plural === 'namespaces' && resource.group === '') {
    lines.push('    warning: the objects in the namespace stay, and nothing will delete them');
  }
  return `${lines.join('\n')}\n`;
}

async function deleteAll(
  context: CommandContext,
  cluster: Cluster,
  objects: StoredObject[],
  flags: Flags<typeof spec, typeof K8S_FLAGS>,
) {
  const writer = new ObjectWriter(cluster.client, flags.backupDir);
  let failed = 0;
  try {
    for (const { kv, resource, name } of objects) {
      const end = await writer.delete(kv);
      if (end.done) await context.stdout.write(`${shortText({ resource: resource!, name })} deleted\n`);
      else if (end.now) {
        failed++;
        await context.stderr.write(errorLine(changedMeanwhile(kv.key, kv.mod_revision, end.now).message));
      } else await context.stderr.write(`${kv.key} is gone already\n`);
    }
  } finally {
    await tellKept(context, writer);
  }
  return failed > 0 ? ExitCode.Error : ExitCode.Ok;
}
