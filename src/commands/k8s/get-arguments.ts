/** What `k8s get` is asked for: kubectl's ways to name resources and objects. */
import { ExitCode, Failure } from '../../base/errors.js';
import type { Cluster } from '../../k8s/cluster.js';
import type { Resource } from '../../k8s/resources.js';
import { requireResource } from './cluster.js';

/** A resource, and the objects of it that are wanted: all of them where none is named. */
export interface Target {
  resource: Resource;
  names: string[];
}

/**
 * `TYPE[,TYPE…] [NAME…]` or `TYPE/NAME…`; a category (`all`) stands for its resources.
 * @throws Failure for a type that nobody knows, or for a mixture
 */
export async function parseTargets(cluster: Cluster, args: readonly string[]): Promise<Target[]> {
  const [first = '', ...names] = args;
  if (first === '') throw noType();
  if (args.some((arg) => arg.includes('/'))) return pairs(cluster, args);
  const targets: Target[] = [];
  for (const word of first.split(',').filter((part) => part !== '')) {
    for (const resource of await resourcesOf(cluster, word)) targets.push({ resource, names });
  }
  return targets;
}

/** What is said where no TYPE is given. */
export function noType(): Failure {
  return new Failure('You must specify the type of resource to get.', {
    exitCode: ExitCode.BadArgs,
    hint: '`ketcdctl k8s get pods -A`; `ketcdctl k8s kinds` shows what is stored',
  });
}

async function pairs(cluster: Cluster, args: readonly string[]): Promise<Target[]> {
  const targets: Target[] = [];
  for (const arg of args) {
    const [type = '', name, more] = arg.split('/');
    if (name !== undefined && (!type || !name || more !== undefined)) {
      throw new Failure(`arguments in resource/name form must have a single resource and name: ${arg}`, {
        exitCode: ExitCode.BadArgs,
      });
    }
    if (name === undefined) {
      throw new Failure('there is no need to specify a resource type as a separate argument when TYPE/NAME is used', {
        exitCode: ExitCode.BadArgs,
        hint: 'either TYPE NAME…, or TYPE/NAME for each object',
      });
    }
    targets.push({ resource: await requireResource(cluster, type), names: [name] });
  }
  return targets;
}

/** A resource, or those of a category. */
async function resourcesOf(cluster: Cluster, word: string): Promise<Resource[]> {
  if (CATEGORIES.has(word)) return category(cluster, word);
  const found = await cluster.find(word);
  if (found) return [found];
  const members = await category(cluster, word);
  return members.length > 0 ? members : [await requireResource(cluster, word)];
}

/** The categories of Kubernetes itself; definitions of custom resources add to them, and have others. */
const CATEGORIES = new Set(['all', 'api-extensions']);

async function category(cluster: Cluster, name: string): Promise<Resource[]> {
  return (await cluster.resources()).filter(({ categories }) => categories.includes(name));
}
