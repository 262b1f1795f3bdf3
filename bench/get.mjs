// get of 100,000 keys of 1 KiB and of 1,000,000 small ones; snapshot save.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, ETCDCTL, KETCDCTL, scaled } from './compare.mjs';
import { startServer } from './server.mjs';
import { untilItWorks } from './until-works.mjs';

const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-bench-files-'));

const both = (flags, ...args) => ({
  etcdctl: { command: [...ETCDCTL, ...flags, ...args] },
  ketcdctl: { command: [...KETCDCTL, ...flags, ...args] },
});

/** A hundred keys in each transaction, all in one run. */
function fill(flags, keys, value) {
  const requests = [];
  for (let first = 0; first < keys; first += 100) {
    const puts = Array.from({ length: 100 }, (_, i) => `put /bench/${String(first + i).padStart(8, '0')} ${value}`);
    requests.push(`\n${puts.join('\n')}\n\n\n`);
  }
  const [program, ...words] = KETCDCTL;
  const { status, stderr } = spawnSync(program, [...words, ...flags, 'txn', '--many'], {
    input: requests.join(''),
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  if (status !== 0) throw new Error(stderr.toString());
}

async function manyKeys() {
  const server = await startServer();
  untilItWorks([...ETCDCTL, ...server.flags, 'get', 'foo']);
  fill(server.flags, scaled(100_000, 100), 'x'.repeat(1024));
  const aim = 'at most 0.8 of etcdctl, 1.0 at the most, in at most 120 MB';
  compare('get of 100,000 keys of 1 KiB, simple', both(server.flags, 'get', '--prefix', '/bench/'), { aim });
  compare('… -w json', both(server.flags, 'get', '--prefix', '-w', 'json', '/bench/'), { aim });
  compare('… --keys-only', both(server.flags, 'get', '--prefix', '--keys-only', '/bench/'), { aim });
  const file = join(dir, 'snapshot.db');
  compare('snapshot save', both(server.flags, 'snapshot', 'save', file), {
    aim: 'at most 1.0 of etcdctl, at most 100 MB',
  });
  await server.stop();
}

async function smallKeys() {
  const server = await startServer();
  untilItWorks([...ETCDCTL, ...server.flags, 'get', 'foo']);
  fill(server.flags, scaled(1_000_000, 100), 'x');
  const aim = 'at most 0.8 of etcdctl';
  compare('get of 1,000,000 small keys', both(server.flags, 'get', '--prefix', '/bench/'), { aim, rounds: 3 });
  await server.stop();
}

await manyKeys();
await smallKeys();
rmSync(dir, { recursive: true });
