/** Which versions of etcd understand a log (etcd: server/storage/wal/version.go). */
import { Failure } from '../../base/errors.js';
import { bytesIn } from '../../base/wire/fields.js';
import { newestSnapshot } from './snap-file.js';
import { readWal, requestFields } from './wal.js';

/** Of etcd, or of what it stores. */
export interface Version {
  major: number;
  minor: number;
}

/** Field of an InternalRaftRequest: a request of 3.6 that says which version it needs, in its field 1. */
const VERSION_TEST = 9900;

/**
 * The oldest version that understands all entries behind the newest snapshot; undefined: any that can be migrated to.
 * @throws Failure in etcdutl's words when there is no log
 */
export function minimalVersion(walDir: string, snapDir: string): Version | undefined {
  let highest: Version | undefined;
  const after = newestSnapshot(snapDir, () => {})?.index ?? 0n;
  for (const { type, data } of entriesOf(walDir, after)) {
    const test = type === 0 ? bytesIn(requestFields(data), VERSION_TEST) : undefined;
    const [, major, minor] = /^(\d+)\.(\d+)/.exec((test && bytesIn(requestFields(test), 1)?.toString()) ?? '') ?? [];
    const found = { major: Number(major), minor: Number(minor) };
    if (minor !== undefined && (!highest || found.minor > highest.minor)) highest = found;
  }
  return highest;
}

function entriesOf(walDir: string, after: bigint): ReturnType<typeof readWal>['entries'] {
  try {
    return readWal(walDir, after).entries;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const { cause, message } = error;
    const text =
      cause instanceof Error && 'syscall' in cause
        ? `failed to get the lastest snapshot: [readWALNames] fileutil.ReadDir failed: ${message}`
        : `failed to open wal: ${message}`;
    throw new Failure(text, { cause: error });
  }
}
