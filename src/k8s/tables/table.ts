/**
 * The tables that `kubectl get` prints: what stands in the columns of each resource. They are computed here as the API server
 * does it, from the stored object.
 */
import type { ResourceTable } from './define.js';

type Tables = Record<string, ResourceTable>;

/** The tables of each group by kind; kinds that moved to another group are read the same. */
const GROUPS: Record<string, () => Promise<{ tables: Tables }>> = {
  '': () => import('./core.js'),
  'admissionregistration.k8s.io': () => import('./admission.js'),
  'apiextensions.k8s.io': () => import('./definitions.js'),
  'apiregistration.k8s.io': () => import('./definitions.js'),
  apps: () => import('./apps.js'),
  'auditregistration.k8s.io': () => import('./definitions.js'),
  autoscaling: () => import('./autoscaling.js'),
  batch: () => import('./batch.js'),
  'certificates.k8s.io': () => import('./certificates.js'),
  'coordination.k8s.io': () => import('./coordination.js'),
  'discovery.k8s.io': () => import('./endpoints.js'),
  'events.k8s.io': () => import('./events.js'),
  extensions: () => import('./extensions.js'),
  'flowcontrol.apiserver.k8s.io': () => import('./flowcontrol.js'),
  'internal.apiserver.k8s.io': () => import('./definitions.js'),
  'lifecycle.k8s.io': () => import('./lifecycle.js'),
  'networking.k8s.io': () => import('./networking.js'),
  'node.k8s.io': () => import('./scheduling.js'),
  policy: () => import('./policy.js'),
  'rbac.authorization.k8s.io': () => import('./rbac.js'),
  'resource.k8s.io': () => import('./devices.js'),
  'scheduling.k8s.io': () => import('./scheduling.js'),
  'settings.k8s.io': () => import('./definitions.js'),
  'storage.k8s.io': () => import('./storage.js'),
  'storagemigration.k8s.io': () => import('./definitions.js'),
};

const openShift = (): Promise<{ tables: Tables }> => import('./openshift.js');

/** The groups whose tables Kubernetes 1.37 changed. */
const CHANGED = new Set(['storage.k8s.io']);

/**
 * The table of a built-in kind, which reads the objects of all its versions; undefined where there is none, and name and age
 * have to do.
 *
 * @param type its group (empty for the core group) and kind
 * @param release as which release of Kubernetes shows it, a minor number
 */
export async function tableOf(
  { group, kind }: { group: string; kind: string },
  release = 36,
): Promise<ResourceTable | undefined> {
  if (release >= 37 && CHANGED.has(group)) {
    const { tables } = await import('./since-37.js');
    if (Object.hasOwn(tables, kind)) return tables[kind];
  }
  const load = group.endsWith('.openshift.io') ? openShift : Object.hasOwn(GROUPS, group) ? GROUPS[group] : undefined;
  const { tables } = (await load?.()) ?? {};
  return tables && Object.hasOwn(tables, kind) ? tables[kind] : undefined;
}
