/** Bytes of keys are kept in chunks of this size; a longer key gets a chunk of its own. */
const CHUNK = 1 << 20;

/**
 * Distinct keys, numbered in the order in which they came: about 30 bytes and the key itself for each, outside of JavaScript's heap.
 * A hash table with open addressing over chunks of key bytes.
 */
export class KeyTable {
  size = 0;
  private readonly chunks: Buffer[] = [];
  /** Bytes used of the last chunk. */
  private used = CHUNK;
  private chunkOf = new Uint32Array(1024);
  private offsets = new Uint32Array(1024);
  private lengths = new Uint32Array(1024);
  private hashes = new Uint32Array(1024);
  /** Key numbers plus one; 0 is free. */
  private slots = new Uint32Array(4096);

  /** The number of the key `bytes[start, end)`, which is added when it is new. */
  add(bytes: Buffer, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    const mask = this.slots.length - 1;
    let slot = hash & mask;
    for (; this.slots[slot] !== 0; slot = (slot + 1) & mask) {
      const id = this.slots[slot]! - 1;
      if (this.hashes[id] === hash && this.equals(id, bytes, start, end)) return id;
    }
    const id = this.size++;
    this.slots[slot] = id + 1;
    if (id === this.offsets.length) this.grow();
    this.hashes[id] = hash;
    this.store(id, bytes, start, end);
    if (this.size * 2 > this.slots.length) this.rehash();
    return id;
  }

  /** A view of a key: not to be written to. */
  key(id: number): Buffer {
    const offset = this.offsets[id]!;
    return this.chunks[this.chunkOf[id]!]!.subarray(offset, offset + this.lengths[id]!);
  }

  /** How two keys compare by their bytes. */
  compare(a: number, b: number, skip = 0): number {
    const left = this.chunks[this.chunkOf[a]!]!;
    const right = this.chunks[this.chunkOf[b]!]!;
    let i = this.offsets[a]!;
    let j = this.offsets[b]!;
    const end = i + Math.min(this.lengths[a]!, this.lengths[b]!);
    for (i += skip, j += skip; i < end; i++, j++) {
      const difference = left[i]! - right[j]!;
      if (difference !== 0) return difference;
    }
    return this.lengths[a]! - this.lengths[b]!;
  }

  /** How many bytes all these keys begin with in common. */
  commonPrefix(ids: Uint32Array): number {
    if (ids.length === 0) return 0;
    const first = this.key(ids[0]!);
    let common = first.length;
    for (const id of ids) {
      const bytes = this.chunks[this.chunkOf[id]!]!;
      const offset = this.offsets[id]!;
      common = Math.min(common, this.lengths[id]!);
      for (let i = 0; i < common; i++) if (bytes[offset + i] !== first[i]) common = i;
    }
    return common;
  }

  private equals(id: number, bytes: Buffer, start: number, end: number): boolean {
    if (this.lengths[id] !== end - start) return false;
    const offset = this.offsets[id]!;
    return this.chunks[this.chunkOf[id]!]!.compare(bytes, start, end, offset, offset + end - start) === 0;
  }

  private store(id: number, bytes: Buffer, start: number, end: number): void {
    const length = end - start;
    if (this.used + length > CHUNK) {
      this.chunks.push(Buffer.allocUnsafeSlow(Math.max(CHUNK, length)));
      this.used = 0;
    }
    const chunk = this.chunks[this.chunks.length - 1]!;
    // For keys of usual lengths faster than Buffer.copy.
    for (let i = start, to = this.used; i < end; i++, to++) chunk[to] = bytes[i]!;
    this.chunkOf[id] = this.chunks.length - 1;
    this.offsets[id] = this.used;
    this.lengths[id] = length;
    this.used += length;
  }

  private grow(): void {
    this.chunkOf = doubled(this.chunkOf);
    this.offsets = doubled(this.offsets);
    this.lengths = doubled(this.lengths);
    this.hashes = doubled(this.hashes);
  }

  private rehash(): void {
    this.slots = new Uint32Array(this.slots.length * 2);
    const mask = this.slots.length - 1;
    for (let id = 0; id < this.size; id++) {
      let slot = this.hashes[id]! & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = id + 1;
    }
  }
}

/** FNV-1a, 32 bits, with its bits mixed at the end: the table looks at the low ones only. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash ^= hash >>> 15;
  return Math.imul(hash, 0x2c1b3c6d) >>> 0;
}

/** A copy with room for twice as many. */
export function doubled<T extends Uint8Array | Uint32Array | Float64Array>(array: T): T {
  const larger = new (array.constructor as new (length: number) => T)(array.length * 2);
  larger.set(array);
  return larger;
}
