/** JSON as kubectl prints it: fields sorted by name at all depths, four blanks a level. */
import { indentedJson } from '../k8s-decode/json/write.js';
import type { Value } from '../k8s-decode/value.js';

/**
 * @param margin what stands before each line but the first
 * @throws Failure for a value that is too much text
 */
export function sortedJson(value: Value, margin = ''): string {
  return indentedJson(value, { indent: '    ', margin, isSorted: true });
}
