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
    return String(typeof value === 'boolean' ? value : otherwise);
  };
}

export const tables = {
  CSIDriver: defineTable({
    NAME: name,
    ATTACHREQUIRED: flag(['spec', 'attachRequired'], true),
    PODINFOONMOUNT: flag(['spec', 'podInfoOnMount']),
    STORAGECAPACITY: flag(['spec', 'storageCapacity']),
    TOKENREQUESTS: audiences,
    REQUIRESREPUBLISH: flag(['spec', 'requiresRepublish']),
    MODES: (driver) => texts(driver, 'spec', 'volumeLifecycleModes').join(',') || 'Persistent',
    AGE: age,
  }),
  CSINode: defineTable({ NAME: name, DRIVERS: (node) => String(size(node, 'spec', 'drivers')), AGE: age }),
  CSIStorageCapacity: defineTable({ NAME: name, 'CREATED AT': createdAt }),
  StorageClass: defineTable({
    NAME: (storageClass, now) => {
      const isDefault = DEFAULT_CLASS.some((key) => annotation(storageClass, key) === 'true');
      return name(storageClass, now) + (isDefault ? ' (default)' : '');
    },
    PROVISIONER: (storageClass) => text(storageClass, 'provisioner'),
    RECLAIMPOLICY: (storageClass) => text(storageClass, 'reclaimPolicy') || 'Delete',
    VOLUMEBINDINGMODE: (storageClass) => text(storageClass, 'volumeBindingMode') || 'Immediate',
    ALLOWVOLUMEEXPANSION: flag(['allowVolumeExpansion']),
    AGE: age,
  }),
  VolumeAttachment: defineTable({
    NAME: name,
    ATTACHER: (attachment) => text(attachment, 'spec', 'attacher'),
    PV: (attachment) => text(attachment, 'spec', 'source', 'persistentVolumeName'),
    NODE: (attachment) => text(attachment, 'spec', 'nodeName'),
    ATTACHED: flag(['status', 'attached']),
    AGE: age,
  }),
  VolumeAttributesClass: defineTable({
    NAME: name,
    DRIVERNAME: (attributesClass) => text(attributesClass, 'driverName'),
    AGE: age,
  }),
};

function audiences(driver: Fields): string {
  if (!has(driver, 'spec', 'tokenRequests')) return '<unset>';
  return list(driver, 'spec', 'tokenRequests')
    .map((request) => text(request, 'audience'))
    .join(',');
}
