/**
 * The tables that `kubectl get` prints: what stands in the columns of each resource. They are computed here as the API server
 * does it, from the stored object.
 */
import type { Fields } from '../../k8s-decode/value.js';

/** A column; `wide` ones are shown by `-o wide` alone. */
export interface Column {
  /** As the head of the table has it: upper case. */
  name: string;
  wide?: boolean;
}

export interface ResourceTable {
  /** The first is NAME. NAMESPACE is none of them. */
  columns: readonly Column[];
  /**
   * A cell for each column, the wide ones included.
   * @param now milliseconds since 1970, for ages
   */
  row(object: Fields, now: number): string[];
}

/** What a table is chosen by. */
export interface TableKind {
  /** Empty for the core group. */
  group: string;
  kind: string;
  version?: string | undefined;
}

/** A printer column that a CustomResourceDefinition declares. */
export interface CrdColumn {
  name: string;
  /** `string`, `integer`, `number`, `boolean` or `date`. */
  type: string;
  /** Kubernetes' JSONPath without braces: `.spec.replicas`. */
  jsonPath: string;
  /** Columns of a priority above 0 are wide. */
  priority: number;
}

/** The table of a built-in kind; undefined where there is none, and name and age have to do. */
export async function tableOf(_kind: TableKind): Promise<ResourceTable | undefined> {
  return undefined;
}

/** The table of a custom resource, from the columns that its definition declares (kubectl shows NAME and AGE where there are none). */
export function crdTable(_columns: readonly CrdColumn[]): ResourceTable {
  return { columns: [{ name: 'NAME' }], row: (object) => [String((object.get('metadata') as Fields)?.get('name'))] };
}
