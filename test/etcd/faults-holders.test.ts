import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { SortTarget } from 'etcd3/lib/rpc';
import {
  type Cleanup,
  type EtcdCluster,
  etcdctlBinary,
  skipWithoutEtcd,
  startCluster,
  startEtcd,
} from '../support/etcd.js';
import { startProxy } from '../support/proxy.js';
import { eventually, flagsFor, type Running, startCli, startProgram } from '../support/running.js';
import { transport } from '../support/transport.js';

const skip = skipWithoutEtcd();
const skipAlone = skip || (etcdctlBinary() ? false : 'no etcdctl program to compare with');
const cleanups: (() => void | Promise<void>)[] = [];
const owner: Cleanup = { after: (fn) => void cleanups.push(fn) };
let cluster: EtcdCluster;

before(async () => {
  if (!skip) cluster = await startCluster(owner, 3, { tls: 'mutual' });
});
after(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup();
});

/** A client of all members but the first, which the tests kill. */
function others(t: Cleanup) {
  const { ca, client } = cluster.members[0]!.certs!;
  const endpoints = cluster.members.slice(1).map(({ endpoint }) => endpoint);
  return transport(t, endpoints, { cacert: ca, cert: client.cert, key: client.key });
}

type Client = ReturnType<typeof transport>;

async function leases(client: Client): Promise<string[]> {
  const { leases } = await client.call<{ leases: { ID: string }[] }>('Lease', 'leaseLeases', {});
  return leases.map(({ ID }) => ID);
}

async function keysUnder(client: Client, prefix: string): Promise<{ key: string; value: string }[]> {
  const request = {
    key: Buffer.from(prefix),
    range_end: Buffer.from(`${prefix}\xff`, 'latin1'),
    sort_target: SortTarget.Create,
  };
  const { kvs } = await client.call<{ kvs: { key: Buffer; value: Buffer }[] }>('KV', 'range', request);
  return kvs.map(({ key, value }) => ({ key: String(key), value: String(value) }));
}

const count = (text: string, pattern: RegExp) => text.match(pattern)?.length ?? 0;

/** Kills the first member for as long as `during` takes. */
async function withoutFirst(during: () => Promise<void>): Promise<void> {
  const [victim] = cluster.members;
  await victim!.stop('SIGKILL');
  try {
    await during();
  } finally {
    await victim!.restart();
  }
}

test('lease keep-alive renews elsewhere when its member is killed', { skip }, async (t) => {
  const client = others(t);
  const { ID } = await client.call<{ ID: string }>('Lease', 'leaseGrant', { TTL: 6 });
  const id = BigInt(ID).toString(16);
  const keeper = startCli(t, ['lease', 'keep-alive', id, ...flagsFor(...cluster.members)]);
  await keeper.until(/keepalived/);
  await withoutFirst(async () => {
    const before = count(keeper.stdout, /keepalived/g);
    await eventually(
      () => count(keeper.stdout, /keepalived/g) >= before + 3,
      () => keeper.stdout + keeper.stderr,
    );
  });
  assert.ok((await leases(client)).includes(ID));
  assert.match(keeper.stdout, /^(?:lease [0-9a-f]{16} keepalived with TTL\(6\)\n)+$/);
  await client.call('Lease', 'leaseRevoke', { ID });
  await keeper.until(/lease [0-9a-f]{16} expired or revoked\.\n$/);
  assert.deepEqual(await keeper.ended, { code: 0, signal: null });
});

test('a lock is held, and waited for, while a member is killed', { skip }, async (t) => {
  const client = others(t);
  const flags = flagsFor(...cluster.members);
  const holder = startCli(t, ['lock', 'faults', '--ttl', '5', ...flags]);
  await holder.until(/faults\/[0-9a-f]{12,16}\n/);
  const waiter = startCli(t, [
    'lock',
    'faults',
    '--ttl',
    '5',
    ...flags,
    '--',
    'sh',
    '-c',
    'echo "in $ETCD_LOCK_KEY"; exit 7',
  ]);
  await eventually(
    async () => (await keysUnder(client, 'faults/')).length === 2,
    () => 'two in the queue',
  );
  await withoutFirst(async () => {
    // Longer than the leases live.
    await new Promise((resolve) => setTimeout(resolve, 7000));
    assert.equal((await keysUnder(client, 'faults/')).length, 2);
    assert.equal(waiter.stdout, '');
  });
  assert.deepEqual(await holder.end('SIGINT'), { code: 0, signal: null });
  assert.deepEqual(await waiter.ended, { code: 7, signal: null });
  assert.match(waiter.stdout, /^in faults\/[0-9a-f]{12,16}\n$/);
  assert.deepEqual(await keysUnder(client, 'faults/'), []);
  assert.deepEqual(await leases(client), []);
});

for (const command of ['lock', 'elect'] as const) {
  test(`etcdctl and ketcdctl wait for one another: ${command}`, { skip: skipAlone }, async (t) => {
    const client = others(t);
    const flags = flagsFor(cluster.members[1]!);
    const name = `turn-${command}`;
    const argv = command === 'lock' ? ['lock', name, ...flags] : ['elect', name, 'me', ...flags];
    const inLine = (n: number) =>
      eventually(
        async () => (await keysUnder(client, `${name}/`)).length === n,
        () => `${n} in line for ${name}`,
      );
    const starts: (() => Running)[] = [
      () => startCli(t, argv),
      () => startProgram(t, etcdctlBinary()!, argv),
      () => startCli(t, argv, { as: 'etcdctl@3.4' }),
      () => startProgram(t, etcdctlBinary()!, argv),
    ];
    const line: Running[] = [];
    for (const start of starts) {
      line.push(start());
      await inLine(line.length);
    }
    const has = new RegExp(`^${name}/[0-9a-f]{12,16}\\n(me)?\\n$`);
    for (const [at, one] of line.entries()) {
      await one.until(has);
      assert.deepEqual(
        line.slice(at + 1).map(({ stdout }) => stdout),
        line.slice(at + 1).map(() => ''),
      );
      assert.deepEqual(await one.end('SIGTERM'), { code: 0, signal: null }, one.stderr);
    }
    // etcdctl leaves its leases to expire.
    await inLine(0);
  });
}

test('a lock is given back after its token has expired', { skip }, async (t) => {
  const server = await startEtcd(t, { rootPassword: 'secret', extraArgs: ['--auth-token-ttl', '1'] });
  const user = ['--user', 'root:secret', '--endpoints', server.address];
  const holder = startCli(t, ['lock', 'name', ...user]);
  await holder.until(/name/);
  const waiter = startCli(t, ['lock', 'name', ...user]);
  const client = transport(t, [server.address], { user: 'root:secret' });
  await eventually(
    async () => (await keysUnder(client, 'name/')).length === 2,
    () => 'two in the queue',
  );
  // Tokens of one second are looked through twice a second.
  await new Promise((resolve) => setTimeout(resolve, 2600));
  assert.deepEqual(await holder.end('SIGINT'), { code: 0, signal: null }, holder.stderr);
  await waiter.until(/name/);
  assert.deepEqual(await waiter.end('SIGINT'), { code: 0, signal: null }, waiter.stderr);
  assert.deepEqual(await leases(client), []);
});

test('make-mirror copies on, each change once, when members of both clusters are killed', { skip }, async (t) => {
  const source = others(t);
  const dest = await startEtcd(t);
  const copy = transport(t, [dest.endpoint]);
  const put = (i: number, value: string) =>
    eventually(
      () =>
        source.call('KV', 'put', { key: Buffer.from(`m/${i}`), value: Buffer.from(value) }).then(
          () => true,
          () => false,
        ),
      () => `m/${i}`,
    );
  for (let i = 0; i < 300; i++) await put(i, 'old');
  const mirror = startCli(t, [
    'make-mirror',
    dest.address,
    '--prefix',
    'm/',
    '--dest-prefix',
    'copy/',
    ...flagsFor(...cluster.members),
  ]);
  const same = async () => {
    const [there, here] = await Promise.all([keysUnder(copy, 'copy/'), keysUnder(source, 'm/')]);
    const text = (list: { key: string; value: string }[]) =>
      list
        .map(({ key, value }) => `${key.replace(/^\w+/, '')}=${value}`)
        .sort()
        .join('\n');
    return text(there) === text(here);
  };
  await eventually(same, () => `the first copy; ${mirror.stderr}`);
  await withoutFirst(async () => {
    for (let i = 0; i < 50; i++) await put(i, 'new');
  });
  await eventually(same, () => `the changes; ${mirror.stderr}`);
  await dest.stop('SIGKILL');
  for (let i = 50; i < 80; i++) await put(i, 'newer');
  await source.call('KV', 'deleteRange', { key: Buffer.from('m/0') });
  await dest.restart();
  await eventually(same, () => `the changes meanwhile; ${mirror.stderr}`);
  const { kvs } = await copy.call<{ kvs: { version: string }[] }>('KV', 'range', { key: Buffer.from('copy/49') });
  assert.equal(kvs[0]?.version, '2');
  assert.deepEqual(await mirror.end('SIGINT'), { code: null, signal: 'SIGINT' });
});

test('the answer of a put that is swallowed: it is sent once, and the error says what is not known', {
  skip,
}, async (t) => {
  const server = await startEtcd(t);
  const proxy = await startProxy(t, server);
  proxy.swallowAnswersTo('once-value');
  const put = startCli(t, ['put', 'once', 'once-value', '--endpoints', proxy.address, '--command-timeout', '2s']);
  assert.deepEqual(await put.ended, { code: 1, signal: null });
  assert.equal(
    put.stderr,
    `Error: ${proxy.address}: no answer to put within 2s; the outcome of this write is unknown\n` +
      'Hint: it was sent once, and not again: look whether it was done before you repeat it\n' +
      'Code: KEC-outcome-unknown\n',
  );
  assert.equal(proxy.received().split('once-value').length - 1, 1);
  const direct = transport(t, [server.endpoint]);
  const { kvs } = await direct.call<{ kvs: { version: string }[] }>('KV', 'range', { key: Buffer.from('once') });
  assert.equal(kvs[0]?.version, '1');
});
