import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { clientOver } from '../../src/etcd/client.js';
import { freePorts, httpCall, skipWithoutEtcd, startCluster, startEtcd } from '../support/etcd.js';
import { startProxy } from '../support/proxy.js';
import { putAndGet, refusal, transport } from '../support/transport.js';

const skip = skipWithoutEtcd();
const key = Buffer.from('k');

test('a plain server by address, with scheme and path, and by name', { skip }, async (t) => {
  const { address, endpoint, port } = await startEtcd(t);
  for (const text of [address, endpoint, `${endpoint}/some/path`, `localhost:${port}`, ` ${address} , 127.0.0.1:1`]) {
    await putAndGet(transport(t, [text]), text);
  }
});

test('a Unix socket', { skip }, async (t) => {
  const server = await startEtcd(t);
  const path = join(server.dataDir, 'proxy.sock');
  const proxy = createServer((client) => {
    const upstream = connect(server.port, '127.0.0.1');
    client.pipe(upstream).pipe(client);
    client.on('error', () => {});
    upstream.on('error', () => {});
  });
  await new Promise<void>((resolve) => proxy.listen(path, resolve));
  t.after(() => void proxy.close());
  await putAndGet(transport(t, [`unix:${path}`]), 'by unix:');
  await putAndGet(transport(t, [`unix://${path}`]), 'by unix://');
  const error = await refusal(transport(t, ['unix:///no/such.sock']));
  assert.match(error.message, /no socket file/);
});

test('refused and unknown hosts are told at once, each endpoint by name', async (t) => {
  const [port] = await freePorts(1);
  const refused = `127.0.0.1:${port}`;
  const one = await refusal(transport(t, [refused]));
  assert.equal(one.message, `cannot connect to ${refused}: connection refused`);
  const two = await refusal(transport(t, [refused, 'no-such-host.invalid:2379']));
  assert.match(
    two.message,
    new RegExp(
      `^cannot connect to any endpoint: ${refused}: connection refused; no-such-host.invalid:2379: (unknown host|the DNS)`,
    ),
  );
  assert.equal(two.exitCode, 2);
});

test('with waitForReady an endpoint that refuses is dialled until the deadline', { skip }, async (t) => {
  const server = await startEtcd(t);
  await server.stop();
  const client = transport(t, [server.address], { waitForReady: true });
  const pending = client.callRaw('KV', 'range', { key });
  await server.restart();
  await pending;
  await server.stop();
  const impatient = transport(t, [server.address], { waitForReady: true, commandTimeout: 300 });
  const error = await refusal(impatient);
  assert.match(error.message, /^cannot connect to .*: connection refused \(tried for 300ms\)$/);
});

test('three members, one of them down, then two', { skip }, async (t) => {
  const { members, endpoints } = await startCluster(t, 3);
  await members[0]!.stop();
  const client = transport(t, endpoints);
  await putAndGet(client, 'two are enough');
  const { maintenance } = clientOver(client).at(endpoints[1]!);
  assert.equal((await maintenance.status()).version.split('.').length, 3);
  const down = await refusal(client.at(endpoints[0]!));
  assert.equal(down.message, `cannot connect to ${endpoints[0]}: connection refused`);
  await members[1]!.stop();
  const alone = transport(t, endpoints, { commandTimeout: 1500 });
  await assert.rejects(
    alone.call('KV', 'range', { key }),
    /: no answer to range within 1\.5s|no leader|request timed out/,
  );
  const write: Error = await alone.call('KV', 'put', { key }).then(
    () => assert.fail(),
    (error) => error,
  );
  assert.match(write.message, /the outcome of this write is unknown$|no leader|request timed out/);
});

test('an answer of 120 MiB comes through, and many calls share one connection', { skip }, async (t) => {
  const server = await startEtcd(t, { extraArgs: ['--quota-backend-bytes', String(1 << 30)] });
  const proxy = await startProxy(t, server);
  const client = transport(t, [proxy.address], { commandTimeout: 60_000 });
  const value = Buffer.alloc(1024 * 1024, 'x');
  for (let i = 0; i < 120; i += 4) {
    const puts = [i, i + 1, i + 2, i + 3].map((n) => ({ key: Buffer.from(`big/${n}`), value }));
    await Promise.all(puts.map((put) => client.callRaw('KV', 'put', put)));
  }
  assert.equal(proxy.connections, 1);
  const { message } = await client.callRaw('KV', 'range', { key: Buffer.from('big/'), range_end: Buffer.from('big0') });
  assert.ok(message.length > 120 * 1024 * 1024);
  assert.match(await httpCall(server, 'GET', '/health'), /true/);
});

test('a reader that stops pauses the server, and memory stays flat', { skip }, async (t) => {
  const server = await startEtcd(t, { extraArgs: ['--quota-backend-bytes', String(1 << 30)] });
  const client = transport(t, [server.address], { commandTimeout: 60_000 });
  const value = Buffer.alloc(1024 * 1024, 'x');
  for (let i = 0; i < 64; i += 1) await client.callRaw('KV', 'put', { key: Buffer.from(`big/${i}`), value });
  const stream = client.serverStreamRaw('Maintenance', 'snapshot', {});
  const parts = stream[Symbol.asyncIterator]();
  let bytes = (await parts.next()).value.length;
  const before = process.memoryUsage().rss;
  await new Promise((resolve) => setTimeout(resolve, 300));
  const grown = (process.memoryUsage().rss - before) / 1024 / 1024;
  assert.ok(grown < 40, `${grown} MiB of 64 were read ahead`);
  for (let part = await parts.next(); !part.done; part = await parts.next()) bytes += part.value.length;
  assert.ok(bytes > 64 * 1024 * 1024);
});

test('leaving the loop cancels the call', { skip }, async (t) => {
  const server = await startEtcd(t);
  const client = transport(t, [server.address]);
  for await (const part of client.serverStreamRaw('Maintenance', 'snapshot', {})) {
    assert.ok(part.length > 0);
    break;
  }
  await putAndGet(client, 'and the connection lives');
});

test('a frozen member costs neither a read nor a write', { skip }, async (t) => {
  const { members, endpoints } = await startCluster(t, 3);
  const leader = await transport(t, endpoints).call<{ leader: string; header: { member_id: string } }>(
    'Maintenance',
    'status',
    {},
  );
  // A follower is frozen, so that there still is a leader.
  const first = leader.leader === leader.header.member_id ? 1 : 0;
  members[first]!.pause();
  t.after(() => members[first]!.resume());
  const order = [endpoints[first]!, ...endpoints.filter((_, i) => i !== first)];
  await putAndGet(transport(t, order), 'by another');
  await transport(t, order).call('KV', 'range', { key });
});

test('an idle connection does not keep the process alive, an open call does', { skip }, async (t) => {
  const server = await startEtcd(t);
  const module = JSON.stringify(join(__dirname, '../../src/connection/transport.js'));
  const script = `const { Transport } = require(${module});
    const client = new Transport({ endpoints: ['${server.address}'], commandTimeout: 5000 });
    client.callRaw('KV', 'range', { key: Buffer.from('k') }).then(async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      await client.callRaw('KV', 'range', { key: Buffer.from('k') });
      console.log('done');
    });`;
  const { stdout, status, signal } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 4000 });
  assert.deepEqual([stdout, status, signal], ['done\n', 0, null]);
});
