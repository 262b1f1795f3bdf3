/**
 * Commands that go on for long, in a terminal, and what ends them: Ctrl-C, `kill`, and a terminal that is closed. None goes on, hangs
 * (no test waits for longer than half a minute), leaves a file, a key or a lease, or the terminal in another state.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { clientOf, enlarge, save, tempDir } from '../storage/support.js';
import { type Cleanup, type EtcdServer, skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { startProxy } from '../support/proxy.js';
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
let database: string;
let lease: string;

before(async () => {
  if (skip) return;
  server = await startEtcd(owner);
  const client = clientOf(owner, server);
  const value = Buffer.alloc(20_000, 'v');
  for (let i = 100; i < 500; i++) await client.kv.put({ key: Buffer.from(`big/${i}`), value });
  const config = (name: string) =>
    `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${name}","namespace":"a"}}`;
  for (const name of ['one', 'two']) {
    await client.kv.put({ key: Buffer.from(`/registry/configmaps/a/${name}`), value: Buffer.from(config(name)) });
  }
  input = tempDir(owner);
  snapshot = await save(client, input);
  database = join(input, 'db');
  cpSync(snapshot, database);
  truncateSync(database, statSync(database).size - 32);
  enlarge(snapshot);
  lease = BigInt((await client.lease.leaseGrant({ TTL: 5000, ID: 0 } as never)).ID).toString(16);
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
  /** Two of them at once are not possible. */
  isAlone?: true;
  /** Makes what the command needs in the folder; that stays. */
  prepare?: (dir: string) => void;
}

const at =
  (address: () => string, ...argv: string[]) =>
  () => ['--endpoints', address(), ...argv];
const shown = (pattern: RegExp) => (running: InTerminal) => running.until(pattern);
/** It waits for an answer, or is on the way to that. */
const connected = (running: InTerminal) => running.untilOpen(/^socket:/);
const started = (running: InTerminal) => running.untilOpen(/^\/dev\/pts/);
const reads = (running: InTerminal) => running.untilOpen(/snapshot\.db$/);
const here = () => server.address;
const there = () => stalled;
const PATIENT = ['--command-timeout', '1h'];

/** As etcdctl: whoever holds a lock gives it back, and has done what it was to do. */
const RELEASED = { SIGINT: 0, SIGTERM: 0 };

const ROWS: Record<string, Row> = {
  watch: { argv: at(here, 'watch', 'big/100', '--rev', '1'), ready: shown(/big\/100/) },
  'watch -i': { argv: at(here, 'watch', '-i'), ready: started },
  'get of a big range': { argv: at(there, 'get', '--prefix', 'big/', ...PATIENT), ready: connected },
  'get that prints': { argv: at(here, 'get', '--prefix', ''), ready: shown(/big\/100/) },
  ls: { argv: at(there, 'ls', 'big/', ...PATIENT), ready: connected },
  tree: { argv: at(there, 'tree', ...PATIENT), ready: connected },
  history: { argv: at(there, 'history', 'big/100', ...PATIENT), ready: connected },
  diff: { argv: at(there, 'diff', '--prefix', 'big/', '--rev', '2', ...PATIENT), ready: connected },
  txn: { argv: at(here, 'txn', '-i'), ready: shown(/compares/) },
  put: { argv: at(here, 'put', 'k'), ready: started },
  'a password': { argv: at(here, '--user', 'root', 'get', 'k'), ready: shown(/[Pp]assword/) },
  'make-mirror': {
    argv: at(here, 'make-mirror', '--dest-prefix', 'to/', '--prefix', 'none/', 'http://127.0.0.1:1'),
    ready: started,
  },
  'snapshot save': {
    argv: (dir) => ['--endpoints', stalled, 'snapshot', 'save', join(dir, 'saved.db')],
    ready: (running) => running.untilOpen(/saved\.db\.part/),
  },
  'snapshot save, compressed': {
    argv: (dir) => ['--endpoints', stalled, 'snapshot', 'save', join(dir, 'saved.db.gz')],
    ready: (running) => running.untilOpen(/saved\.db\.gz\.part/),
  },
  'snapshot restore': {
    argv: (dir) => ['snapshot', 'restore', snapshot, '--data-dir', join(dir, 'data')],
    ready: (running) => running.untilOpen(/\.part.*db$/),
  },
  'snapshot verify': { argv: () => ['snapshot', 'verify', snapshot], ready: reads },
  'snapshot compact': { argv: (dir) => ['snapshot', 'compact', snapshot, join(dir, 'small.db')], ready: reads },
  defrag: { argv: at(there, 'defrag', ...PATIENT), ready: connected },
  'defrag --data-dir': {
    prepare: (dir) => {
      mkdirSync(join(dir, 'member', 'snap'), { recursive: true });
      cpSync(database, join(dir, 'member', 'snap', 'db'));
    },
    argv: (dir) => ['defrag', '--data-dir', dir],
    ready: (running) => running.untilOpen(/snap\/db$/),
  },
  'lease keep-alive': {
    argv: () => ['--endpoints', server.address, 'lease', 'keep-alive', lease],
    ready: shown(/keepalived/),
  },
  lock: {
    argv: (dir) => ['--endpoints', server.address, 'lock', dir],
    ready: shown(/-\w+\/[0-9a-f]+/),
    status: RELEASED,
  },
  'lock with a program': {
    argv: (dir) => ['--endpoints', server.address, 'lock', dir, '--', 'sh', '-c', 'echo started; exec sleep 1000'],
    ready: shown(/started/),
    // The program ends by the signal, which is passed on: exit -1 in Go.
    status: { SIGINT: 255, SIGTERM: 255 },
  },
  elect: {
    argv: (dir) => ['--endpoints', server.address, 'elect', dir, 'me'],
    ready: shown(/me\r\n/),
    status: RELEASED,
  },
  'elect -l': { argv: at(here, 'elect', '-l', 'name'), ready: connected, status: RELEASED },
  'check perf': { argv: at(here, 'check', 'perf'), ready: shown(/\d+%/), isAlone: true },
  'check datascale': { argv: at(here, 'check', 'datascale'), ready: shown(/\d+%/), isAlone: true },
  'check consistency': { argv: at(there, 'check', 'consistency', ...PATIENT), ready: connected },
  'endpoint health': { argv: at(there, 'endpoint', 'health', ...PATIENT), ready: connected },
  'endpoint health --watch': { argv: at(here, 'endpoint', 'health', '--watch'), ready: shown(/healthy/) },
  'endpoint status --watch': { argv: at(here, 'endpoint', 'status', '--watch'), ready: shown(/healthy/) },
  doctor: { argv: at(there, 'doctor', ...PATIENT), ready: connected },
  'k8s get': { argv: at(there, 'k8s', 'get', 'all', '-A', ...PATIENT), ready: connected },
  'k8s get --watch': { argv: at(here, 'k8s', 'get', 'cm', '-n', 'a', '--watch'), ready: shown(/one/) },
  'k8s watch': { argv: at(here, 'k8s', 'watch', 'cm', '-n', 'a'), ready: connected },
  'k8s export': {
    argv: (dir) => ['--endpoints', stalled, 'k8s', 'export', '-A', '--output-dir', join(dir, 'out'), ...PATIENT],
    ready: connected,
  },
  'k8s verify': { argv: at(there, 'k8s', 'verify', ...PATIENT), ready: connected },
  'k8s serve': { argv: at(here, 'k8s', 'serve'), ready: shown(/https?:\/\/127\.0\.0\.1:\d+/) },
  'k8s edit': {
    argv: at(here, 'k8s', 'edit', 'cm/one', '-n', 'a'),
    env: { EDITOR: 'echo editing; sleep 1000 #' },
    ready: shown(/editing/),
  },
  'k8s edit in an editor that goes on after Ctrl-C': {
    argv: at(here, 'k8s', 'edit', 'cm/one', '-n', 'a'),
    env: { EDITOR: "trap 'echo went on; exit 0' INT; echo editing; while true; do sleep 0.1; done #" },
    ready: shown(/editing/),
    status: { SIGINT: 0 },
  },
  'k8s delete that asks': {
    argv: at(here, 'k8s', 'delete', 'cm/one', '-n', 'a'),
    ready: shown(/\[y\/N\]|\(y\/N\)|yes/i),
  },
};

const ENDS: Record<Signal, (running: InTerminal) => void> = {
  SIGINT: (running) => running.type('\x03'),
  SIGTERM: (running) => void process.kill(running.pid, 'SIGTERM'),
  SIGHUP: (running) => running.hangUp(),
};

async function keysAndLeases(t: Cleanup): Promise<string> {
  const client = clientOf(t, server);
  const { kvs } = await client.kv.range({
    key: Buffer.from([0]),
    range_end: Buffer.from([0]),
    keys_only: true,
  } as never);
  const { leases } = await client.lease.leaseLeases({} as never);
  return `${kvs.map(({ key }) => key.toString('latin1')).join()} ${leases?.length}`;
}

/** Runs a command until it is under way, and ends it: with which status, and with what it leaves on the disk. */
async function ended(t: Cleanup, row: Row, signal: Signal) {
  const dir = tempDir(t);
  row.prepare?.(dir);
  const before = filesIn(dir);
  const running = startInTerminal(t, row.argv(dir), { ...row.env, TMPDIR: dir });
  await row.ready(running);
  ENDS[signal](running);
  const status = await running.ended;
  return { status, left: filesIn(dir).filter((file) => !before.includes(file)), screen: running.screen };
}

function filesIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true }).map(String);
}

for (const [name, row] of Object.entries(ROWS)) {
  test(`${name}: what ends it leaves nothing`, { skip }, async (t) => {
    const before = await keysAndLeases(t);
    const check = async (signal: Signal) => {
      const { status, left, screen } = await ended(t, row, signal);
      const told = `${signal}: ${JSON.stringify(screen.slice(-300))}`;
      assert.equal(status, row.status?.[signal] ?? endedBy(signal), told);
      assert.deepEqual(left, [], told);
      assert.doesNotMatch(screen, /fault of ketcdctl|^ +at /m, told);
      // A cursor that was hidden is shown again, where there is somebody to see it.
      if (signal !== 'SIGHUP') assert.ok(screen.lastIndexOf('\x1b[?25l') <= screen.lastIndexOf('\x1b[?25h'), told);
    };
    if (row.isAlone) for (const signal of SIGNALS) await check(signal);
    else await Promise.all(SIGNALS.map(check));
    assert.equal(await keysAndLeases(t), before);
  });
}
