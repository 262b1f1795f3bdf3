/** The objects that the arguments of commands name which work on objects one by one. */

import { ExitCode, Failure } from '../../base/errors.js';
import { string } from '../../base/flags/declare.js';
import type { Cluster } from '../../k8s/cluster.js';
import type { Resource } from '../../k8s/resources.js';
import { parseTargets } from './get-arguments.js';

export const NAMESPACE_FLAG = {
  namespace: string('the namespace to look in', { short: 'n', default: 'default', value: 'NS', complete: 'namespace' }),
};

/** An object by its name, whether it exists or not. */
export interface NamedObject {
  resource: Resource;
  /** Undefined for a resource without namespaces. */
  namespace: string | undefined;
  name: string;
  key: string;
}

/**
 * The one object that `TYPE/NAME` or `TYPE NAME` names.
 * @throws Failure for more or fewer
 */
export async function oneObject(
  cluster: Cluster,
  args: readonly string[],
  flags: { namespace: string },
): Promise<NamedObject> {
  const [object, ...more] = args.length > 0 ? await namedObjects(cluster, args, flags) : [];
  if (object && more.length === 0) return object;
  throw new Failure('one object has to be named: TYPE/NAME', { exitCode: ExitCode.BadArgs });
}

/** The objects that `TYPE/NAME…` or `TYPE NAME…` names; none for a type alone. */
export async function namedObjects(
  cluster: Cluster,
  args: readonly string[],
  flags: { namespace: string },
): Promise<NamedObject[]> {
  const targets = await parseTargets(cluster, args);
  return targets.flatMap(({ resource, names }) =>
    names.map((name) => namedObject(cluster, resource, flags.namespace, name)),
  );
}

/** @param namespace taken for resources that have namespaces */
export function namedObject(cluster: Cluster, resource: Resource, namespace: string, name: string): NamedObject {
  const own = resource.namespaced ? namespace : undefined;
  return { resource, namespace: own, name, key: cluster.keyOf(resource, own, name) };
}

/** How the API server names a resource's object in messages: `deployments.apps "web"`. */
export function objectText({ resource, name }: Pick<NamedObject, 'resource' | 'name'>): string {
  const { plural, group } = resource;
  return `${group === '' ? plural : `${plural}.${group}`} "${name}"`;
}

/** kubectl's short name of an object: `deployment.apps/web`. */
export function shortText({ resource, name }: Pick<NamedObject, 'resource' | 'name'>): string {
  const { singular, group } = resource;
  return `${group === '' ? singular : `${singular}.${group}`}/${name}`;
}

/** The failure for an object that is not there, with what is near it. */
export async function notFound(
  cluster: Cluster,
  named: { resource: Resource; namespace: string | undefined; name: string },
): Promise<Failure> {
  const { resource, name } = named;
  const { nearObjects } = await import('../../k8s/near-objects.js');
  const hint = await nearObjects(cluster, named);
  const key = cluster.keyOf(resource, named.namespace, name);
  return new Failure(
    `${objectText({ resource, name })} not found: there is no key ${key}`,
    hint === undefined ? {} : { hint },
  );
}
