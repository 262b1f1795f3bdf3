/**
 * Proves that a snapshot is a backup: restores it into a temporary folder, has an etcd start from that, and compares what the server says
 * with what is in the file. The server listens on sockets in that folder alone, which only this user may enter.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onEndingSignal } from '../base/files/clean-up.js';
import { sleep } from '../base/timer.js';
import { type EtcdClient, openClient } from '../etcd/client.js';
import { readRange } from '../etcd/range.js';
import { Cluster } from '../k8s/cluster.js';
import { resourceNamer } from '../k8s/kinds.js';
import { OPEN_END } from '../rpc/keys.js';
import { EtcdFile } from '../storage/mvcc/etcd-file.js';
import { historyHash } from '../storage/mvcc/hash.js';
import { newCluster } from '../storage/raft/membership.js';
import { restore } from '../storage/snapshot/restore.js';

export interface Trial {
  /** Of the etcd that was started; empty where there was none to start. */
  version: string;
  /** Keys that exist, by kind. */
  kinds: Map<string, number>;
  /** What differs between file and server. */
  problems: string[];
}

export interface TrialOptions {
  /** Whether the file ends with its hash, as one that was saved by a member does. */
  hasHash: boolean;
  /** The program, or undefined: then the restored files are read in place of a server. */
  etcd: string | undefined;
}

/** @throws Failure when the file can't be restored */
export async function trialRestore(snapshot: string, options: TrialOptions): Promise<Trial> {
  const folder = mkdtempSync(join(tmpdir(), 'ketcdctl-trial-'));
  const running: { etcd?: ChildProcess } = {};
  const end = () => {
    running.etcd?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  const stop = onEndingSignal(end);
  try {
    return await tryIn(folder, snapshot, options, running);
  } finally {
    end();
    stop();
  }
}

const NAME = 'trial';
/** Relative to the folder, in which etcd is started: etcd takes a socket's name for a host and a port. */
const CLIENT_SOCKET = 'client:1';
const PEER_URL = 'unix://peer:1';

async function tryIn(
  folder: string,
  snapshot: string,
  { hasHash, etcd }: TrialOptions,
  running: { etcd?: ChildProcess },
): Promise<Trial> {
  const dataDir = join(folder, 'data');
  const peers = { initialCluster: `${NAME}=${PEER_URL}`, initialAdvertisePeerUrls: [PEER_URL] };
  const cluster = await newCluster({ name: NAME, initialClusterToken: NAME, ...peers });
  await restore(cluster, {
    ...{ snapshot, dataDir, skipHashCheck: !hasHash, bumpRevision: 0n },
    ...{ takeInUse: false, refuseExisting: false },
  });
  const expected = await contentOfFile(snapshot);
  const trial: Trial = {
    version: '',
    kinds: expected.kinds,
    problems: differences(expected, await contentOfFile(dataDir)),
  };
  if (etcd === undefined || trial.problems.length > 0) return trial;
  running.etcd = startEtcd(folder, dataDir, etcd);
  const client = await openClient({ endpoints: [`unix:${join(folder, CLIENT_SOCKET)}`], commandTimeout: 10_000 });
  try {
    const version = await untilReady(client, running.etcd);
    if (version === undefined) {
      return { ...trial, problems: [`${etcd} does not start from it: ${lastLine(join(folder, 'log'))}`] };
    }
    const served = await servedContent(client, expected);
    return { ...trial, version, problems: served ? differences(expected, served) : [] };
  } finally {
    client.close();
  }
}

function startEtcd(folder: string, dataDir: string, program: string): ChildProcess {
  const client = `unix://${CLIENT_SOCKET}`;
  const options = {
    ...{ name: NAME, 'data-dir': dataDir, 'log-level': 'error', logger: 'zap' },
    ...{ 'listen-client-urls': client, 'advertise-client-urls': client },
    ...{ 'listen-peer-urls': PEER_URL, 'initial-advertise-peer-urls': PEER_URL },
    ...{ 'initial-cluster': `${NAME}=${PEER_URL}`, 'initial-cluster-token': NAME, 'log-outputs': 'log' },
    // A database that is larger than the usual quota is no reason not to start.
    'quota-backend-bytes': '-1',
  };
  const words = Object.entries(options).map(([name, value]) => `--${name}=${value}`);
  // Without the variables of this process: those that begin with ETCD_ would be options, too.
  return spawn(program, words, { cwd: folder, env: {}, stdio: 'ignore' });
}

const START_MS = 60_000;

/** The server's version once it answers; undefined where the process ended, or nobody answered for a minute. */
async function untilReady(client: EtcdClient, etcd: ChildProcess): Promise<string | undefined> {
  let failed = false;
  etcd.once('error', () => {
    failed = true;
  });
  for (const end = performance.now() + START_MS; performance.now() < end; await sleep(100)) {
    if (failed || etcd.exitCode !== null || etcd.signalCode !== null) return undefined;
    try {
      const { version, leader } = await client.maintenance.status();
      if (leader !== '0') return version;
    } catch {
      // Not yet.
    }
  }
  return undefined;
}

function lastLine(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim().split('\n').at(-1) || 'it says nothing';
  } catch {
    return 'it says nothing';
  }
}

interface Content {
  revision: bigint;
  compacted: bigint;
  /** Of the history up to the revision. */
  hash: number;
  kinds: Map<string, number>;
}

async function contentOfFile(path: string): Promise<Content> {
  const client = await openClient({ endpoints: [`file:${path}`] });
  const file = new EtcdFile(path);
  try {
    const { revision, compacted } = file;
    return { revision, compacted, hash: historyHash(file, 0n).hash, kinds: await kindsOf(client, revision) };
  } finally {
    file.close();
    client.close();
  }
}

/**
 * What a server says of a revision: it may have gone on from there, when a lease has expired meanwhile.
 * @returns undefined where the snapshot has authentication on, so that nothing can be read without a password
 */
async function servedContent(client: EtcdClient, { revision, compacted }: Content): Promise<Content | undefined> {
  try {
    // A revision that is the last of the compacted ones has a hash only as the newest.
    const at = compacted < revision ? String(revision) : '0';
    const { hash } = await client.maintenance.hashKV({ revision: at as never });
    return { revision, compacted, hash: Number(hash), kinds: await kindsOf(client, revision) };
  } catch (error) {
    if (/user name is empty|permission denied/.test((error as Error).message)) return undefined;
    throw error;
  }
}

/** Keys by kind; those that are not Kubernetes' count as `(other keys)`. */
async function kindsOf(client: EtcdClient, at: bigint): Promise<Map<string, number>> {
  const revision = String(at);
  const cluster = await Cluster.open(client, { revision });
  const nameOf = await resourceNamer(cluster);
  const kinds = new Map<string, number>();
  for await (const { kvs } of readRange(client, { key: OPEN_END, range_end: OPEN_END, keys_only: true, revision })) {
    for (const { key } of kvs) {
      const text = key.toString();
      const kind = text.startsWith(cluster.root) ? nameOf(text) : '(other keys)';
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
  }
  return kinds;
}

function differences(expected: Content, found: Content): string[] {
  const problems: string[] = [];
  if (found.revision !== expected.revision)
    problems.push(`revision ${found.revision}, in the file ${expected.revision}`);
  if (found.hash !== expected.hash)
    problems.push(`the hash of the history is ${found.hash}, in the file ${expected.hash}`);
  for (const kind of new Set([...expected.kinds.keys(), ...found.kinds.keys()])) {
    const [inFile, served] = [expected.kinds.get(kind) ?? 0, found.kinds.get(kind) ?? 0];
    if (inFile !== served) problems.push(`${served} ${kind}, in the file ${inFile}`);
  }
  return problems;
}
