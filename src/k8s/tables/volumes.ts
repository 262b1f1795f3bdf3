/** Volumes and the claims to them. */
import type { Fields } from '../../k8s-decode/value.js';
import { age, name } from './cells.js';
import { type Cell, defineTable } from './define.js';
import { annotation, isDeleted, object, scalar, text, texts } from './read.js';

/** The short names of access modes, in the order in which they are shown. */
const MODES = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
] as const;

const attributesClass: Cell = (volume) => scalar(volume, ['spec', 'volumeAttributesClassName'], '<unset>');
const volumeMode: Cell = (volume) => text(volume, 'spec', 'volumeMode') || 'Filesystem';

export const volumeTable = defineTable({
  Name: name,
  Capacity: (volume) => text(volume, 'spec', 'capacity', 'storage') || '0',
  'Access Modes': (volume) => accessModes(texts(volume, 'spec', 'accessModes')),
  'Reclaim Policy': (volume) => text(volume, 'spec', 'persistentVolumeReclaimPolicy') || 'Retain',
  Status: phase,
  Claim: (volume) => {
    const claim = object(volume, 'spec', 'claimRef');
    return claim ? `${text(claim, 'namespace')}/${text(claim, 'name')}` : '';
  },
  StorageClass: storageClass,
  VolumeAttributesClass: attributesClass,
  Reason: (volume) => text(volume, 'status', 'reason'),
  Age: age,
  'VolumeMode*': volumeMode,
});

export const volumeClaimTable = defineTable({
  Name: name,
  Status: phase,
  Volume: volumeName,
  Capacity: (claim) => (volumeName(claim) === '' ? '' : text(claim, 'status', 'capacity', 'storage') || '0'),
  'Access Modes': (claim) => (volumeName(claim) === '' ? '' : accessModes(texts(claim, 'status', 'accessModes'))),
  StorageClass: storageClass,
  VolumeAttributesClass: attributesClass,
  Age: age,
  'VolumeMode*': volumeMode,
});

function phase(volume: Fields): string {
  return isDeleted(volume) ? 'Terminating' : text(volume, 'status', 'phase') || 'Pending';
}

function volumeName(claim: Fields): string {
  return text(claim, 'spec', 'volumeName');
}

/** The annotation was there before the field, and still comes first. */
function storageClass(volume: Fields): string {
  return annotation(volume, 'volume.beta.kubernetes.io/storage-class') ?? text(volume, 'spec', 'storageClassName');
}

function accessModes(modes: readonly string[]): string {
  return MODES.filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',');
}
