/** The tables of custom resources, from the columns that their definitions declare. */
import { parseTime } from '../../k8s-decode/time.js';
import type { Value } from '../../k8s-decode/value.js';
import { humanDuration, instant } from './age.js';
import { age, name } from './cells.js';
import { type Cell, type Column, goNumber, type ResourceTable, withCells } from './define.js';
import { compileJsonPath, type JsonPath } from './json-path.js';

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

/**
 * The table of a custom resource, from the columns that its definition declares: Name, Age where there are none. As in the API
 * server, the columns end before the first whose path cannot be read.
 */
export function crdTable(declared: readonly CrdColumn[]): ResourceTable {
  const columns: Column[] = [{ name: 'Name', type: 'string', format: 'name' }];
  const cells: Cell[] = [name];
  if (declared.length === 0) return withCells([...columns, { name: 'Age', type: 'date', format: '' }], [name, age]);
  for (const { jsonPath, priority, name: title, type, format } of declared) {
    const path = compileJsonPath(jsonPath);
    if (!path) break;
    columns.push({ name: title, type, format: format ?? '', ...(priority !== 0 && { wide: true, priority }) });
    cells.push(declaredCell(path, type));
  }
  return withCells(columns, cells);
}

/** Null where the path leads nowhere, or to something of another type. */
function declaredCell(path: JsonPath, type: string): Cell {
  return (object, now) => {
    const value = path(object)[0];
    if (value === undefined) return null;
    if (type === 'string') return asText(value);
    if (type === 'date') return typeof value === 'string' ? asAge(value, now) : null;
    if (type === 'boolean') return typeof value === 'boolean' ? value : null;
    if (typeof value !== 'number' && typeof value !== 'bigint') return null;
    if (type === 'integer') return typeof value === 'number' ? Math.trunc(value) : value;
    return type === 'number' ? value : null;
  };
}

function asAge(time: string, now: number): string {
  if (time === '' || time === 'null') return '<unknown>';
  if (!parseTime(time)) return '<invalid>';
  const then = instant(time);
  return then === undefined ? '<unknown>' : humanDuration(now - then);
}

/** A value that a path found, as Go prints it: what has parts as JSON. */
export function asText(value: Value): string {
  if (value === null) return '<no value>';
  if (typeof value === 'object') return toSortedJson(value);
  return typeof value === 'number' ? goNumber(value) : String(value);
}

/** JSON as Go writes it: members by name, `<`, `>` and `&` escaped. */
function toSortedJson(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(toSortedJson).join(',')}]`;
  if (!(value instanceof Map)) return typeof value === 'string' ? goString(value) : String(value);
  const members = [...value.keys()].sort().map((key) => `${goString(key)}:${toSortedJson(value.get(key) as Value)}`);
  return `{${members.join(',')}}`;
}

function goString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
