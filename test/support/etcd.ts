import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CertPair, type Certs, makeCerts } from './certs.js';
import { program } from './program.js';

/** What a test hands in so that its servers end with it: node:test's context, or its module (`import * as test`). */
export interface Cleanup {
  after(fn: () => void | Promise<void>): void;
}

export interface EtcdOptions {
  /** `server`: TLS; `mutual`: TLS with `--client-cert-auth`. Certificates come from {@link makeCerts}. */
  tls?: 'none' | 'server' | 'mutual';
  /** The certificate that the server shows in place of the good one. */
  serverCert?: CertPair;
  /** Makes the user `root` with this password and switches authentication on. */
  rootPassword?: string;
  /** `--enable-v2`: the old API on the client port. */
  enableV2?: boolean;
  extraArgs?: string[];
  /** Of one member: a snapshot that its data is made of before it starts, by `ketcdctl snapshot restore`. */
  restore?: string;
}

/** One running member. */
export interface EtcdServer {
  /** `127.0.0.1:PORT`, without a scheme. */
  address: string;
  /** With the scheme: `http://…` or `https://…`. */
  endpoint: string;
  port: number;
  peerPort: number;
  dataDir: string;
  readonly pid: number;
  /** Of the TLS options: what a client of this server needs. Undefined for a plain server. */
  certs: Certs | undefined;
  /** SIGTERM (or `signal`), then waits until it is gone; the data stays until the test ends. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same ports and data; with a signal name first stops it with that. */
  restart(signal?: NodeJS.Signals): Promise<void>;
  /** Freezes the process (SIGSTOP): connections stay open and nothing is answered. */
  pause(): void;
  resume(): void;
}

export interface EtcdCluster {
  members: EtcdServer[];
  endpoints: string[];
}

/** The etcd program: `ETCD_BIN`, or `etcd` of the PATH. Undefined where there is none. */
export function etcdBinary(): string | undefined {
  return findBinary(process.env.ETCD_BIN ?? 'etcd');
}

/** Why a test that needs a server has to be skipped, or false: `test(name, { skip: skipWithoutEtcd() }, …)`. */
export function skipWithoutEtcd(): string | false {
  return etcdBinary() ? false : 'no etcd program: install etcd-server or set ETCD_BIN';
}

/** The etcdctl program beside etcd, for tests that compare: `ETCDCTL_BIN`, or `etcdctl` of the PATH. */
export function etcdctlBinary(): string | undefined {
  return findBinary(process.env.ETCDCTL_BIN ?? 'etcdctl');
}

function findBinary(name: string): string | undefined {
  try {
    return execFileSync('/bin/sh', ['-c', 'command -v "$0"', name], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    return undefined;
  }
}

/** The server's version, such as `3.4.23`. */
export function etcdVersion(): string {
  const text = execFileSync(etcdBinary() ?? 'etcd', ['--version'], { encoding: 'utf8' });
  return /etcd Version: (\S+)/.exec(text)?.[1] ?? '';
}

/** Starts one member and waits until it answers. It is stopped, and its data removed, when `owner` ends. */
export async function startEtcd(owner: Cleanup, options: EtcdOptions = {}): Promise<EtcdServer> {
  const { members } = await startCluster(owner, 1, options);
  return members[0]!;
}

/** Starts `size` members that form a cluster and waits until all answer. */
export async function startCluster(owner: Cleanup, size: number, options: EtcdOptions = {}): Promise<EtcdCluster> {
  const ports = await freePorts(size * 2);
  const names = Array.from({ length: size }, (_, i) => `m${i + 1}`);
  const initialCluster = names.map((name, i) => `${name}=http://127.0.0.1:${ports[size + i]}`).join(',');
  const members = names.map(
    (name, i) => new Member({ name, port: ports[i]!, peerPort: ports[size + i]!, initialCluster, options }),
  );
  owner.after(async () => {
    await Promise.all(members.map((member) => member.remove()));
  });
  for (const member of members) member.spawn();
  await Promise.all(members.map((member) => member.ready()));
  if (options.rootPassword) await enableAuth(members[0]!, options.rootPassword);
  return { members, endpoints: members.map((member) => member.endpoint) };
}

/** Ports of loopback that nobody listens on at this moment. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

interface MemberConfig {
  name: string;
  port: number;
  peerPort: number;
  initialCluster: string;
  options: EtcdOptions;
}

class Member implements EtcdServer {
  readonly address: string;
  readonly endpoint: string;
  readonly port: number;
  readonly peerPort: number;
  readonly dataDir = mkdtempSync(join(tmpdir(), 'ketcdctl-etcd-'));
  readonly certs: Certs | undefined;
  private child: ChildProcess | undefined;
  private exited: Promise<void> = Promise.resolve();
  private log = '';

  constructor(private readonly config: MemberConfig) {
    const tls = config.options.tls ?? 'none';
    this.port = config.port;
    this.peerPort = config.peerPort;
    this.address = `127.0.0.1:${config.port}`;
    this.endpoint = `${tls === 'none' ? 'http' : 'https'}://${this.address}`;
    this.certs = tls === 'none' ? undefined : makeCerts();
    if (config.options.restore !== undefined) this.restore(config.options.restore);
  }

  private restore(snapshot: string): void {
    rmSync(this.dataDir, { recursive: true });
    const { name, initialCluster, peerPort } = this.config;
    const cluster = ['--initial-cluster', initialCluster, '--initial-cluster-token', initialCluster];
    const own = ['--name', name, '--initial-advertise-peer-urls', `http://127.0.0.1:${peerPort}`];
    execFileSync(...program(['snapshot', 'restore', snapshot, '--data-dir', this.dataDir, ...own, ...cluster]), {
      stdio: 'pipe',
    });
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  spawn(): void {
    this.log = '';
    const child = spawn(etcdBinary() ?? 'etcd', this.args(), { stdio: ['ignore', 'ignore', 'pipe'] });
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    child.stderr.on('data', (data) => {
      this.log = (this.log + data).slice(-4000);
    });
    child.stderr.on('error', () => {});
    this.child = child;
    this.exited = new Promise((resolve) => {
      child.once('exit', () => {
        process.off('exit', kill);
        resolve();
      });
    });
  }

  private args(): string[] {
    const { name, initialCluster, options } = this.config;
    const peer = `http://127.0.0.1:${this.peerPort}`;
    return [
      ...['--name', name, '--data-dir', this.dataDir, '--logger', 'zap', '--log-level', 'error'],
      ...['--listen-client-urls', this.endpoint, '--advertise-client-urls', this.endpoint],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer],
      ...['--initial-cluster', initialCluster, '--initial-cluster-token', initialCluster],
      // A member alone can elect itself at once; several keep etcd's proportions, as the machine may be slow.
      ...(initialCluster.includes(',') ? [] : ['--heartbeat-interval', '10', '--election-timeout', '100']),
      ...(options.enableV2 ? ['--enable-v2'] : []),
      ...this.tlsArgs(),
      ...(options.extraArgs ?? []),
    ];
  }

  private tlsArgs(): string[] {
    if (!this.certs) return [];
    const { cert, key } = this.config.options.serverCert ?? this.certs.server;
    const mutual = this.config.options.tls === 'mutual';
    return [
      ...['--cert-file', cert, '--key-file', key],
      ...(mutual ? ['--client-cert-auth', '--trusted-ca-file', this.certs.ca] : []),
    ];
  }

  /** Waits for a leader, as `/health` tells it. */
  async ready(): Promise<void> {
    const end = Date.now() + 30_000;
    while (Date.now() < end) {
      if (this.child?.exitCode !== null) throw new Error(`etcd ended at once: ${this.log}`);
      const body = await httpCall(this, 'GET', '/health').catch(() => '');
      if (body.includes('"true"')) return;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    throw new Error(`etcd on ${this.address} does not answer: ${this.log}`);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    this.child?.kill('SIGCONT');
    this.child?.kill(signal);
    await this.exited;
  }

  async restart(signal?: NodeJS.Signals): Promise<void> {
    if (signal) await this.stop(signal);
    this.spawn();
    await this.ready();
  }

  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  async remove(): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** Calls etcd's HTTP side (health, metrics, the JSON gateway) with the test's client certificate; gives the body. */
export function httpCall(server: EtcdServer, method: string, path: string, body?: unknown): Promise<string> {
  const tls = server.certs && {
    ca: readFileSync(server.certs.ca),
    cert: readFileSync(server.certs.client.cert),
    key: readFileSync(server.certs.client.key),
    // The server may show a bad certificate on purpose.
    rejectUnauthorized: false,
  };
  const send = tls ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(server.endpoint + path, { method, timeout: 5000, agent: false, ...tls }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => (response.statusCode === 200 ? resolve(text) : reject(new Error(text))));
    });
    request.on('timeout', () => request.destroy(new Error('timeout')));
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function enableAuth(server: EtcdServer, password: string): Promise<void> {
  const post = (path: string, body: unknown) => httpCall(server, 'POST', `/v3/auth/${path}`, body);
  await post('user/add', { name: 'root', password });
  await post('role/add', { name: 'root' });
  await post('user/grant', { user: 'root', role: 'root' });
  await post('enable', {});
}
