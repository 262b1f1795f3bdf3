/** JSON as kubectl prints it: fields sorted by name at all depths, four blanks a level. */
import { quoteJson, toJson } from '../k8s-decode/json/json.js';
import type { Value } from '../k8s-decode/value.js';

const INDENT = '    ';

/** @param margin what stands before each line but the first */
export function sortedJson(value: Value, margin = ''): string {
  return written(value, `\n${margin}`);
}

function written(value: Value, newline: string): string {
  if (value instanceof Map) {
    if (value.size === 0) return '{}';
    const inner = newline + INDENT;
    let text = '';
    for (const name of [...value.keys()].sort()) {
      text += `${text === '' ? '{' : ','}${inner}${quoteJson(name)}: ${written(value.get(name)!, inner)}`;
    }
    return `${text}${newline}}`;
  }
  if (!Array.isArray(value)) return toJson(value);
  if (value.length === 0) return '[]';
  const inner = newline + INDENT;
  let text = '';
  for (const item of value) text += `${text === '' ? '[' : ','}${inner}${written(item, inner)}`;
  return `${text}${newline}]`;
}
