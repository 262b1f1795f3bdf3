/** Tables that Kubernetes 1.37 changed, of which those of older releases are shown as well. */
import type { Fields } from '../../k8s-decode/value.js';
import { name } from './cells.js';
import { defineTable, type ResourceTable } from './define.js';
import { text } from './read.js';
import { isDefaultClass, storageClassCells } from './storage.js';

/** Of several classes that say they are the default the newest is; nobody can tell from one alone. */
const storageClass: ResourceTable = {
  ...defineTable({ Name: name, ...storageClassCells }),
  ofList: (classes) => {
    const effective = effectiveDefault(classes);
    const mark = (each: Fields, now: number) => `${name(each, now)}${each === effective ? ' (default)' : ''}`;
    return defineTable({ Name: mark, ...storageClassCells });
  },
};

/** The newest; of those that are equally old the first by name. */
function effectiveDefault(classes: readonly Fields[]): Fields | undefined {
  const created = (each: Fields) => text(each, 'metadata', 'creationTimestamp');
  const called = (each: Fields) => text(each, 'metadata', 'name');
  const isBefore = (one: Fields, other: Fields) =>
    created(one) > created(other) || (created(one) === created(other) && called(one) < called(other));
  return classes
    .filter(isDefaultClass)
    .reduce<Fields | undefined>((best, each) => (best && !isBefore(each, best) ? best : each), undefined);
}

export const tables: Record<string, ResourceTable> = {
  StorageClass: storageClass,
};
