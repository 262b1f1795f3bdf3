/** Files of a data directory, written to a scratch folder for each input. */
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bytesField, numberField } from '../../../src/base/wire/fields.js';
import { NewFile } from '../../../src/storage/bolt/create.js';
import { BoltDb } from '../../../src/storage/bolt/db.js';
import { fnv1a64, META_MAGIC, META_SIZE, PAGE_HEADER } from '../../../src/storage/bolt/meta.js';
import { buildBucket, type LeafItem, TreeWriter } from '../../../src/storage/bolt/write.js';
import { crc32c } from '../../../src/storage/crc32c.js';
import { EtcdFile } from '../../../src/storage/mvcc/etcd-file.js';
import { fileStatus, historyHash } from '../../../src/storage/mvcc/hash.js';
import { ALL_KEYS, formatRevision } from '../../../src/storage/mvcc/revision.js';
import { fileStats } from '../../../src/storage/mvcc/stats.js';
import { newCluster } from '../../../src/storage/raft/membership.js';
import { snapBytes, walBytes } from '../../../src/storage/raft/raft-files.js';
import { newestSnapshot } from '../../../src/storage/raft/snap-file.js';
import { readWal, walFileName } from '../../../src/storage/raft/wal.js';
import { walOwner } from '../../../src/storage/raft/wal-read.js';
import { minimalVersion } from '../../../src/storage/raft/wal-version.js';
import { SnapshotEndpoint } from '../../../src/storage/server/endpoint.js';
import { compactFile } from '../../../src/storage/snapshot/compact.js';
import { verifyFile } from '../../../src/storage/snapshot/verify.js';
import { repoRoot } from '../../support/root.js';
import { each, type Target } from '../target.js';

let folder: string | undefined;

/** A path in the scratch folder of this thread. */
function scratch(...names: string[]): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'ketcdctl-fuzz-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  return join(folder, ...names);
}

/** mvccpb.KeyValue: the key's `change`th value. */
function record(key: string, created: number, modified: number, version: number, size: number): Buffer {
  return Buffer.concat([
    bytesField(1, key),
    numberField(2, created),
    numberField(3, modified),
    numberField(4, version),
    bytesField(5, Buffer.alloc(size, key)),
  ]);
}

/** A small database: `count` puts, pages of `pageSize` bytes, branches among them where it is small. */
function database(count: number, pageSize: number): Buffer {
  const path = scratch('seed.db');
  const fd = openSync(path, 'w+');
  const file = new NewFile(fd, pageSize);
  const top = new TreeWriter(file);
  const keys = Math.ceil(count / 3);
  const puts = Array.from({ length: count }, (_, i): LeafItem => {
    const first = (i % keys) + 2;
    const value = record(`/key/${i % keys}`, first, i + 2, Math.floor(i / keys) + 1, (i * 37) % 300);
    return { key: formatRevision(BigInt(i + 2), 0n), value, bucket: false };
  });
  const deletion = { key: formatRevision(BigInt(count + 2), 0n, true), value: bytesField(1, '/key/0'), bucket: false };
  const text = (key: string, value: string | Buffer): LeafItem => ({
    key: Buffer.from(key),
    value: Buffer.from(value as string),
    bucket: false,
  });
  const buckets: [string, LeafItem[]][] = [
    ['alarm', []],
    ['key', [...puts, deletion]],
    [
      'lease',
      [{ key: Buffer.alloc(8, 1), value: Buffer.concat([numberField(1, 5), numberField(2, 60)]), bucket: false }],
    ],
    ['members', [text('8e9e05c52164694d', '{"id":10276657743932975437,"name":"m1","peerURLs":["http://a:2380"]}')]],
    [
      'meta',
      [
        text('confState', '{"voters":[1]}'),
        text('consistent_index', Buffer.alloc(8, 1)),
        text('finishedCompactRev', formatRevision(1n, 0n)),
        text('storageVersion', '3.6.0'),
        text('term', Buffer.alloc(8, 1)),
      ],
    ],
  ];
  for (const [name, items] of buckets) {
    top.add({ key: Buffer.from(name), value: buildBucket(file, items, 0n), bucket: true });
  }
  file.finish(top.finish(), 7n);
  closeSync(fd);
  return readFileSync(path);
}

/** With checksums of the meta pages that fit what is in them now. */
function withChecksums(input: Buffer): Buffer {
  const file = Buffer.from(input);
  for (let at = 0; at + PAGE_HEADER + META_SIZE <= Math.min(file.length, 1 << 17); at += 1024) {
    const meta = file.subarray(at + PAGE_HEADER, at + PAGE_HEADER + META_SIZE);
    if (meta.readUInt32LE(0) === META_MAGIC) meta.writeBigUInt64LE(fnv1a64(meta.subarray(0, 56)), 56);
  }
  return file;
}

async function closing<T extends { close(): void }>(file: T, body: (file: T) => unknown): Promise<void> {
  try {
    await body(file);
  } finally {
    file.close();
  }
}

const ALL = { key: Buffer.from([0]), range_end: Buffer.from([0]) };

/** All that reads a database. */
function readDatabase(path: string): Promise<void> {
  return each(
    () => closing(new BoltDb(path), ({ root }) => root.bucket('meta')?.get('term')),
    () => closing(new EtcdFile(path), (file) => [historyHash(file, 0n), fileStats(file, 2)]),
    () => fileStatus(path, {}),
    () => verifyFile(path),
    async () =>
      closing(await SnapshotEndpoint.open(path), async (endpoint) => {
        await endpoint.callRaw('KV', 'range', ALL);
        await endpoint.call('Cluster', 'memberList', {});
        await endpoint.call('Lease', 'leaseLeases', {});
        await endpoint.call('Auth', 'userList', {});
        await endpoint.call('Maintenance', 'status', {});
      }),
    () => closing(new EtcdFile(path), (file) => file.indexOf(ALL_KEYS, file.pin(4n))),
  );
}

const SIZES: readonly [count: number, pageSize: number][] = [
  [3, 4096],
  [20, 4096],
  [60, 1024],
  [200, 1024],
];

const pages: Target = {
  name: 'database',
  seeds: () => [
    ...SIZES.map(([count, size]) => database(count, size)),
    readFileSync(join(repoRoot(), 'samples/cluster.db')),
  ],
  words: ['key', 'meta', 'members', Buffer.from('daed0ced02000000', 'hex'), formatRevision(3n, 0n, true)],
  async run(input) {
    const path = scratch('input.db');
    writeFileSync(path, withChecksums(input));
    await readDatabase(path);
  },
};

/** What writes another database out of one. */
const compacted: Target = {
  name: 'database-copy',
  seeds: () => SIZES.map(([count, size]) => database(count, size)),
  async run(input) {
    const [path, copy] = [scratch('input.db'), scratch('copy.db')];
    writeFileSync(path, withChecksums(input));
    await compactFile(path, copy, 0n);
    await verifyFile(copy);
  },
};

const snapshots: Target = {
  name: 'snapshot',
  seeds: () => SIZES.flatMap(([count, size]) => database(count, size)).map((file) => gzipSync(file)),
  words: [Buffer.from('1f8b08', 'hex'), Buffer.from('28b52ffd', 'hex'), 'ustar'],
  async run(input) {
    const path = scratch('input.db.gz');
    writeFileSync(path, input);
    await closing(await SnapshotEndpoint.open(path), (endpoint) => endpoint.callRaw('KV', 'range', ALL));
  },
};

async function smallCluster() {
  return newCluster({
    name: 'm1',
    initialCluster: 'm1=http://127.0.0.1:2380,m2=http://127.0.0.1:2381',
    initialClusterToken: 'fuzz',
    initialAdvertisePeerUrls: ['http://127.0.0.1:2380'],
  });
}

/** A log with checksums of its records that fit what is in them now, as far as there are records. */
function checkedLog(input: Buffer): Buffer {
  const log = Buffer.from(input);
  let crc = 0;
  for (let at = 0; at + 8 < log.length; ) {
    const end = at + 8 + log.readUInt32LE(at);
    const padding = log[at + 7]! & 0x80 ? log[at + 7]! & 7 : 0;
    // A record: type, checksum in as many bytes as it has, data behind one byte of length.
    const data = log.indexOf(0x1a, at + 10);
    if (end > log.length || end === at + 8) break;
    if (data > 0 && data < end) {
      crc = crc32c(log.subarray(data + 2, end), crc);
      const field = numberField(2, crc);
      if (field.length === data - at - 10) field.copy(log, at + 10);
    }
    at = end + padding;
  }
  return log;
}

const wal: Target = {
  name: 'wal',
  seeds: async () => [walBytes(await smallCluster())],
  words: [numberField(1, 2), numberField(1, 3), numberField(9900, 1), Buffer.alloc(8, 0xff)],
  run(input) {
    const dir = scratch('wal');
    mkdirSync(dir, { recursive: true });
    const read = (bytes: Buffer) => {
      writeFileSync(join(dir, walFileName(0n, 0n)), bytes);
      walOwner(dir);
      return each(
        () => readWal(dir, 0n),
        () => minimalVersion(dir, scratch()),
      );
    };
    return each(
      () => read(input),
      () => read(checkedLog(input)),
    );
  },
};

const snapFile: Target = {
  name: 'snap-file',
  seeds: async () => [snapBytes(await smallCluster())],
  words: [numberField(1, 0), '\x12\x00'],
  run(input) {
    const dir = scratch('snap');
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, '0000000000000001-0000000000000002.snap'), input);
    newestSnapshot(dir, () => {});
  },
};

export const fileTargets = [pages, compacted, snapshots, wal, snapFile];
