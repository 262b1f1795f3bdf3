// 20,000 puts in transactions of 100 that are read from files. etcdctl takes one transaction a run; so does ketcdctl without --many.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, ETCDCTL, KETCDCTL, scaled } from './compare.mjs';
import { startServer } from './server.mjs';
import { untilItWorks } from './until-works.mjs';

const PUTS = scaled(20_000, 100);
const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-bench-files-'));
const value = 'x'.repeat(256);
const requests = [];
for (let first = 0; first < PUTS; first += 100) {
  const puts = Array.from({ length: 100 }, (_, i) => `put /bench/${String(first + i).padStart(8, '0')} ${value}`);
  requests.push(`\n${puts.join('\n')}\n\n\n`);
}
requests.forEach((request, i) => {
  writeFileSync(join(dir, `${i}.txn`), request);
});
const all = join(dir, 'all');
writeFileSync(all, requests.join(''));

const server = await startServer();
untilItWorks([...ETCDCTL, ...server.flags, 'get', 'foo']);
/** One run for each file. */
const oneByOne = (client) => ({
  command: ['sh', '-c', `for f in ${dir}/*.txn; do "$@" txn < "$f" || exit; done`, 'sh', ...client, ...server.flags],
});
compare(
  `${PUTS} puts in transactions of 100, one run each; all in one run`,
  {
    etcdctl: oneByOne(ETCDCTL),
    ketcdctl: oneByOne(KETCDCTL),
    'ketcdctl --many': { command: [...KETCDCTL, ...server.flags, 'txn', '--many'], input: all },
  },
  { rounds: 3, aim: 'all in one run: at most 1.0 of etcdctl' },
);
const one = { input: join(dir, '0.txn') };
compare(
  'one transaction of 100 puts',
  {
    etcdctl: { command: [...ETCDCTL, ...server.flags, 'txn'], ...one },
    ketcdctl: { command: [...KETCDCTL, ...server.flags, 'txn'], ...one },
  },
  { rounds: 15, aim: 'at most 1.0 of etcdctl' },
);
await server.stop();
rmSync(dir, { recursive: true });
