// Work on a snapshot of 1 GB with 500,000 keys, made by a real etcd: status, hashkv and restore beside etcdutl, get of one key.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, ETCDUTL, KETCDCTL, scaled } from './compare.mjs';
import { startServer } from './server.mjs';

const KEYS = scaled(500_000, 1000);
/** Two records of this size fill a page of 4 KiB. */
const VALUE = 'x'.repeat(1900);

process.env.ETCDCTL_API = '3';
const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-bench-storage-'));
const file = join(dir, 'snapshot.db');

/** A hundred keys in each transaction. */
async function makeSnapshot() {
  const server = await startServer();
  const endpoint = server.flags[1];
  let next = 0;
  const fill = async () => {
    for (let first = next; first < KEYS; first = next) {
      next += 100;
      const success = Array.from({ length: 100 }, (_, i) => ({
        request_put: { key: base64(`/registry/pods/namespace-${first % 97}/pod-${first + i}`), value: base64(VALUE) },
      }));
      await post(`${endpoint}/v3/kv/txn`, { success });
    }
  };
  await Promise.all(Array.from({ length: 8 }, fill));
  execFileSync(KETCDCTL[0], [KETCDCTL[1], ...server.flags, 'snapshot', 'save', file]);
  await server.stop();
}

const base64 = (text) => Buffer.from(text).toString('base64');

/** The server may still be starting when the first one comes. */
async function post(url, body) {
  for (let tries = 0; ; tries++) {
    try {
      const response = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
      if (!response.ok) throw new Error(await response.text());
      await response.text();
      return;
    } catch (error) {
      if (tries === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

await makeSnapshot();
const aim = 'status 0.7, restore 0.5, hashkv 0.7 of etcdutl, in at most 100 MB';
const both = (...args) => ({
  etcdutl: { command: [...ETCDUTL, ...args] },
  ketcdctl: { command: [...KETCDCTL, ...args] },
});
compare('snapshot status', both('snapshot', 'status', file), { aim });

const target = join(dir, 'restored');
const restores = both('snapshot', 'restore', file, '--data-dir', target);
for (const program of Object.values(restores)) {
  // What the disk has still to write is not counted on whoever comes next.
  program.before = () => {
    rmSync(target, { recursive: true, force: true });
    spawnSync('sync');
  };
}
compare('snapshot restore', restores, { rounds: 3, aim });
// Of the restored database: etcdutl 3.6 writes to the file that it hashes, and a snapshot is then refused for its SHA-256.
compare('hashkv', both('hashkv', join(target, 'member/snap/db')), { rounds: 3, aim });
rmSync(target, { recursive: true, force: true });

const ours = (...args) => ({ command: [...KETCDCTL, ...args] });
compare(
  'beside them',
  {
    'etcdutl status': { command: [...ETCDUTL, 'snapshot', 'status', file] },
    'get of one key': ours('--endpoints', `file:${file}`, 'get', '/registry/pods/namespace-0/pod-0', '--keys-only'),
    'snapshot stats': ours('snapshot', 'stats', file),
  },
  { rounds: 3 },
);
rmSync(dir, { recursive: true });
