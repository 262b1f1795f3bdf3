// Start-up and one get, plain and with mutual TLS; get of 100,000 keys of 1 KiB; snapshot save.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, ETCDCTL, KETCDCTL } from './compare.mjs';
import { makeCertificates, startServer } from './server.mjs';

const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-bench-files-'));
const empty = join(dir, 'empty.js');
writeFileSync(empty, '');

const both = (flags, ...args) => ({
  etcdctl: { command: [...ETCDCTL, ...flags, ...args] },
  ketcdctl: { command: [...KETCDCTL, ...flags, ...args] },
});
const check = (args) => {
  const { status, stderr } = spawnSync(args[0], args.slice(1));
  if (status !== 0) throw new Error(stderr.toString());
};

async function startUp(certificates) {
  const server = await startServer(certificates);
  check([...KETCDCTL, ...server.flags, 'put', 'foo', 'bar']);
  const programs = { 'empty script': { command: [process.execPath, empty] }, ...both(server.flags, 'get', 'foo') };
  compare(`one get, ${certificates ? 'mutual TLS' : 'plain'}`, programs, {
    rounds: 25,
    aim: 'the empty script + 25 ms',
  });
  await server.stop();
}

/** 100,000 keys of 1 KiB, a hundred in each transaction. */
function fill(flags) {
  const value = 'x'.repeat(1024);
  const lines = [];
  for (let first = 0; first < 100_000; first += 100) {
    const puts = Array.from({ length: 100 }, (_, i) => `put /bench/${String(first + i).padStart(8, '0')} ${value}`);
    const input = `\n${puts.join('\n')}\n\n\n`;
    lines.push(input);
  }
  for (const input of lines) {
    const { status, stderr } = spawnSync(ETCDCTL[0], [...flags, 'txn'], {
      input,
      env: { ...process.env, ETCDCTL_API: '3' },
    });
    if (status !== 0) throw new Error(stderr.toString());
  }
}

async function manyKeys() {
  const server = await startServer();
  check([...KETCDCTL, ...server.flags, 'put', 'foo', 'bar']);
  fill(server.flags);
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

const certificates = makeCertificates();
await startUp();
await startUp(certificates);
await manyKeys();
certificates.remove();
rmSync(dir, { recursive: true });
