/**
 * The tables that `kubectl get` prints: what stands in the columns of each resource. They are computed here as the API server
 * does it, from the stored object.
 */
import type { Fields } from '../../k8s-decode/value.js';

/** A column; `wide` ones are shown by `-o wide` alone. */
export interface Column {
  /** As the API server names it: `Up-to-date`. kubectl shows it in upper case. */
  name: string;
  /** `string`, `integer`, `number`, `boolean` or `date`; the cells may be of another type nevertheless. */
  type: string;
  /** `name` for the names of objects, or empty. */
  format: string;
  wide?: boolean;
  /** Of a custom resource's column: what its definition gives, of which all but 0 make it wide. */
  priority?: number;
}

/** Null where a custom resource has nothing to show in a column. */
export type CellValue = string | number | bigint | boolean | null;

export interface ResourceTable {
  /** The first is Name, but for events. The namespace is none of them. */
  columns: readonly Column[];
  /**
   * A cell for each column, as the API server gives it; kubectl prints it by {@link cellText}.
   * @param now milliseconds since 1970, for ages
   * @param wide false: cells of wide columns stay empty, which saves the work for them
   */
  row(object: Fields, now: number, wide?: boolean): CellValue[];
  /** The order in which kubectl lists the objects, where it is not that of their keys. */
  order?(one: Fields, other: Fields): number;
}

/** A printer column that a CustomResourceDefinition declares. */
export interface CrdColumn {
  name: string;
  /** `string`, `integer`, `number`, `boolean` or `date`. */
  type: string;
  /** Kubernetes' JSONPath without braces: `.spec.replicas`. */
  jsonPath: string;
  /** Columns of another priority than 0 are wide. */
  priority: number;
  /** What the value means to clients, where it says so: `date-time`, `byte`, `password`. */
  format?: string;
}

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

/**
 * The table of a built-in kind, which reads the objects of all its versions; undefined where there is none, and name and age
 * have to do.
 *
 * @param type its group (empty for the core group) and kind
 */
export async function tableOf({ group, kind }: { group: string; kind: string }): Promise<ResourceTable | undefined> {
  const load = Object.hasOwn(GROUPS, group) ? GROUPS[group] : undefined;
  const { tables } = (await load?.()) ?? {};
  return tables && Object.hasOwn(tables, kind) ? tables[kind] : undefined;
}

export { crdTable } from './custom-columns.js';
export { cellText } from './define.js';
