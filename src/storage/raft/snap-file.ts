/** Snap files: up to which entry of the log a database has everything (etcd: server/etcdserver/api/snap). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesIn, numberIn, readFields } from '../../base/wire/fields.js';
import { crc32c } from '../crc32c.js';
import { listDir } from './wal.js';

/** What a snap file says of itself. */
export interface SnapFile {
  name: string;
  index: bigint;
  term: bigint;
  /** The old store, API v2's and that of the members, as JSON. */
  store: Buffer;
}

/** The newest snap file that is whole (snappb.Snapshot: crc 1, data 2; raftpb.Snapshot: data 1, metadata 2 with index 2 and term 3). */
export function newestSnapshot(dir: string, log: (line: string) => void): SnapFile | undefined {
  const names = listDir(dir).filter((name) => name.endsWith('.snap'));
  for (const name of names.sort().reverse()) {
    try {
      const file = readFields(readFileSync(join(dir, name)));
      const data = bytesIn(file, 2) ?? Buffer.alloc(0);
      if (crc32c(data) !== Number(numberIn(file, 1))) throw new RangeError('its checksum is wrong');
      const snapshot = readFields(data);
      const metadata = readFields(bytesIn(snapshot, 2) ?? Buffer.alloc(0));
      const store = bytesIn(snapshot, 1) ?? Buffer.alloc(0);
      return { name, index: numberIn(metadata, 2), term: numberIn(metadata, 3), store };
    } catch (error) {
      log(`failed to read a snap file ${join(dir, name)}: ${(error as Error).message}`);
    }
  }
  return undefined;
}
