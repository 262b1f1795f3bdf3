import type { Fields, Value } from '../value.js';

/**
 * An object as `kubectl -o yaml` and auger show it: they write JSON and read that as YAML 1.1, where U+0085 is a line's end. One between
 * quotes is a space, of several all but the last are newlines, and the spaces around them go. What is to be read back is not treated so:
 * {@link toYaml} writes `\N`.
 */
export function withFoldedNextLines(value: Value): Value {
  if (typeof value === 'string') return value.includes('\x85') ? folded(value) : value;
  if (Array.isArray(value)) return foldedList(value);
  return value instanceof Map ? foldedFields(value) : value;
}

function folded(text: string): string {
  return text.replace(/ *\x85[ \x85]*/g, (run) => '\n'.repeat(run.split('\x85').length - 2) || ' ');
}

function foldedList(items: Value[]): Value[] {
  const all = items.map(withFoldedNextLines);
  return all.some((item, index) => item !== items[index]) ? all : items;
}

function foldedFields(fields: Fields): Fields {
  let copy: Fields | undefined;
  for (const [name, member] of fields) {
    const shown = withFoldedNextLines(member);
    if (shown === member) continue;
    copy ??= new Map(fields);
    copy.set(name, shown);
  }
  return copy ?? fields;
}
