/** Cells that the tables of many resources share. */
import { field, type Value } from '../../k8s-decode/value.js';
import { since } from './age.js';
import type { Cell } from './define.js';
import { list, text } from './read.js';

export const name: Cell = (object) => text(object, 'metadata', 'name');

export const age: Cell = (object, now) => since(field(object, 'metadata', 'creationTimestamp'), now);

/** When the object was made: resources without columns of their own show it instead of an age. */
export const createdAt: Cell = (object) => text(object, 'metadata', 'creationTimestamp') || '0001-01-01T00:00:00Z';

/** The names of the containers below `podSpec`. */
export function containerNames(podSpec: Value | undefined): string {
  return joined(podSpec, 'name');
}

/** The images of the containers below `podSpec`. */
export function images(podSpec: Value | undefined): string {
  return joined(podSpec, 'image');
}

function joined(podSpec: Value | undefined, name: string): string {
  return list(podSpec, 'containers')
    .map((container) => text(container, name))
    .join(',');
}

/** The first three of `items`, and how many there are more; `<unset>` where there is none. */
export function firstThree(items: readonly string[]): string {
  return withMore(items.slice(0, 3).join(','), items.length - 3) || '<unset>';
}

/** `10.0.0.1 + 2 more...`. */
export function withMore(shown: string, more: number): string {
  return more > 0 ? `${shown} + ${more} more...` : shown;
}

/** The text, or `<none>` for an empty one. */
export function orNone(value: string): string {
  return value === '' ? '<none>' : value;
}

/** Truth as kubectl writes it in some columns: `True`, `False`. */
export function capitalized(value: boolean): string {
  return value ? 'True' : 'False';
}
