/** The sample cluster in a real etcd, and command lines that are run against it. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IKeyValue } from 'etcd3/lib/rpc';
import { type EtcdClient, openClient } from '../../src/etcd/client.js';
import { readRange } from '../../src/etcd/range.js';
import { prefixRange } from '../../src/rpc/keys.js';
import { type Ended, runLine } from '../cli/support.js';
import { type Cleanup, startEtcd } from '../support/etcd.js';
import { repoRoot } from '../support/root.js';

export const SAMPLE = join(repoRoot(), 'samples', 'cluster.db');

/** The connection layer's defaults. */
const TIMES = { dialTimeout: 2000, commandTimeout: 5000, keepaliveTime: 2000, keepaliveTimeout: 6000 };

export function openEndpoint(endpoint: string): Promise<EtcdClient> {
  return openClient({
    endpoints: [endpoint],
    discoverySrv: undefined,
    discoverySrvName: undefined,
    insecureDiscovery: true,
    cacert: undefined,
    cert: undefined,
    key: undefined,
    insecureTransport: true,
    insecureSkipTlsVerify: false,
    skipVerifyAloneMakesTls: true,
    user: undefined,
    password: undefined,
    jwtToken: undefined,
    ...TIMES,
    maxRequestBytes: 0,
    maxRecvBytes: 0,
    waitForReady: false,
    trace: undefined,
  });
}

export interface LiveSample {
  address: string;
  client: EtcdClient;
  /** A folder of its own, where backups go. */
  dir: string;
  /** Runs a command line in own mode against the server; `env` has PATH. */
  run(argv: string[], env?: NodeJS.ProcessEnv): Promise<Ended>;
  /** The key as it is now. */
  read(key: string): Promise<IKeyValue | undefined>;
  /** Freezes the server, and lets it go on. */
  pause(): void;
  resume(): void;
  /** The files that keep old values. */
  backups(): string[];
}

/** An etcd with the keys of the sample cluster (each at its first revision), stopped when the test ends. */
export async function liveSample(owner: Cleanup): Promise<LiveSample> {
  const etcd = await startEtcd(owner);
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-test-'));
  const client = await openEndpoint(etcd.address);
  owner.after(() => {
    client.close();
    rmSync(dir, { recursive: true, force: true });
  });
  const source = await openEndpoint(`file:${SAMPLE}`);
  for await (const page of readRange(source, prefixRange(Buffer.alloc(0)))) {
    for (const { key, value } of page.kvs) await client.kv.put({ key, value });
  }
  source.close();
  return {
    address: etcd.address,
    client,
    dir,
    pause: () => etcd.pause(),
    resume: () => etcd.resume(),
    run: (argv, env = {}) =>
      runLine('ketcdctl', ['--endpoints', etcd.address, ...argv], { PATH: process.env.PATH, ...env }),
    read: async (key) => (await client.kv.range({ key: Buffer.from(key) })).kvs[0],
    backups() {
      const names = readdirSync(dir).filter((name) => name.startsWith('ketcdctl-backup-'));
      return names.map((name) => join(dir, name));
    },
  };
}
