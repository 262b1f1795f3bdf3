/** An object as it is brought back: alive, and with a record of who did it. */
import { type Fields, field, stringField } from '../../k8s-decode/value.js';
import { fieldsAt, listOf, setList } from '../fields.js';

/** An object that may be brought back, and what was done to it for that. */
export interface Revived {
  object: Fields;
  notes: string[];
}

/** Finalizers by which the API server keeps how an object is to be deleted. */
const OF_DELETION = ['foregroundDeletion', 'orphan'];

/**
 * The object without its deletion, where that had begun: it would be deleted again at once. Its other finalizers stay.
 * A namespace gets back what its deletion takes first.
 */
export function revived(object: Fields): Revived {
  const deleted = stringField(object, 'metadata', 'deletionTimestamp');
  if (!deleted) return { object, notes: [] };
  const metadata = new Map(fieldsAt(object, 'metadata'));
  metadata.delete('deletionTimestamp');
  metadata.delete('deletionGracePeriodSeconds');
  const kept = listOf(metadata.get('finalizers')).filter((name) => !OF_DELETION.includes(String(name)));
  setList(metadata, 'finalizers', kept);
  const alive = new Map(object).set('metadata', metadata);
  const notes = [`it was being deleted since ${deleted}: that is taken back`];
  return { object: stringField(object, 'kind') === 'Namespace' ? activeNamespace(alive) : alive, notes };
}

function activeNamespace(object: Fields): Fields {
  const status = new Map(fieldsAt(object, 'status')).set('phase', 'Active');
  const conditions = listOf(status.get('conditions')).filter(
    (each) => !/^Namespace(Deletion|Content|Finalizers)/.test(stringField(each, 'type') ?? ''),
  );
  setList(status, 'conditions', conditions);
  const spec = new Map(fieldsAt(object, 'spec'));
  if (listOf(spec.get('finalizers')).length === 0) spec.set('finalizers', ['kubernetes']);
  return new Map(object).set('spec', spec).set('status', status);
}

/** Since when an object is being deleted, if it is. */
export function deletedSince(object: Fields | undefined): string | undefined {
  return stringField(object, 'metadata', 'deletionTimestamp') || undefined;
}

/** The node that a pod was put on. */
export function nodeOf(object: Fields | undefined): string | undefined {
  return stringField(object, 'kind') === 'Pod' ? stringField(object, 'spec', 'nodeName') || undefined : undefined;
}

/** Of which object a uid is the proof. */
export function uidOf(object: Fields | undefined): string | undefined {
  return (field(object, 'metadata', 'uid') as string | undefined) || undefined;
}
