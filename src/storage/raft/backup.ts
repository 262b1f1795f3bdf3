/**
 * Copies a member's data directory as the beginning of another cluster (etcd: `etcdctl backup`): what the members of the old cluster were
 * is left out, and the copy is started with --force-new-cluster.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Failure } from '../../base/errors.js';
import { removingUnlessDone } from '../../base/files/clean-up.js';
import { type LockOptions, withLock } from '../../base/files/lock.js';
import { makeFile, partName } from '../../base/files/part-file.js';
import { syncDir, writeNewFile } from '../../base/files/write.js';
import { bytesField, bytesIn, numberField } from '../../base/wire/fields.js';
import { copyDatabase, NewFile } from '../bolt/create.js';
import { BoltDb } from '../bolt/db.js';
import { dbOf } from '../bolt/db-file.js';
import { buildBucket, TreeWriter } from '../bolt/write.js';
import { newestSnapshot } from './snap-file.js';
import {
  type Entry,
  RecordType,
  readWal,
  requestFields,
  type Wal,
  WalRecords,
  walFileName,
  writeWalFile,
} from './wal.js';

export interface BackupOptions {
  dataDir: string;
  /** By default inside of the data directory. */
  walDir?: string | undefined;
  backupDir: string;
  backupWalDir?: string | undefined;
  /** Copies the keys of the v3 API too; the member must not run then. */
  withV3: boolean;
  /** How long to wait for that. */
  lock: LockOptions;
}

/**
 * Makes the copy; it appears under its name when it is whole.
 * @param log is told what is left out
 * @throws Failure when the source cannot be read, or there is a backup already; then nothing was made
 */
export async function backupDataDir(options: BackupOptions, log: (line: string) => void): Promise<void> {
  const sourceSnap = join(options.dataDir, 'member', 'snap');
  const member = join(options.backupDir, 'member');
  const walDir = options.backupWalDir || undefined;
  for (const path of [member, walDir]) if (path && existsSync(path)) throw new Failure(`${path}: file already exists`);
  const snapshot = newestSnapshot(sourceSnap, log);
  const start = snapshot ?? { index: 0n, term: 0n };
  const wal = readWal(options.walDir || join(options.dataDir, 'member', 'wal'), start.index);
  const part = partName(resolve(member));
  const walPart = walDir ? partName(resolve(walDir)) : join(part, 'wal');
  const remove = (): void => {
    for (const path of [part, walPart]) rmSync(path, { recursive: true, force: true });
  };
  await removingUnlessDone(remove, async () => {
    mkdirSync(join(part, 'snap'), { recursive: true, mode: 0o700 });
    mkdirSync(walPart, { recursive: true, mode: 0o700 });
    if (snapshot) {
      const bytes = readFileSync(join(sourceSnap, snapshot.name));
      writeNewFile(join(part, 'snap', snapshot.name), bytes, { mode: 0o600 });
    }
    await writeDatabase(options, join(part, 'snap', 'db'), wal.state.commit);
    writeWalFile(join(walPart, walFileName(0n, 0n)), walCopy(wal, start, options.withV3, log));
    for (const dir of [join(part, 'snap'), walPart, part]) syncDir(dir);
    if (walDir) renameSync(walPart, walDir);
    renameSync(part, member);
    syncDir(dirname(resolve(member)));
  });
}

/** The buckets that tell of the old cluster's members. */
const MEMBER_BUCKETS = ['members', 'members_removed', 'cluster'];

/** The database without the members; without the v3 keys it only says up to which entry it has everything. */
async function writeDatabase({ dataDir, withV3, lock }: BackupOptions, path: string, commit: bigint): Promise<void> {
  if (!withV3) {
    await makeFile(path, async ({ fd }) => writeEmptyDatabase(fd, commit));
    return;
  }
  const source = dbOf(dataDir);
  await withLock(source, 'shared', lock, async () => {
    const db = new BoltDb(source);
    try {
      const replace = (bucket: string) => (MEMBER_BUCKETS.includes(bucket) ? () => [] : undefined);
      await copyDatabase(db.root, path, { replace });
    } finally {
      db.close();
    }
  });
}

const PAGE_BYTES = 4096;

function writeEmptyDatabase(fd: number, commit: bigint): void {
  const index = Buffer.alloc(8);
  index.writeBigUInt64BE(commit);
  const file = new NewFile(fd, PAGE_BYTES);
  const top = new TreeWriter(file);
  const meta = buildBucket(file, [{ key: Buffer.from('consistent_index'), value: index }], 0n);
  top.add({ key: Buffer.from('meta'), value: meta, bucket: true });
  file.finish(top.finish(), 1n);
}

/** The log with new IDs, and with nothing in place of the entries that are left out: the others keep their numbers. */
function walCopy(
  wal: Wal,
  start: { index: bigint; term: bigint },
  withV3: boolean,
  log: (line: string) => void,
): Buffer {
  const { term, vote, commit } = wal.state;
  const records = new WalRecords();
  records.add(RecordType.Crc);
  records.add(RecordType.Metadata, Buffer.concat([numberField(1, newId()), numberField(2, newId())]));
  records.add(RecordType.Snapshot, Buffer.concat([numberField(1, 0), numberField(2, 0)]));
  for (const entry of wal.entries) {
    const reason = whyLeftOut(entry, withV3);
    if (reason) log(`ignoring ${reason}`);
    records.add(RecordType.Entry, entryBytes(reason ? { ...entry, type: 0, data: Buffer.alloc(0) } : entry));
  }
  records.add(RecordType.State, Buffer.concat([numberField(1, term), numberField(2, vote), numberField(3, commit)]));
  records.add(RecordType.Snapshot, Buffer.concat([numberField(1, start.index), numberField(2, start.term)]));
  return records.bytes();
}

function newId(): bigint {
  return randomBytes(8).readBigUInt64BE() | 1n;
}

function entryBytes({ type, term, index, data }: Entry): Buffer {
  const fields = [numberField(1, type), numberField(2, term), numberField(3, index)];
  return Buffer.concat(data.length > 0 ? [...fields, bytesField(4, data)] : fields);
}

/** Where the v2 store keeps what a member says about itself. */
const MEMBER_ATTRIBUTES = /\/0\/members\/[\da-f]{1,16}\/attributes/i;

/**
 * An entry's request is an etcdserverpb.Request of the v2 API (method 2, path 3, and always the flag 5), or an InternalRaftRequest:
 * in its field 2 such a request, or a v3 request with its header in field 100.
 */
function whyLeftOut({ type, data }: Entry, withV3: boolean): string | undefined {
  if (type !== 0) return 'EntryConfChange raft entry';
  const request = requestFields(data);
  const plain = request.some(({ number, value }) => number === 5 && typeof value === 'bigint');
  const inner = plain ? undefined : bytesIn(request, 2);
  const v2 = plain ? request : inner && requestFields(inner);
  if (v2) {
    const path = bytesIn(v2, 3)?.toString() ?? '';
    const attributes = bytesIn(v2, 2)?.toString() === 'PUT' && MEMBER_ATTRIBUTES.test(path);
    return attributes ? `member attribute update on ${path}` : undefined;
  }
  return !withV3 && bytesIn(request, 100) ? 'v3 raft entry' : undefined;
}
