/** `extract --leaf-item`: one record of the bucket `key`, as `bolt page` prints it. */
import type { Io } from '../../base/contract.js';
import { Failure } from '../../base/errors.js';
import { readRecord } from '../../storage/mvcc/etcd-file.js';
import { showVersion } from './extract-key.js';
import type { ExtractOptions } from './extract-options.js';
import { readInput } from './input.js';
import { NOTHING_FOUND, withLooseEnd } from './value.js';

/** The text for the record on standard input, or in the file. A newline behind it may be the printing program's. */
export async function extractLeafItem(io: Io, options: ExtractOptions): Promise<Buffer> {
  const input = await readInput(io, options.file);
  const record = await withLooseEnd(input, async (item) => {
    const found = readRecord(item);
    if (found) return found;
    throw new Failure('failed to extract etcd key-value record from boltdb leaf item: it is cut short or no record');
  });
  const isEmpty = record.valueStart === record.valueEnd;
  const showsRecord = options.metaSummary || options.printKey || options.raw;
  if (isEmpty && !showsRecord) throw new Failure(NOTHING_FOUND);
  // auger decodes a leaf item even where --raw is given.
  return showVersion(record, { ...options, raw: options.raw && isEmpty });
}
