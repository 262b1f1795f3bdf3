import type { EtcdFile } from './etcd-file.js';
import type { KeyIndex } from './key-index.js';
import type { KeyRange } from './revision.js';

/** A key that is not the same in two files: its mod_revision in each, undefined where it is not there. */
export interface KeyChange {
  key: Buffer;
  before: bigint | undefined;
  after: bigint | undefined;
}

/** The keys of a range whose values differ between two files, in order. */
export function* keyChanges(old: EtcdFile, now: EtcdFile, range: KeyRange): Generator<KeyChange> {
  const a = old.indexOf(range, old.revision);
  const b = now.indexOf(range, now.revision);
  let i = 0;
  let j = 0;
  while (i < a.size || j < b.size) {
    const order = i >= a.size ? 1 : j >= b.size ? -1 : Buffer.compare(a.key(i), b.key(j));
    if (order < 0) yield { key: a.key(i), before: a.modRevision(i++), after: undefined };
    else if (order > 0) yield { key: b.key(j), before: undefined, after: b.modRevision(j++) };
    else {
      if (!sameValue(old, a, i, now, b, j)) yield { key: a.key(i), before: a.modRevision(i), after: b.modRevision(j) };
      i++;
      j++;
    }
  }
}

function sameValue(old: EtcdFile, a: KeyIndex, i: number, now: EtcdFile, b: KeyIndex, j: number): boolean {
  return old.record(a, i).value.equals(now.record(b, j).value);
}
