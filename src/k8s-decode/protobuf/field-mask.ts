import { type Fields, field } from '../value.js';

/**
 * Which fields of a message are read; the bytes of others are passed over. A field is wanted whole (`true`), in part (a mask of its
 * own) or not (`false`); `*` tells it of all fields that are not named. It makes no difference to an object that is stored as text.
 */
export interface FieldMask {
  readonly [field: string]: FieldMask | boolean;
}

/** All but `metadata.managedFields`, which are a third of most objects and which few want to see. */
export const NO_MANAGED_FIELDS: FieldMask = { '*': true, metadata: { '*': true, managedFields: false } };

/** What is wanted of a field. A message's own fields, inlined in another's (no name), are those of the other. */
export function wantedOf(mask: FieldMask, name: string): FieldMask | boolean {
  return name === '' ? mask : (mask[name] ?? mask['*'] ?? false);
}

/** The same of an object that is read already, in whatever form it was stored. */
export function withoutManagedFields(object: Fields): Fields {
  const metadata = field(object, 'metadata');
  if (!(metadata instanceof Map) || !metadata.has('managedFields')) return object;
  const kept = new Map(metadata);
  kept.delete('managedFields');
  return new Map(object).set('metadata', kept);
}
