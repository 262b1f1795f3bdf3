/** What a file's Kubernetes objects are, and which are the largest. */
import { Failure } from '../../base/errors.js';
import { describeEncrypted } from '../../k8s-decode/encryption/describe.js';
import type { EtcdFile } from '../../storage/mvcc/etcd-file.js';
import type { KeyIndex } from '../../storage/mvcc/key-index.js';
import { ALL_KEYS } from '../../storage/mvcc/revision.js';
import { largestFirst } from './by-size.js';
import { detect } from './detect.js';
import { typeMetaOf } from './value.js';
import { AllVersions } from './versions.js';

/** One object with the bytes of all its versions. */
export interface LargeObject {
  key: string;
  type: string;
  bytes: number;
}

export interface Analysis {
  objects: number;
  /** Bytes of keys and values, of all versions and of the newest. */
  allBytes: number;
  currentBytes: number;
  /** The most frequent first. */
  types: [type: string, count: number][];
  /** The largest first. */
  largest: LargeObject[];
}

/** @param top how many types and objects are wanted at most */
export async function analyze(file: EtcdFile, top: number): Promise<Analysis> {
  const index = file.indexOf(ALL_KEYS, file.revision);
  const versions = new AllVersions(file, file.revision);
  const counts = new Map<string, number>();
  // Of each object its size and its place in the index: keys are many.
  const sizes: number[] = [];
  const places: number[] = [];
  const analysis: Analysis = { objects: 0, allBytes: 0, currentBytes: 0, types: [], largest: [] };
  for (let i = 0; i < index.size; i++) {
    const value = valueAt(file, index, i);
    const type = await typeOf(value);
    if (type === undefined) continue;
    const key = index.key(i);
    const { keyBytes, valueBytes } = versions.of(key);
    analysis.objects++;
    analysis.allBytes += keyBytes + valueBytes;
    analysis.currentBytes += key.length + value.length;
    counts.set(type, (counts.get(type) ?? 0) + 1);
    sizes.push(valueBytes);
    places.push(i);
  }
  analysis.types = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, top);
  for (const position of largestFirst(sizes).subarray(0, top)) {
    const place = places[position]!;
    const type = (await typeOf(valueAt(file, index, place))) ?? '';
    analysis.largest.push({ key: index.key(place).toString(), type, bytes: sizes[position]! });
  }
  return analysis;
}

function valueAt(file: EtcdFile, index: KeyIndex, position: number): Buffer {
  return file.record(index, position).value;
}

/** `apps/v1/Deployment`, or how it is encrypted; undefined for what is no object of Kubernetes. */
async function typeOf(value: Buffer): Promise<string | undefined> {
  const encrypted = describeEncrypted(value);
  if (encrypted) return `encrypted by ${encrypted.provider}, key ${encrypted.keyName}`;
  try {
    const found = detect(value);
    const { apiVersion, kind } = found ? await typeMetaOf(found) : { apiVersion: '', kind: '' };
    return kind === '' ? undefined : `${apiVersion}/${kind}`;
  } catch (error) {
    if (error instanceof Failure) return undefined;
    throw error;
  }
}
