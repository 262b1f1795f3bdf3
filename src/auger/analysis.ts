/** What a file's Kubernetes objects are, and which are the largest. */
import { Failure } from '../errors.js';
import { describeEncrypted } from '../k8s-decode/encryption/describe.js';
import type { EtcdFile } from '../storage/etcd-file.js';
import { ALL_KEYS } from '../storage/revision.js';
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
  const largest = new Largest(top);
  const analysis: Analysis = { objects: 0, allBytes: 0, currentBytes: 0, types: [], largest: [] };
  for (let i = 0; i < index.size; i++) {
    const { bytes, places } = file.record(index, i);
    const type = await typeOf(bytes.subarray(places.valueStart, places.valueEnd));
    if (type === undefined) continue;
    const key = index.key(i);
    const { keyBytes, valueBytes } = versions.of(key);
    analysis.objects++;
    analysis.allBytes += keyBytes + valueBytes;
    analysis.currentBytes += key.length + places.valueEnd - places.valueStart;
    counts.set(type, (counts.get(type) ?? 0) + 1);
    largest.add({ key: key.toString(), type, bytes: valueBytes });
  }
  analysis.types = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, top);
  analysis.largest = largest.all();
  return analysis;
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

/** The largest of many objects: a heap with the least of them in front. Of equal ones it keeps the order that auger's has. */
class Largest {
  private readonly heap: LargeObject[] = [];

  constructor(private readonly size: number) {}

  add(object: LargeObject): void {
    this.heap.push(object);
    this.up(this.heap.length - 1);
    if (this.heap.length > this.size) this.takeLeast();
  }

  /** The largest first; nothing is left then. */
  all(): LargeObject[] {
    const objects: LargeObject[] = [];
    while (this.heap.length > 0) objects.push(this.takeLeast());
    return objects.reverse();
  }

  private takeLeast(): LargeObject {
    const last = this.heap.length - 1;
    this.swap(0, last);
    const least = this.heap.pop()!;
    this.down();
    return least;
  }

  private up(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.isLess(at, parent)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  private down(): void {
    for (let at = 0; ; ) {
      let child = 2 * at + 1;
      if (child >= this.heap.length) return;
      if (child + 1 < this.heap.length && this.isLess(child + 1, child)) child++;
      if (!this.isLess(child, at)) return;
      this.swap(at, child);
      at = child;
    }
  }

  private isLess(a: number, b: number): boolean {
    return this.heap[a]!.bytes < this.heap[b]!.bytes;
  }

  private swap(a: number, b: number): void {
    [this.heap[a], this.heap[b]] = [this.heap[b]!, this.heap[a]!];
  }
}
