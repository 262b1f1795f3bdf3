/** Tables that Kubernetes 1.37 changed. */
import { type Fields, field } from '../../k8s-decode/value.js';
import { createdAt, name } from './cells.js';
import { defineTable, type ResourceTable } from './define.js';
import { condition, list, text, texts } from './read.js';
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
  CustomResourceDefinition: defineTable({
    Name: name,
    Scope: (definition) => text(definition, 'spec', 'scope'),
    Versions: servedVersions,
    'Created At:date': createdAt,
    'Group*': (definition) => text(definition, 'spec', 'group'),
    'Kind*': (definition) => text(definition, 'spec', 'names', 'kind'),
    'ShortNames*': (definition) => texts(definition, 'spec', 'names', 'shortNames').join(','),
    'Established:boolean*': (definition) => {
      const established = condition(list(definition, 'status', 'conditions'), 'Established');
      return text(established, 'status') === 'True';
    },
  }),
  StorageClass: storageClass,
};

/** `v1(storage),v1alpha1`. */
function servedVersions(definition: Fields): string {
  return list(definition, 'spec', 'versions')
    .filter((version) => field(version, 'served') === true)
    .map((version) => `${text(version, 'name')}${field(version, 'storage') === true ? '(storage)' : ''}`)
    .sort()
    .join(',');
}
