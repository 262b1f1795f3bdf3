/** Commands that go on for long, in a terminal, and what ends them: Ctrl-C, `kill`, and a terminal that is closed. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { clientOf, enlarge, save, tempDir } from '../storage/support.js';
import { type Cleanup, type EtcdServer, skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { startProxy } from '../support/proxy.js';
import { eventually } from '../support/running.js';
import { endedBy, type InTerminal, skipWithoutTerminal, startInTerminal } from '../support/pseudo-terminal.js';

const skip = skipWithoutEtcd() || skipWithoutTerminal();
const cleanups: (() => void | Promise<void>)[] = [];
const owner: Cleanup = { after: (fn) => void cleanups.push(fn) };

let server: EtcdServer;
/** Takes part of an answer, and then nothing more. */
let stalled: string;
/** What commands read, and where they leave something. */
let input: string;
let snapshot: string;

before(async () => {
  if (skip) return;
  server = await startEtcd(owner);
  const client = clientOf(owner, server);
  const value = Buffer.alloc(20_000, 'v');
  for (let i = 100; i < 500; i++) await client.kv.put({ key: Buffer.from(`big/${i}`), value });
  const config = (name: string) => `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}","namespace":"a"}}`;
  for (const name of ['one', 'two']) {
    await client.kv.put({ key: Buffer.from(`/registry/configmaps/a/${name}`), value: Buffer.from(config(name)) });
  }
  input = tempDir(owner);
  snapshot = await save(client, input);
  enlarge(snapshot);
  const proxy = await startProxy(owner, server);
  proxy.swallowAnswersAfter(1 << 20);
  stalled = proxy.address;
});
after(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Signal = (typeof SIGNALS)[number];

interface Row {
  /** @param dir an empty folder for what it makes */
  argv: (dir: string) => string[];
  /** Waits until it is under way. */
  ready: (running: InTerminal) => Promise<void>;
  /** Where it is not the status that the signal itself gives. */
  status?: Partial<Record<Signal, number>>;
  env?: NodeJS.ProcessEnv;
  /** Makes what the command needs in the folder; that stays. */
  prepare?: (dir: string) => void;
}

const at = (address: () => string, ...argv: string[]) => () => ['--endpoints', address(), ...argv];
const shown = (pattern: RegExp) => (running: InTerminal) => running.until(pattern);
const connected = (running: InTerminal) => running.untilOpen(/^socket:/);
const reads = (running: InTerminal) => running.untilOpen(/snapshot\.db$/);
const here = () => server.address;
const there = () => stalled;

const ROWS: Record<string, Row> = {
  watch: { argv: at(here, 'watch', 'big/100', '--rev', '1'), ready: shown(/big\/100/) },
  'watch -i': { argv: at(here, 'watch', '-i'), ready: connected },
  'get of a big range': { argv: at(there, 'get', '--prefix', 'big/'), ready: connected },
  ls: { argv: at(there, 'ls', 'big/'), ready: connected },
  tree: { argv: at(there, 'tree'), ready: connected },
  history: { argv: at(there, 'history', '--prefix', 'big/'), ready: connected },
  txn: { argv: at(here, 'txn', '-i'), ready: shown(/compares/) },
  put: { argv: at(here, 'put', 'k'), ready: connected },
  'make-mirror': { argv: at(here, 'make-mirror', '--dest-prefix', 'to/', '--prefix', 'none/', 'DEST'), ready: connected },
  'snapshot save': {
    argv: (dir) => ['--endpoints', stalled, 'snapshot', 'save', join(dir, 'saved.db')],
    ready: (running) => running.untilOpen(/saved\.db\.part/),
  },
  'snapshot restore': {
    argv: (dir) => ['snapshot', 'restore', snapshot, '--data-dir', join(dir, 'data')],
    ready: (running) => running.untilOpen(/data\.part.*db$/),
  },
  'snapshot verify': { argv: () => ['snapshot', 'verify', snapshot], ready: reads },
  'snapshot compact': { argv: (dir) => ['snapshot', 'compact', snapshot, join(dir, 'small.db')], ready: reads },
  'lease keep-alive': { argv: () => [], ready: shown(/keepalived/) },
  lock: { argv: at(here, 'lock', 'name'), ready: shown(/name\//), status: { SIGINT: 0, SIGTERM: 0 } },
  'lock -- program': {
    argv: at(here, 'lock', 'name', '--', 'sleep', '1000'),
    ready: connected,
    status: { SIGINT: 1, SIGTERM: 1 },
  },
  elect: { argv: at(here, 'elect', 'name', 'me'), ready: shown(/me/), status: { SIGINT: 0, SIGTERM: 0 } },
  'elect -l': { argv: at(here, 'elect', '-l', 'name'), ready: connected },
  'check perf': { argv: at(here, 'check', 'perf', '--auto-compact=false'), ready: shown(/%|\d/) },
  'check datascale': { argv: at(here, 'check', 'datascale'), ready: shown(/%|\d/) },
  'check consistency': { argv: at(there, 'check', 'consistency', '--command-timeout', '1h'), ready: connected },
  'endpoint health --watch': { argv: at(here, 'endpoint', 'health', '--watch'), ready: shown(/health/) },
  'endpoint status --watch': { argv: at(here, 'endpoint', 'status', '--watch'), ready: shown(/\d MB|\d kB/) },
  doctor: { argv: at(there, 'doctor', '--command-timeout', '1h'), ready: connected },
  'k8s export': {
    argv: (dir) => ['--endpoints', stalled, 'k8s', 'export', '-A', '--output-dir', join(dir, 'out')],
    ready: connected,
  },
  'k8s verify': { argv: at(there, 'k8s', 'verify'), ready: connected },
  'k8s watch': { argv: at(here, 'k8s', 'watch', 'cm', '-n', 'a'), ready: connected },
  'k8s get --watch': { argv: at(here, 'k8s', 'get', 'cm', '-n', 'a', '--watch'), ready: shown(/one/) },
  'k8s serve': { argv: at(here, 'k8s', 'serve'), ready: shown(/127\.0\.0\.1:\d+/) },
  'k8s edit': {
    argv: at(here, 'k8s', 'edit', 'cm/one', '-n', 'a'),
    env: { EDITOR: 'sleep 1000 #' },
    ready: connected,
  },
};

const RUNS: Record<Signal, (running: InTerminal) => void> = {
  SIGINT: (running) => running.type('\x03'),
  SIGTERM: (running) => void process.kill(running.pid, 'SIGTERM'),
  SIGHUP: (running) => running.hangUp(),
};

async function keysAndLeases(t: Cleanup): Promise<string> {
  const client = clientOf(t, server);
  const { kvs } = await client.kv.range({ key: Buffer.from([0]), range_end: Buffer.from([0]), keys_only: true } as never);
  const { leases } = await client.lease.leaseLeases({} as never);
  return `${kvs.map(({ key }) => key.toString('latin1')).join()} ${leases?.length}`;
}

for (const [name, row] of Object.entries(ROWS)) {
  test(`${name}: INT, TERM and HUP end it and leave nothing`, { skip }, async (t) => {
    if (process.env.ONLY && !name.includes(process.env.ONLY)) return;
    const before = await keysAndLeases(t);
    for (const signal of SIGNALS) {
      const dir = tempDir(t);
      row.prepare?.(dir);
      const files = readdirSync(dir);
      const running = startInTerminal(t, row.argv(dir), { ...row.env, TMPDIR: dir });
      await row.ready(running);
      const t0 = Date.now();
      RUNS[signal](running);
      const status = await Promise.race([running.ended, new Promise<string>((r) => setTimeout(() => r('NEVER'), 8000))]);
      const left = await keysAndLeases(t);
      console.log(name, signal, status, Date.now() - t0, 'ms', JSON.stringify(readdirSync(dir)) === JSON.stringify(files) ? '' : `LEFT ${readdirSync(dir)}`, left === before ? '' : 'KEYS LEFT', JSON.stringify(running.screen.slice(-150)), status === (row.status?.[signal] ?? endedBy(signal)) ? '' : '<<<<<<<<<');
    }
  });
}
void [assert, eventually, mkdirSync, rmSync, writeFileSync];
