/** What the `k8s` commands have in common: the cluster that is read, and the resources that arguments name. */
import { Failure } from '../../base/errors.js';
import { nearest } from '../../base/flags/near.js';
import { Cluster } from '../../k8s/cluster.js';
import { isNeverStored, type Resource } from '../../k8s/resources.js';
import type { CommandContext } from '../command.js';

/** What says which cluster, and as of when. */
interface ClusterFlags {
  registryPrefix: string;
  rev?: bigint;
}

/**
 * The cluster behind the endpoints, at the revision of --rev where the command has that flag.
 * @throws Failure for a --registry-prefix without keys
 */
export async function openCluster(context: CommandContext, flags: ClusterFlags): Promise<Cluster> {
  const cluster = await openAnyCluster(context, flags);
  if (!cluster.isEmpty || flags.registryPrefix === '') return cluster;
  throw new Failure(`there is no key below ${cluster.root}`, {
    hint: '`ketcdctl ls /` shows which prefixes there are',
  });
}

/** The same, also where nothing is stored yet. */
export async function openAnyCluster(context: CommandContext, flags: ClusterFlags): Promise<Cluster> {
  return Cluster.open(await context.connect(), {
    registryPrefix: flags.registryPrefix || undefined,
    revision: String(flags.rev ?? 0n),
    values: await context.values(),
  });
}

/**
 * The resource that a word means.
 * @throws Failure in kubectl's words, with the names that are near
 */
export async function requireResource(cluster: Cluster, word: string): Promise<Resource> {
  const resource = await cluster.find(word);
  if (resource) return resource;
  if (isNeverStored(word)) {
    throw new Failure(`${word} are not stored in etcd: the API server makes them when it is asked`);
  }
  const names = (await cluster.resources())
    .filter(({ alias, internal }) => !alias && !internal)
    .flatMap(({ plural, shortNames }) => [plural, ...shortNames]);
  const near = nearest(word.toLowerCase(), names);
  throw new Failure(`the server doesn't have a resource type "${word}"`, {
    hint:
      near.length > 0
        ? `did you mean ${near.slice(0, 3).join(', ')}?`
        : '`k8s kinds` shows the resources that are stored; a custom resource needs its definition in the same etcd',
  });
}
