import { relaxedPath } from '../../k8s/json-path-template.js';
import type { StoredObject } from '../../k8s/objects.js';
import type { Value } from '../../k8s-decode/value.js';

/** The objects sorted by a field, those without it first; equal ones stay in the order of their keys. */
export async function sortObjects(objects: AsyncIterable<StoredObject>, path: string): Promise<StoredObject[]> {
  const find = relaxedPath(path);
  const keyed: { item: StoredObject; value: Value | undefined }[] = [];
  for await (const item of objects) keyed.push({ item, value: item.object && find(item.object)[0] });
  return keyed.sort((a, b) => compare(a.value, b.value)).map(({ item }) => item);
}

function compare(a: Value | undefined, b: Value | undefined): number {
  if (a === b) return 0;
  if (a === undefined || a === null) return -1;
  if (b === undefined || b === null) return 1;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : 1;
  return Number(a) - Number(b);
}
