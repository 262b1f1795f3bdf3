// Kubernetes' objects out of a large snapshot (20,000 pods, 9,000 other objects, 266 MB), as a file and from a server that was restored
// from it; and one value from standard input. The snapshot is KETCDCTL_CORPUS/k8s-real/large-1.36.db.xz.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compare, KETCDCTL } from './compare.mjs';
import { startServer } from './server.mjs';

const corpus = process.env.KETCDCTL_CORPUS ?? new URL('../../shared', import.meta.url).pathname;
const packed = join(corpus, 'k8s-real', 'large-1.36.db.xz');
if (!existsSync(packed)) {
  console.log(`skipped: there is no ${packed}`);
  process.exit(0);
}
const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-bench-files-'));
try {
  await main();
} finally {
  rmSync(dir, { recursive: true });
}

async function main() {
  const file = join(dir, 'large.db');
  unpack(file);
  report('from the file', ['--endpoints', `file:${file}`]);
  const dataDir = join(dir, 'member');
  must([...KETCDCTL, 'snapshot', 'restore', file, '--data-dir', dataDir]);
  const server = await startServer(undefined, dataDir);
  report('from a server', server.flags);
  await server.stop();
  one(file);
}

function report(where, flags) {
  const run = (...args) => ({ command: [...KETCDCTL, ...flags, 'k8s', ...args] });
  compare(
    where,
    {
      'get pods -A': run('get', 'pods', '-A'),
      'get -o yaml': run('get', 'pods', '-A', '-o', 'yaml'),
      kinds: run('kinds'),
      du: run('du'),
      verify: run('verify'),
    },
    { rounds: 3, aim: 'the file: 1.5 s, yaml 4 s; at most 200 MB' },
  );
}

/** One stored value through `decode`, beside a script that does nothing. */
function one(file) {
  const value = join(dir, 'value.bin');
  const empty = join(dir, 'empty.js');
  writeFileSync(empty, '');
  const key = '/registry/services/specs/default/kubernetes';
  const flags = ['--endpoints', `file:${file}`, '--decode', 'none'];
  writeFileSync(value, must([...KETCDCTL, ...flags, 'get', '--print-value-only', key]));
  compare(
    'one value from standard input',
    { version: { command: [...KETCDCTL, 'version'] }, decode: { command: [...KETCDCTL, 'decode'], input: value } },
    { rounds: 15, aim: 'version + 10 ms' },
  );
}

/** By xz, or where there is none by Python. */
function unpack(file) {
  const byXz = spawnSync('xz', ['-dc', packed], { stdio: ['ignore', openSync(file, 'w'), 'inherit'] });
  if (byXz.status === 0) return;
  const script = 'import lzma,shutil,sys; shutil.copyfileobj(lzma.open(sys.argv[1]), open(sys.argv[2], "wb"), 1 << 20)';
  must(['python3', '-c', script, packed, file]);
}

function must([command, ...args]) {
  const { status, stdout, stderr } = spawnSync(command, args, { maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
  return stdout;
}
