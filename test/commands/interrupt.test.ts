import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Cleanup, type EtcdServer, skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { startProxy } from '../support/proxy.js';
import { eventually, type Running, startCli } from '../support/running.js';
import { transport } from '../support/transport.js';

const skip = skipWithoutEtcd();
const cleanups: (() => void | Promise<void>)[] = [];
const owner: Cleanup = { after: (fn) => void cleanups.push(fn) };
let server: EtcdServer;

before(async () => {
  if (!skip) server = await startEtcd(owner);
});
after(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

/** How many keys and leases there are. */
async function left(t: Cleanup): Promise<{ keys: string; leases: number }> {
  const client = transport(t, [server.endpoint]);
  const all = { key: Buffer.from([0]), range_end: Buffer.from([0]), count_only: true };
  const { count } = await client.call<{ count: string }>('KV', 'range', all);
  const { leases } = await client.call<{ leases: unknown[] }>('Lease', 'leaseLeases', {});
  return { keys: count, leases: leases.length };
}

const NOTHING = { keys: '0', leases: 0 };
const run = (t: Cleanup, ...argv: string[]) => startCli(t, ['--endpoints', server.address, ...argv]);
const printed = (running: Running) => running.until(/\n/);

test('lock and elect: a signal to whoever holds, or waits, leaves nothing', { skip }, async (t) => {
  for (const command of [
    ['lock', 'name'],
    ['elect', 'name', 'me'],
  ]) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      const holder = run(t, ...command);
      await printed(holder);
      const waiter = run(t, ...command);
      await eventually(
        async () => (await left(t)).keys === '2',
        () => 'two in the queue',
      );
      const none = signal === 'SIGHUP';
      assert.deepEqual(await waiter.end(signal), none ? { code: null, signal } : { code: 1, signal: null });
      assert.equal(waiter.stdout, '');
      assert.deepEqual(await left(t), { keys: '1', leases: 1 });
      assert.deepEqual(await holder.end(signal), none ? { code: null, signal } : { code: 0, signal: null });
      assert.match(holder.stdout, /^name\/[0-9a-f]{12,16}\n(me)?\n$/);
      assert.deepEqual(await left(t), NOTHING, `${command} ${signal}`);
    }
  }
});

test('lock and elect: a signal at any moment from the start leaves nothing', { skip }, async (t) => {
  // Not a test of time: wherever the signal hits, the rule is the same.
  for (let ms = 40; ms <= 160; ms += 12) {
    for (const command of [
      ['lock', 'name'],
      ['elect', 'name', 'me'],
      ['lock', 'name', '--', 'sleep', '20'],
    ]) {
      const running = run(t, ...command);
      await new Promise((resolve) => setTimeout(resolve, ms));
      await running.end('SIGINT');
      assert.match(running.stdout, /^(name\/[0-9a-f]{12,16}\n(me)?\n)?$/);
      assert.deepEqual(await left(t), NOTHING, `${command} after ${ms} ms`);
    }
  }
});

test('lock while the server is silent: Ctrl-C ends it, and the lease that may have been granted', {
  skip,
}, async (t) => {
  const proxy = await startProxy(t, server);
  for (const as of [undefined, 'etcdctl@3.4']) {
    const seen = proxy.received().length;
    const before = proxy.connections;
    const running = startCli(t, ['lock', 'name', '--endpoints', proxy.address], as ? { as } : {});
    await eventually(
      () => proxy.connections > before,
      () => 'a connection',
    );
    proxy.swallow('answers');
    await eventually(
      () => proxy.received().slice(seen).length > 0,
      () => 'something sent',
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    running.child.kill('SIGINT');
    proxy.heal();
    proxy.cut();
    const { code, signal } = await running.ended;
    assert.ok(signal === 'SIGINT' || code === 0 || code === 1, `${code} ${signal} ${running.stderr}`);
    await eventually(
      async () => (await left(t)).keys === '0' && (await left(t)).leases === 0,
      () => 'nothing left',
    );
  }
});

test('a command under a lock: SIGTERM reaches it, and its end is waited for', { skip }, async (t) => {
  const script = 'trap "echo cleaned; exit 3" TERM; echo ready; while :; do sleep 0.05; done';
  const running = run(t, 'lock', 'name', '--', 'sh', '-c', script);
  await running.until(/ready/);
  assert.deepEqual(await running.end('SIGTERM'), { code: 3, signal: null });
  assert.equal(running.stdout, 'ready\ncleaned\n');
  assert.deepEqual(await left(t), NOTHING);
});

test('lock and elect without a reader leave nothing', { skip }, async (t) => {
  for (const command of [
    ['lock', 'name'],
    ['elect', 'name', 'me'],
  ]) {
    const running = startCli(t, [...command, '--endpoints', server.address], { deaf: true });
    assert.deepEqual(await running.ended, { code: null, signal: 'SIGPIPE' });
    assert.deepEqual(await left(t), NOTHING);
  }
});

test('check perf and datascale remove their keys when they are interrupted', { skip }, async (t) => {
  for (const command of ['perf', 'datascale']) {
    for (const [signal, exit] of [
      ['SIGINT', 130],
      ['SIGTERM', 143],
    ] as const) {
      const running = run(t, 'check', command, '--load', command === 'perf' ? 's' : 'm');
      await eventually(
        async () => Number((await left(t)).keys) > 50,
        () => `keys of check ${command}`,
      );
      assert.deepEqual(await running.end(signal), { code: exit, signal: null });
      assert.match(
        running.stderr,
        /^Error: interrupted; the keys that were written are removed\nCode: KEC-interrupted\n$/,
      );
      assert.deepEqual(await left(t), NOTHING);
    }
  }
  const imitation = startCli(t, ['check', 'perf', '--endpoints', server.address], { as: 'etcdctl@3.5' });
  await eventually(
    async () => Number((await left(t)).keys) > 50,
    () => 'keys of check perf',
  );
  assert.equal((await imitation.end('SIGINT')).code, 130);
  assert.deepEqual(await left(t), NOTHING);
});

test('watch, keep-alive and make-mirror end by the signal, at the end of a line', { skip }, async (t) => {
  const client = transport(t, [server.endpoint]);
  const value = Buffer.alloc(2000, 'v');
  const put = (i: number) => client.call('KV', 'put', { key: Buffer.from(`w/${i}`), value });
  for (let i = 0; i < 200; i++) await put(i);
  const { ID } = await client.call<{ ID: string }>('Lease', 'leaseGrant', { TTL: 600 });
  const lines: [argv: string[], line: RegExp][] = [
    [['watch', '--prefix', 'w/', '--rev', '1'], /^(PUT\nw\/\d+\nv{2000}\n)+$/],
    [['watch', '--prefix', 'w/', '--rev', '1', '-w', 'jsonl'], /^(\{.*\}\n)+$/],
    [['watch', '--prefix', 'w/', '--rev', '1', '--', 'echo', 'ran'], /^(PUT\nw\/\d+\nv{2000}\n|ran\n)+$/],
    [['lease', 'keep-alive', BigInt(ID).toString(16)], /^(lease [0-9a-f]{16} keepalived with TTL\(600\)\n)+$/],
    [['make-mirror', server.address, '--prefix', 'w/', '--dest-prefix', 'x/'], /^$/],
  ];
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    for (const [argv, line] of lines) {
      const running = run(t, ...argv);
      if (argv[0] === 'make-mirror')
        await eventually(
          async () => Number((await left(t)).keys) > 200,
          () => 'the copy',
        );
      else await printed(running);
      assert.deepEqual(await running.end(signal), { code: null, signal }, running.stderr);
      assert.match(running.stdout, line);
      assert.equal(running.stderr, '');
    }
    await client.call('KV', 'deleteRange', { key: Buffer.from('x/'), range_end: Buffer.from('x0') });
  }
  await client.call('KV', 'deleteRange', { key: Buffer.from([0]), range_end: Buffer.from([0]) });
  await client.call('Lease', 'leaseRevoke', { ID });
});

test('a watch whose reader is slow ends at the end of a line, and one whose reader is stuck ends', {
  skip,
}, async (t) => {
  const client = transport(t, [server.endpoint]);
  const value = Buffer.alloc(50_000, 'v');
  for (let i = 0; i < 60; i++) await client.call('KV', 'put', { key: Buffer.from('slow'), value });
  const { header } = await client.call<{ header: { revision: string } }>('KV', 'range', { key: Buffer.from('slow') });
  const revision = String(BigInt(header.revision) - 59n);
  for (const format of ['simple', 'json']) {
    const slow = run(t, 'watch', 'slow', '--rev', revision, '-w', format);
    const { stdout } = slow.child;
    stdout!.pause();
    // The events are one answer, and it is cut off.
    const reading = setInterval(() => stdout!.read(8192), 5);
    await eventually(
      () => slow.stdout.length > 100_000,
      () => 'the first events',
    );
    slow.child.kill('SIGINT');
    const { signal } = await slow.ended;
    clearInterval(reading);
    assert.equal(signal, 'SIGINT');
    if (format === 'simple') assert.match(slow.stdout, /^(PUT\nslow\nv{50000}\n)+$/);
    else assert.ok(JSON.parse(slow.stdout).Events.length > 1 && slow.stdout.endsWith('}\n'));
  }
  const stuck = run(t, 'watch', 'slow', '--rev', revision);
  stuck.child.stdout!.pause();
  await eventually(
    () => stuck.child.stdout!.readableLength > 0,
    () => 'the first events',
  );
  stuck.child.kill('SIGINT');
  stuck.child.kill('SIGINT');
  await new Promise<void>((resolve) => stuck.child.once('exit', () => resolve()));
  await client.call('KV', 'deleteRange', { key: Buffer.from('slow') });
});
