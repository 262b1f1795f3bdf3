/** What is near an object that is not there. */
import { nearest } from '../base/flags/near.js';
import { prefixRange } from '../rpc/keys.js';
import type { Cluster } from './cluster.js';
import type { Resource } from './resources.js';

/** Names that are looked at. */
const MOST = '5000';

interface Named {
  resource: Resource;
  namespace: string | undefined;
  name: string;
}

/**
 * A sentence about where the name is, or which are like it; undefined where nothing is near, or that cannot be read. Keys alone are read.
 */
export async function nearObjects(cluster: Cluster, { resource, namespace, name }: Named): Promise<string | undefined> {
  const folder = cluster.folderOf(resource);
  const range = { ...prefixRange(Buffer.from(folder)), revision: cluster.revision, keys_only: true, limit: MOST };
  const found = await cluster.client.kv.range(range).catch(() => undefined);
  const places = (found?.kvs ?? []).map(({ key }) => cluster.placeOf(resource, key.toString()));
  const here = places.filter((place) => place.namespace === namespace).map((place) => place.name);
  const near = didYouMean(name, here);
  if (near !== undefined) return near;
  const elsewhere = places.filter((place) => place.name === name).flatMap((place) => place.namespace ?? []);
  if (elsewhere.length > 0)
    return `there is one in the namespace ${elsewhere.slice(0, 3).join(', ')}: -n ${elsewhere[0]}`;
  if (namespace === undefined || here.length > 0) return undefined;
  const namespaces = [...new Set(places.flatMap((place) => place.namespace ?? []))];
  const others = nearest(namespace, namespaces).slice(0, 3);
  if (others.length > 0)
    return `there is no ${resource.singular} in the namespace ${namespace}: did you mean -n ${others.join(' or -n ')}?`;
  return undefined;
}

function didYouMean(name: string, names: readonly string[]): string | undefined {
  const near = nearest(name, names).slice(0, 3);
  return near.length > 0 ? `did you mean ${near.join(' or ')}?` : undefined;
}
