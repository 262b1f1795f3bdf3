// Makes samples/cluster.db again: every file under samples/manifests is put, under the key that is its path, into a real etcd by
// ketcdctl's own `encode` and `put`, and `snapshot save` takes the database. `NAME@2.yaml` is a second revision of NAME.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const samples = import.meta.dirname ?? new URL('.', import.meta.url).pathname;
const manifests = join(samples, 'manifests');
const launcher = join(samples, '..', 'bin', 'ketcdctl.js');

/** The files in the order in which they are put: first revisions before second ones. */
function sampleFiles() {
  const files = readdirSync(manifests, { recursive: true })
    .map((name) => join(manifests, name))
    .filter((path) => statSync(path).isFile())
    .sort();
  return [...files.filter((path) => !path.includes('@')), ...files.filter((path) => path.includes('@'))];
}

/** The key is the path: absolute but for `compact_rev_key`, which Kubernetes stores without a slash. */
function keyOf(path) {
  const name = relative(manifests, path).replace(/(@\d+)?\.(yaml|json|txt)$/, '');
  return name.includes('/') ? `/${name}` : name;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function ketcdctl(args, input) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [launcher, ...args], { input, maxBuffer: 64 << 20 });
  if (status !== 0) throw new Error(`ketcdctl ${args.join(' ')}: ${stderr}`);
  return stdout;
}

const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-sample-'));
const client = `http://127.0.0.1:${await freePort()}`;
const peer = `http://127.0.0.1:${await freePort()}`;
const urls = ['--listen-client-urls', client, '--advertise-client-urls', client, '--listen-peer-urls', peer];
const cluster = ['--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`];
const etcd = spawn(process.env.ETCD_BIN ?? 'etcd', ['--data-dir', dir, ...urls, ...cluster], { stdio: 'ignore' });
etcd.on('error', (error) => {
  console.error(`etcd cannot be started (${error.message}); ETCD_BIN names another one`);
  process.exitCode = 1;
});
try {
  const endpoint = ['--endpoints', client];
  for (let tries = 0; ; tries++) {
    const { status } = spawnSync(process.execPath, [launcher, ...endpoint, 'endpoint', 'health'], { stdio: 'ignore' });
    if (status === 0) break;
    if (tries === 20) throw new Error('etcd does not answer');
  }
  const files = sampleFiles();
  for (const path of files) {
    const stored = path.endsWith('.yaml') ? ketcdctl(['encode', '-w', 'raw', path]) : readFileSync(path);
    ketcdctl([...endpoint, 'put', '--', keyOf(path)], stored);
  }
  const db = join(samples, 'cluster.db');
  rmSync(db, { force: true });
  ketcdctl([...endpoint, 'snapshot', 'save', db]);
  console.log(`${db}: ${files.length} revisions of ${new Set(files.map(keyOf)).size} keys`);
} finally {
  etcd.kill();
  await once(etcd, 'exit').catch(() => {});
  rmSync(dir, { recursive: true, force: true });
}
