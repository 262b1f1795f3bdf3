/** Where `k8s restore` takes objects from: etcd as it was at a revision, a snapshot, or a file that keeps what a command changed. */

import { closeSync, openSync, readSync } from 'node:fs';
import { ExitCode, Failure } from '../../base/errors.js';
import type { Given } from '../../base/flags/declare.js';
import { connectionOptions } from '../../connection/options.js';
import { openClient } from '../../etcd/client.js';
import { isBackup, readBackup } from '../../k8s/backup-file.js';
import { Cluster } from '../../k8s/cluster.js';
import { objectSelector } from '../../k8s/object-selector.js';
import { type ObjectQuery, readObjects, StoredObject } from '../../k8s/objects.js';
import type { Resource } from '../../k8s/resources.js';
import { Closure, type Member, type Missing } from '../../k8s/undelete/closure.js';
import { isEvent, SourceIndex } from '../../k8s/undelete/source-index.js';
import type { CommandContext } from '../command.js';
import { openAnyCluster } from './cluster.js';
import { parseTargets } from './get-arguments.js';
import { objectText } from './objects.js';
import { revisionOfTime } from './time-flag.js';

/** The flags that say what is taken, and from where. */
export interface SourceFlags extends Given<'namespace'> {
  from: string;
  rev: bigint;
  before: string;
  registryPrefix: string;
  namespace: string;
  allNamespaces: boolean;
  selector: string;
  fieldSelector: string;
  withDependents: boolean;
  withObjects: boolean;
}

/** What is to be brought back. */
export interface Wanted {
  members: Member[];
  /** Whether the objects themselves were named, and not a namespace of them. */
  isExplicit: boolean;
  /** With keys of the cluster that it goes to. */
  missing: Missing[];
  /** The key in the cluster that an object goes to. */
  keyOf(item: StoredObject): string;
  /** Ends what was opened for reading. */
  close(): void;
}

/**
 * Reads what the arguments name, and what goes with it.
 * @param target the cluster that it goes to; undefined: none whose etcd is known
 * @throws Failure for what is not in the source, or for no source
 */
export async function readWanted(
  context: CommandContext,
  target: Cluster | undefined,
  args: readonly string[],
  flags: SourceFlags,
): Promise<Wanted> {
  const path = flags.from.replace(/^file:/, '');
  if (path !== '' && isBackup(headOf(path))) {
    return backupValues(target ?? (await openAnyCluster(context, { ...flags, rev: 0n })), path, args, flags);
  }
  const source = await openSource(context, path, flags);
  try {
    const wanted = await membersOf(source.cluster, args, flags, source.text);
    const { root } = source.cluster;
    // Only Kubernetes' own folder may have another name in the other cluster.
    const keyOf = ({ key }: { key: string }) =>
      target && key.startsWith(root) ? target.root + key.slice(root.length) : key;
    const missing = wanted.missing.map((each) => ({ ...each, key: keyOf(each) }));
    return { ...wanted, isExplicit: args.length > 0, missing, keyOf, close: source.close };
  } catch (error) {
    source.close();
    throw error;
  }
}

/** A cluster to read from; `text` names it in messages. */
interface Source {
  cluster: Cluster;
  text: string;
  close(): void;
}

async function openSource(context: CommandContext, path: string, flags: SourceFlags): Promise<Source> {
  const isLive = path === '';
  if (isLive && flags.rev === 0n && flags.before === '') {
    throw new Failure('from where? --from FILE, or etcd as it was: --rev N or --before 10m', {
      exitCode: ExitCode.BadArgs,
      hint: '`ketcdctl k8s history TYPE/NAME` shows the revisions of an object that was deleted',
    });
  }
  if (flags.rev !== 0n && flags.before !== '') {
    throw new Failure('--rev and --before do not go together', { exitCode: ExitCode.BadArgs });
  }
  const client = isLive
    ? await context.connect()
    : await openClient({ ...connectionOptions(context), endpoints: [`file:${path}`] });
  // What the command opens itself, main closes.
  const close = () => !isLive && client.close();
  try {
    const options = { registryPrefix: flags.registryPrefix || undefined, values: await context.values() };
    let revision = String(flags.rev);
    if (flags.before !== '') {
      const found = await revisionOfTime(await Cluster.open(client, options), 'before', flags.before);
      revision = found.revision;
      await context.stderr.write(`${found.sureness}\n`);
    }
    const cluster = await Cluster.open(client, { ...options, revision });
    const at = revision === '0' ? '' : ` at revision ${revision}`;
    return { cluster, text: `${isLive ? 'etcd' : path}${at}`, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** All values of a file that keeps what a command changed. */
async function backupValues(
  target: Cluster,
  path: string,
  args: readonly string[],
  flags: SourceFlags,
): Promise<Wanted> {
  if (args.length > 0 || flags.withDependents || flags.withObjects || flags.selector || flags.fieldSelector) {
    throw new Failure(`${path} keeps what a command changed: it is brought back as a whole`, {
      exitCode: ExitCode.BadArgs,
    });
  }
  const place = await target.keyReader();
  const members: Member[] = [];
  for (const { key: text, value, lease, mod_revision } of readBackup(path)) {
    const key = Buffer.from(text);
    const kv = { key, value, lease, mod_revision, create_revision: '0', version: '0' };
    const item = new StoredObject(kv, place(text), await target.values.read(key, value));
    members.push({ item, because: 'named', parent: undefined });
  }
  return { members, isExplicit: true, missing: [], keyOf: ({ key }) => key, close: () => undefined };
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

async function membersOf(
  cluster: Cluster,
  args: readonly string[],
  flags: SourceFlags,
  text: string,
): Promise<Pick<Wanted, 'members' | 'missing'>> {
  const items = await namedItems(cluster, args, flags, text);
  if (!flags.withDependents && !flags.withObjects) {
    return { members: items.map((item) => ({ item, because: 'named', parent: undefined })), missing: [] };
  }
  const closure = new Closure(cluster, await SourceIndex.read(cluster, scopeOf(items)), {
    dependents: flags.withDependents,
  });
  await closure.add(items);
  return { members: [...closure.members.values()], missing: [...closure.missing.values()] };
}

/** In which namespaces something can go with the objects: what is in none, but a namespace, has it in all. */
function scopeOf(items: readonly StoredObject[]): { namespaces: Set<string> | undefined } {
  const namespaces = new Set<string>();
  for (const { resource, namespace, name } of items) {
    const own = namespace ?? (resource?.plural === 'namespaces' ? name : undefined);
    if (own === undefined) return { namespaces: undefined };
    namespaces.add(own);
  }
  return { namespaces };
}

async function namedItems(
  cluster: Cluster,
  args: readonly string[],
  flags: SourceFlags,
  text: string,
): Promise<StoredObject[]> {
  const items: StoredObject[] = [];
  const select = objectSelector(flags);
  for (const query of await queries(cluster, args, flags)) {
    const before = items.length;
    for await (const item of readObjects(cluster, query)) {
      if (!select || (item.object && select(item.object))) items.push(item);
    }
    if (items.length > before || query.name === undefined || select) continue;
    const { resource, name } = query;
    throw new Failure(`${objectText({ resource, name })} is not in ${text}`, {
      hint: 'the namespace (-n), or an older revision (--rev)? `k8s history` shows those of an object',
    });
  }
  if (items.length === 0) throw new Failure(`nothing of it is in ${text}`);
  return items;
}

async function queries(cluster: Cluster, args: readonly string[], flags: SourceFlags): Promise<ObjectQuery[]> {
  const { namespace, allNamespaces } = flags;
  const scope = (resource: Resource) => (resource.namespaced && !allNamespaces ? { namespace } : {});
  if (args.length === 0) {
    if (!flags.given('namespace')) {
      throw new Failure('what is to be restored? Name objects (TYPE/NAME), or a namespace with -n', {
        exitCode: ExitCode.BadArgs,
      });
    }
    return wholeNamespace(await cluster.resources(), namespace);
  }
  const targets = await parseTargets(cluster, args);
  const named = targets.flatMap(({ resource, names }) => (names.length > 0 ? [resource] : []));
  if (allNamespaces && named.some(({ namespaced }) => namespaced)) {
    throw new Failure('names cannot be given together with --all-namespaces', { exitCode: ExitCode.BadArgs });
  }
  return targets.flatMap(({ resource, names }) =>
    names.length > 0
      ? names.map((name) => ({ resource, ...scope(resource), name }))
      : [{ resource, ...scope(resource) }],
  );
}

/** The namespace itself, and all in it but events. */
function wholeNamespace(resources: readonly Resource[], namespace: string): ObjectQuery[] {
  const own = resources.filter(({ alias, internal }) => !alias && !internal);
  const itself = own.filter(({ plural, group }) => plural === 'namespaces' && group === '');
  const inside = own.filter((resource) => resource.namespaced && !isEvent(resource));
  return [
    ...itself.map((resource) => ({ resource, name: namespace })),
    ...inside.map((resource) => ({ resource, namespace })),
  ];
}
