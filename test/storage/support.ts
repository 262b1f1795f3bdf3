import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { saveToFile } from '../../src/commands/snapshot/save-target.js';
import { Transport } from '../../src/connection/transport.js';
import { clientOver, type EtcdClient } from '../../src/etcd/client.js';
import { IncomingSnapshot } from '../../src/etcd/snapshot.js';
import { newCluster } from '../../src/storage/raft/membership.js';
import { type Restored, restore } from '../../src/storage/snapshot/restore.js';
import type { Cleanup, EtcdServer } from '../support/etcd.js';

/** A folder that is removed when `owner` ends. */
export function tempDir(owner: Cleanup): string {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-storage-'));
  owner.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** A client of one server. */
export function clientOf(
  owner: Cleanup,
  server: EtcdServer,
  login: { user?: string; password?: string } = {},
): EtcdClient {
  const client = clientOver(new Transport({ endpoints: [server.endpoint], commandTimeout: 10_000, ...login }));
  owner.after(() => client.close());
  return client;
}

/** Has a server's database in a snapshot file. */
export async function save(client: EtcdClient, dir: string, name = 'snapshot.db'): Promise<string> {
  const path = join(dir, name);
  await saveToFile(new IncomingSnapshot(client, { timeoutMs: null }), path);
  return path;
}

/** A number from 0 to `below`, the same in each run. */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Puts, overwrites and deletes keys, some by transactions; the values have from none to many thousand bytes. */
export async function fill(client: EtcdClient, count: number, seed = 1): Promise<void> {
  const next = random(seed);
  const { ID } = await client.lease.leaseGrant({ TTL: 5000, ID: 0 });
  for (let i = 0; i < count; i++) {
    const key = Buffer.from(`/key/${String(next(count / 3)).padStart(4, '0')}`);
    const value = Buffer.alloc(next(20) === 0 ? next(30_000) : next(300), `v${i}`);
    if (next(6) === 0) await client.kv.deleteRange({ key });
    else if (next(8) === 0) {
      const puts = ['a', 'b', 'c'].map((end) => ({
        request_put: { key: Buffer.concat([key, Buffer.from(end)]), value },
      }));
      await client.kv.txn({ compare: [], success: puts, failure: [] });
    } else await client.kv.put({ key, value, ...(next(10) === 0 && { lease: ID }) });
  }
}

/** A data directory of one member that is alone. */
export async function restoreOne(
  snapshot: string,
  dataDir: string,
  bumpRevision = 0n,
  skipHashCheck = false,
): Promise<Restored> {
  const cluster = await newCluster({
    name: 'm1',
    initialCluster: 'm1=http://127.0.0.1:2380',
    initialClusterToken: 'restored',
    initialAdvertisePeerUrls: ['http://127.0.0.1:2380'],
  });
  return restore(cluster, {
    snapshot,
    dataDir,
    bumpRevision,
    skipHashCheck,
    refuseExisting: false,
    takeInUse: false,
  });
}

/** Arguments that have a server of the tests start from a data directory. */
export function fromDataDir(dataDir: string): string[] {
  return [
    '--data-dir',
    dataDir,
    '--name',
    'm1',
    '--initial-cluster',
    'm1=http://127.0.0.1:2380',
    '--initial-advertise-peer-urls',
    'http://127.0.0.1:2380',
  ];
}

/** Runs the reference etcdctl; gives its standard output. */
export function etcdctl(binary: string, ...args: string[]): string {
  return execFileSync(binary, args, {
    encoding: 'utf8',
    env: { ...process.env, ETCDCTL_API: '3' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** So large that there is time to interrupt what reads it. */
const LARGE = 512 << 20;

/** Makes a snapshot large: behind its pages is a hole, and then the hash of it all. */
export function enlarge(path: string): void {
  const bytes = readFileSync(path);
  const pages = bytes.subarray(0, bytes.length - 32);
  writeFileSync(path, pages);
  truncateSync(path, LARGE);
  const hash = createHash('sha256').update(pages);
  const zeros = Buffer.alloc(1 << 20);
  for (let left = LARGE - pages.length; left > 0; left -= zeros.length) {
    hash.update(zeros.subarray(0, Math.min(left, zeros.length)));
  }
  appendFileSync(path, hash.digest());
}
