import { type Fields, field } from '../../k8s-decode/value.js';
import { age, createdAt, name } from './cells.js';
import { type Cell, defineTable } from './define.js';
import { annotation, has, list, size, text, texts } from './read.js';

/** Either annotation marks the class that claims get which name none. */
const DEFAULT_CLASS = [
  'storageclass.kubernetes.io/is-default-class',
  'storageclass.beta.kubernetes.io/is-default-class',
];

function flag(path: readonly string[], otherwise = false): Cell {
  return (object) => {
    const value = field(object, ...path);
    return typeof value === 'boolean' ? value : otherwise;
  };
}

/** Whether a StorageClass says that it is the one for claims which name none. */
export function isDefaultClass(storageClass: Fields): boolean {
  return DEFAULT_CLASS.some((key) => annotation(storageClass, key) === 'true');
}

/** What stands in a StorageClass's row behind its name. */
export const storageClassCells: Record<string, Cell> = {
  Provisioner: (storageClass) => text(storageClass, 'provisioner'),
  ReclaimPolicy: (storageClass) => text(storageClass, 'reclaimPolicy') || 'Delete',
  VolumeBindingMode: (storageClass) => text(storageClass, 'volumeBindingMode') || 'Immediate',
  AllowVolumeExpansion: flag(['allowVolumeExpansion']),
  Age: age,
};

export const tables = {
  CSIDriver: defineTable({
    Name: name,
    'AttachRequired:boolean': flag(['spec', 'attachRequired'], true),
    'PodInfoOnMount:boolean': flag(['spec', 'podInfoOnMount']),
    'StorageCapacity:boolean': flag(['spec', 'storageCapacity']),
    TokenRequests: audiences,
    'RequiresRepublish:boolean': flag(['spec', 'requiresRepublish']),
    Modes: (driver) => texts(driver, 'spec', 'volumeLifecycleModes').join(',') || 'Persistent',
    Age: age,
  }),
  CSINode: defineTable({ Name: name, 'Drivers:integer': (node) => size(node, 'spec', 'drivers'), Age: age }),
  CSIStorageCapacity: defineTable({ Name: name, 'Created At:date': createdAt }),
  StorageClass: defineTable({
    Name: (storageClass, now) => name(storageClass, now) + (isDefaultClass(storageClass) ? ' (default)' : ''),
    ...storageClassCells,
  }),
  VolumeAttachment: defineTable({
    Name: name,
    'Attacher:string/name': (attachment) => text(attachment, 'spec', 'attacher'),
    PV: (attachment) => text(attachment, 'spec', 'source', 'persistentVolumeName'),
    Node: (attachment) => text(attachment, 'spec', 'nodeName'),
    'Attached:boolean': flag(['status', 'attached']),
    Age: age,
  }),
  VolumeAttributesClass: defineTable({
    Name: name,
    DriverName: (attributesClass) => text(attributesClass, 'driverName'),
    Age: age,
  }),
};

function audiences(driver: Fields): string {
  if (!has(driver, 'spec', 'tokenRequests')) return '<unset>';
  return list(driver, 'spec', 'tokenRequests')
    .map((request) => text(request, 'audience'))
    .join(',');
}
