/** Where `k8s restore` takes objects from: a snapshot of etcd, or a file that keeps what a command changed. */

import { closeSync, openSync, readSync } from 'node:fs';
import { ExitCode, Failure } from '../../base/errors.js';
import type { Given } from '../../base/flags/declare.js';
import { connectionOptions } from '../../connection/options.js';
import { openClient } from '../../etcd/client.js';
import { isBackup, readBackup } from '../../k8s/backup-file.js';
import { Cluster } from '../../k8s/cluster.js';
import { type ObjectQuery, readObjects } from '../../k8s/objects.js';
import type { Resource } from '../../k8s/resources.js';
import type { CommandContext } from '../command.js';
import { parseTargets } from './get-arguments.js';
import { objectText } from './objects.js';

interface SourceFlags extends Given<'namespace'> {
  from: string;
  registryPrefix: string;
  rev: bigint;
  namespace: string;
}

/** A stored value that may be brought back. */
export interface SavedValue {
  /** Under the root of the cluster that it goes to. */
  key: string;
  value: Buffer;
  /** Decimal, '0': none. */
  lease: string;
  mod_revision: string;
}

/**
 * The values that the arguments name, out of the file of --from.
 * @param root of the cluster that they go to
 * @throws Failure for what is not in the file
 */
export async function* savedValues(
  context: CommandContext,
  root: string,
  args: readonly string[],
  flags: SourceFlags,
): AsyncGenerator<SavedValue> {
  const path = flags.from.replace(/^file:/, '');
  if (isBackup(headOf(path))) {
    if (args.length > 0) {
      throw new Failure(`${path} keeps what a command changed: it is brought back as a whole`, {
        exitCode: ExitCode.BadArgs,
      });
    }
    for (const { key, value, lease, mod_revision } of readBackup(path)) yield { key, value, lease, mod_revision };
    return;
  }
  const client = await openClient({ ...connectionOptions(context), endpoints: [`file:${path}`] });
  try {
    const cluster = await Cluster.open(client, {
      registryPrefix: flags.registryPrefix || undefined,
      revision: String(flags.rev),
    });
    for await (const saved of snapshotValues(cluster, args, flags)) {
      // Only Kubernetes' own folder may have another name in the other cluster.
      const isBelow = saved.key.startsWith(cluster.root);
      yield { ...saved, key: isBelow ? root + saved.key.slice(cluster.root.length) : saved.key };
    }
  } finally {
    client.close();
  }
}

function headOf(path: string): Buffer {
  const head = Buffer.alloc(8);
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    readSync(fd, head);
  } catch (error) {
    // A data directory is opened as one later.
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') return head;
    throw new Failure(`cannot read ${path}: ${(error as Error).message}`, { exitCode: ExitCode.IO, cause: error });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
  return head;
}

async function* snapshotValues(
  cluster: Cluster,
  args: readonly string[],
  flags: SourceFlags,
): AsyncGenerator<SavedValue> {
  for (const query of await queries(cluster, args, flags)) {
    let found = 0;
    for await (const { key, kv } of readObjects(cluster, query)) {
      found++;
      yield { key, value: kv.value, lease: kv.lease, mod_revision: kv.mod_revision };
    }
    if (found > 0 || query.name === undefined) continue;
    const { resource, name } = query;
    throw new Failure(`${objectText({ resource, name })} is not in ${flags.from}`, {
      hint: 'the namespace (-n), or an older revision (--rev) that the file still has?',
    });
  }
}

async function queries(cluster: Cluster, args: readonly string[], flags: SourceFlags): Promise<ObjectQuery[]> {
  const namespace = flags.namespace;
  const scope = (resource: Resource) => (resource.namespaced ? { namespace } : {});
  if (args.length === 0) {
    if (!flags.given('namespace')) {
      throw new Failure('what is to be restored? Name objects (TYPE/NAME), or a namespace with -n', {
        exitCode: ExitCode.BadArgs,
      });
    }
    return wholeNamespace(await cluster.resources(), namespace);
  }
  const targets = await parseTargets(cluster, args);
  return targets.flatMap(({ resource, names }) =>
    names.length > 0
      ? names.map((name) => ({ resource, ...scope(resource), name }))
      : [{ resource, ...scope(resource) }],
  );
}

/** The namespace itself, and all in it but events: those would stay for ever without their leases. */
function wholeNamespace(resources: readonly Resource[], namespace: string): ObjectQuery[] {
  const own = resources.filter(({ alias, internal }) => !alias && !internal);
  const itself = own.filter(({ plural, group }) => plural === 'namespaces' && group === '');
  const inside = own.filter(({ namespaced, plural }) => namespaced && plural !== 'events');
  return [
    ...itself.map((resource) => ({ resource, name: namespace })),
    ...inside.map((resource) => ({ resource, namespace })),
  ];
}
