import type { Value } from '../../k8s-decode/value.js';
import { sortedEntries } from '../../output/go-template/format.js';

/** The same with the fields of all objects in the order of their names, as Go writes maps. */
export function sorted(value: Value): Value {
  if (Array.isArray(value)) return value.map(sorted);
  if (!(value instanceof Map)) return value;
  return new Map(sortedEntries(value).map(([name, inner]) => [name, sorted(inner)]));
}
