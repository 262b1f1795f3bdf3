/** Copies many records out of a file with few reads. */
import { corrupt, type DbFile } from '../bolt/db-file.js';
import type { EtcdFile } from '../mvcc/etcd-file.js';
import type { KeyIndex } from '../mvcc/key-index.js';

/** What lies between two records is read with them up to here: it costs less than another read. */
const NEAR = 16 << 10;
const LARGEST_READ = 1 << 20;

const scratch = { bytes: Buffer.alloc(0) };

/**
 * Puts records into `target`: the one at `positions[i]` from `starts[i]` on, where there is room for it. They are read in the order in
 * which the file has them, those that lie near each other at once.
 * @throws Failure naming the revision whose bytes are not the record that the index has
 */
export function copyRecords(
  file: EtcdFile,
  index: KeyIndex,
  positions: readonly number[],
  target: Buffer,
  starts: Float64Array,
): void {
  const offsets = Float64Array.from(positions, (position) => index.offset(position));
  const ends = offsets.map((offset, i) => offset + index.length(positions[i]!));
  const order = Uint32Array.from(positions.keys()).sort((a, b) => offsets[a]! - offsets[b]!);
  for (let from = 0, to = 0; from < order.length; from = to) {
    const start = offsets[order[from]!]!;
    let end = ends[order[from]!]!;
    for (to = from + 1; to < order.length; to++) {
      const next = order[to]!;
      if (offsets[next]! - end > NEAR || ends[next]! - start > LARGEST_READ) break;
      end = ends[next]!;
    }
    const into = to - from === 1 ? target.subarray(starts[order[from]!]!) : room(end - start);
    readExactly(file.db.file, into, start, end - start);
    for (const i of order.subarray(from, to)) {
      const length = ends[i]! - offsets[i]!;
      if (into === scratch.bytes) into.copy(target, starts[i]!, offsets[i]! - start, ends[i]! - start);
      file.check(index, positions[i]!, target.subarray(starts[i]!, starts[i]! + length));
    }
  }
}

function room(length: number): Buffer {
  if (scratch.bytes.length < length) scratch.bytes = Buffer.allocUnsafeSlow(Math.max(length, LARGEST_READ));
  return scratch.bytes;
}

function readExactly(file: DbFile, target: Buffer, offset: number, length: number): void {
  const got = file.readInto(target, offset, length);
  if (got === length) return;
  throw corrupt(file.path, 'cut short', `expected ${length} bytes at ${offset}, but the file ends at ${offset + got}`);
}
