// What a start costs, in one run beside etcdctl: `version`, and `get` of one key, by Node and by the executable (where one was built).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, ETCDCTL, KETCDCTL } from './compare.mjs';
import { makeCertificates, startServer } from './server.mjs';
import { untilItWorks } from './until-works.mjs';

const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-bench-files-'));
const empty = join(dir, 'empty.js');
writeFileSync(empty, '');
const rounds = 25;

function all(...args) {
  return {
    etcdctl: { command: [...ETCDCTL, ...args] },
    ketcdctl: { command: [...KETCDCTL, ...args] },
    'empty script': { command: [process.execPath, empty] },
  };
}

compare('version', all('version'), { rounds, aim: 'executable 0.6 of etcdctl; Node: the empty script + 12 ms' });
for (const certificates of [undefined, makeCertificates()]) {
  const server = await startServer(certificates);
  untilItWorks([...ETCDCTL, ...server.flags, 'put', 'foo', 'bar']);
  const aim = `executable 0.8 of etcdctl; Node: the empty script + ${certificates ? 25 : 12} ms`;
  compare(`get of one key, ${certificates ? 'mutual TLS' : 'plain'}`, all(...server.flags, 'get', 'foo'), {
    rounds,
    aim,
  });
  await server.stop();
  certificates?.remove();
}
rmSync(dir, { recursive: true });
