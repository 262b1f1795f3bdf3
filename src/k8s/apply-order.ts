/** The order in which objects are put into a cluster. */
import type { Resource } from './resources.js';

/** What comes first: others need it. */
const FIRST = [
  'namespaces',
  'customresourcedefinitions',
  'priorityclasses',
  'runtimeclasses',
  'storageclasses',
  'persistentvolumes',
  'serviceaccounts',
  'clusterroles',
  'clusterrolebindings',
  'roles',
  'rolebindings',
  'resourcequotas',
  'limitranges',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services',
];

/** The smaller, the earlier; those of one rank in any order. */
export function applyRank({ plural }: Pick<Resource, 'plural'>): number {
  const at = FIRST.indexOf(plural);
  return at < 0 ? FIRST.length : at;
}
