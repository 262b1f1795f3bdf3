import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { KVClient, LeaseClient, MaintenanceClient, WatchClient } from 'etcd3/lib/rpc';
import type { ConnectionOptions } from '../../src/connection/options.js';
import type { RpcError } from '../../src/connection/rpc-error.js';
import { Transport } from '../../src/connection/transport.js';
import { Failure } from '../../src/errors.js';
import { makeCerts } from '../support/certs.js';
import {
  type Cleanup,
  type EtcdServer,
  freePorts,
  httpCall,
  skipWithoutEtcd,
  startCluster,
  startEtcd,
} from '../support/etcd.js';
import { startProxy } from '../support/proxy.js';

const skip = skipWithoutEtcd();
const key = Buffer.from('k');

function transport(owner: Cleanup, endpoints: string[], options: Partial<ConnectionOptions> = {}): Transport {
  const made = new Transport({ endpoints, commandTimeout: 10_000, ...options });
  owner.after(() => made.close());
  return made;
}

/** Why a put and a range fail; both must say the same. */
async function refusal(client: Transport): Promise<Failure> {
  const reason = (method: 'put' | 'range') =>
    client.call('KV', method, { key }).then(
      () => assert.fail(`${method} should have failed`),
      (error) => error as Failure,
    );
  const error = await reason('put');
  assert.ok(error instanceof Failure, String((error as Error).stack));
  assert.equal((await reason('range')).message, error.message);
  return error;
}

async function putAndGet(client: Transport, value: string): Promise<void> {
  const kv = new KVClient(client);
  await kv.put({ key, value: Buffer.from(value) });
  assert.equal((await kv.range({ key })).kvs[0]?.value.toString(), value);
}

/** TLS options of the test's client. */
function clientTls(server: EtcdServer): Partial<ConnectionOptions> {
  const { ca, client } = server.certs!;
  return { cacert: ca, cert: client.cert, key: client.key };
}

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

test('TLS and mutual TLS by address and by name, with no warning', { skip }, async (t) => {
  const warnings: string[] = [];
  const note = (warning: Error) => warnings.push(String(warning));
  process.on('warning', note);
  t.after(() => void process.off('warning', note));
  for (const tls of ['server', 'mutual'] as const) {
    const server = await startEtcd(t, { tls });
    for (const host of ['127.0.0.1', 'localhost']) {
      await putAndGet(transport(t, [`https://${host}:${server.port}`], clientTls(server)), host);
      await putAndGet(transport(t, [`${host}:${server.port}`], clientTls(server)), host);
    }
    const { cert, key: certKey } = clientTls(server);
    const unchecked = { cert, key: certKey, insecureSkipTlsVerify: true, cacert: makeCerts().otherCa };
    await putAndGet(transport(t, [server.endpoint], unchecked), 'unchecked');
  }
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(warnings, []);
});

test('what is wrong with a certificate is told', { skip }, async (t) => {
  const certs = makeCerts();
  const cacert = certs.ca;
  const good = await startEtcd(t, { tls: 'server' });
  const at = (server: EtcdServer, options: Partial<ConnectionOptions>) =>
    refusal(transport(t, [server.endpoint], options));
  const hello = (server: EtcdServer) => `cannot connect to ${server.endpoint}: `;

  const unknown = await at(good, { cacert: certs.otherCa });
  assert.equal(
    unknown.message,
    `${hello(good)}the server's certificate (CN=server), issued by CN=ketcdctl test CA, is not signed by a CA of ${certs.otherCa} (UNABLE_TO_VERIFY_LEAF_SIGNATURE)`,
  );
  assert.match(unknown.hint ?? '', /--cacert/);
  assert.equal((unknown as RpcError).etcdText, 'context deadline exceeded');
  assert.match((await at(good, {})).message, /is not signed by a CA that this system trusts/);
  const empty = join(good.dataDir, 'empty.crt');
  writeFileSync(empty, 'nothing\n');
  assert.match((await at(good, { cacert: empty })).message, /--cacert .*empty\.crt has no certificate in PEM form/);

  const expired = await startEtcd(t, { tls: 'server', serverCert: certs.expired });
  assert.match(
    (await at(expired, { cacert })).message,
    /the server's certificate \(CN=expired\) expired on 20\d\d-\d\d-\d\dT[\d:]+Z$/,
  );
  const wrongName = await startEtcd(t, { tls: 'server', serverCert: certs.wrongName });
  assert.equal(
    (await at(wrongName, { cacert })).message,
    `${hello(wrongName)}the server's certificate (CN=wrong) is not for 127.0.0.1: it has the names DNS:other.example, IP:10.11.12.13`,
  );
  await putAndGet(transport(t, [wrongName.endpoint], { cacert, serverName: 'other.example' }), 'by another name');
  assert.match(
    (await at(good, { cacert, serverName: 'other.example' })).message,
    /is not for other\.example: it has the names IP:127\.0\.0\.1/,
  );
});

test('a server that wants a client certificate, and one that is refused', { skip }, async (t) => {
  const server = await startEtcd(t, { tls: 'mutual' });
  const { ca, strangerClient } = makeCerts();
  const without = await refusal(transport(t, [server.endpoint], { cacert: ca }));
  assert.match(without.message, /: the server wants a client certificate \(TLS alert: .*\)$/);
  assert.match(without.hint ?? '', /--cert and --key/);
  const stranger = await refusal(
    transport(t, [server.endpoint], { cacert: ca, cert: strangerClient.cert, key: strangerClient.key }),
  );
  assert.match(stranger.message, /: the server refused the client certificate .*stranger\.crt \(TLS alert: .*\)$/);
});

test('plain and TLS mixed up', { skip }, async (t) => {
  const plain = await startEtcd(t);
  const tls = await startEtcd(t, { tls: 'server' });
  const cacert = makeCerts().ca;
  assert.match((await refusal(transport(t, [tls.address]))).message, /: the server wants TLS$/);
  const toPlain = await refusal(transport(t, [`https://${plain.address}`], { cacert }));
  assert.match(toPlain.message, /: the server does not speak TLS on this port$/);
});

test('unusable TLS files have the words and the exit code of etcdctl', async (t) => {
  const { ca, client, server } = makeCerts();
  const failure = (options: Partial<ConnectionOptions>) => refusal(transport(t, ['https://127.0.0.1:1'], options));
  const cases: [Partial<ConnectionOptions>, string][] = [
    [{ cert: client.cert }, `KeyFile and CertFile must both be present[key: , cert: ${client.cert}]`],
    [{ key: client.key }, `KeyFile and CertFile must both be present[key: ${client.key}, cert: ]`],
    [{ cacert: '/nowhere/ca.crt' }, 'open /nowhere/ca.crt: no such file or directory'],
  ];
  for (const [options, message] of cases) {
    const error = await failure(options);
    assert.deepEqual([error.message, error.exitCode], [message, 128]);
  }
  const { port } = await listener(t);
  const reach = (options: Partial<ConnectionOptions>) => refusal(transport(t, [`https://127.0.0.1:${port}`], options));
  assert.deepEqual(
    [(await reach({ cert: client.cert, key: server.key })).message, (await reach({ cert: ca, key: ca })).message],
    ['tls: private key does not match public key', 'tls: failed to find any PEM data in key input'],
  );
});

async function listener(owner: Cleanup): Promise<{ port: number }> {
  const server = createServer((socket) => socket.on('error', () => {}).resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  owner.after(() => void server.close());
  return server.address() as { port: number };
}

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
  assert.equal(two.exitCode, 1);
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

test('a user logs in once a connection, and again when the token has run out, on streams too', { skip }, async (t) => {
  const server = await startEtcd(t, { rootPassword: 'se:cret', extraArgs: ['--auth-token-ttl', '1'] });
  const lines: string[] = [];
  let asked = 0;
  const password = async () => {
    asked += 1;
    return 'se:cret';
  };
  const client = transport(t, [server.address], { user: 'root', password, trace: (line) => lines.push(line) });
  const logins = () => lines.filter((line) => line.includes('logging in as root')).length;
  await putAndGet(client, 'one');
  assert.equal(logins(), 1);
  await expire();
  await putAndGet(client, 'two');
  assert.equal(logins(), 2);
  await expire();
  let bytes = 0;
  for await (const part of client.serverStreamRaw('Maintenance', 'snapshot', {})) bytes += part.length;
  assert.ok(bytes > 10_000);
  assert.equal(logins(), 3);
  assert.equal(asked, 1);
  assert.equal(
    lines.some((line) => line.includes('se:cret')),
    false,
  );
  await putAndGet(transport(t, [server.address], { user: 'root:se:cret' }), 'first colon');
});

/** etcd checks its tokens of one second twice a second. */
const expire = () => new Promise((resolve) => setTimeout(resolve, 2600));

test('who may not get in is told', { skip }, async (t) => {
  const server = await startEtcd(t, { rootPassword: 'secret' });
  const wrong = await refusal(transport(t, [server.address], { user: 'root:nope' }));
  assert.equal(wrong.message, `${server.address}: etcdserver: authentication failed, invalid user ID or password`);
  assert.equal((wrong as RpcError).etcdText, 'etcdserver: authentication failed, invalid user ID or password');
  assert.equal(wrong.exitCode, 2);
  const nobody = await refusal(transport(t, [server.address]));
  assert.match(nobody.message, /etcdserver: user name is empty$/);
  assert.match(nobody.hint ?? '', /--user/);
  assert.match((await refusal(transport(t, [server.address], { jwtToken: 'x.y' }))).message, /invalid auth token$/);
  // Without a password there is no login, as with etcdctl.
  assert.match((await refusal(transport(t, [server.address], { user: 'root' }))).message, /user name is empty$/);
});

test('a login against a server without authentication is skipped', { skip }, async (t) => {
  const server = await startEtcd(t);
  await putAndGet(transport(t, [server.address], { user: 'root:any' }), 'no auth');
});

test('three members, one of them down, then two', { skip }, async (t) => {
  const { members, endpoints } = await startCluster(t, 3);
  await members[0]!.stop();
  const client = transport(t, endpoints);
  await putAndGet(client, 'two are enough');
  const status = new MaintenanceClient(client.at(endpoints[1]!));
  assert.equal((await status.status()).version.split('.').length, 3);
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

test("etcd3's streaming clients work over the transport", { skip }, async (t) => {
  const server = await startEtcd(t);
  const client = transport(t, [server.address]);
  const watch = await new WatchClient(client).watch();
  const events: string[] = [];
  const seen = new Promise<void>((resolve, reject) => {
    watch.on('error', reject);
    watch.on('data', (response) => {
      for (const event of response.events) events.push(String(event.kv.value));
      if (response.created) void new KVClient(client).put({ key, value: Buffer.from('seen') });
      if (events.length > 0) resolve();
    });
  });
  watch.write({ create_request: { key } } as never);
  await seen;
  assert.deepEqual(events, ['seen']);
  watch.cancel();

  const { ID } = await new LeaseClient(client).leaseGrant({ TTL: 60 });
  const alive = await new LeaseClient(client).leaseKeepAlive();
  const answer = new Promise<{ TTL: string }>((resolve) => alive.on('data', resolve as never));
  alive.write({ ID } as never);
  assert.equal((await answer).TTL, '60');
  alive.cancel();

  const snapshot = await new MaintenanceClient(client).snapshot();
  let bytes = 0;
  await new Promise<void>((resolve, reject) => {
    snapshot.on('data', ({ blob }) => {
      bytes += blob.length;
    });
    snapshot.on('error', reject);
    snapshot.on('end', resolve);
  });
  assert.ok(bytes > 10_000);
});

test('an answer of 120 MiB comes through, and many calls share one connection', { skip }, async (t) => {
  const server = await startEtcd(t, { extraArgs: ['--quota-backend-bytes', String(1 << 30)] });
  const proxy = await startProxy(t, server);
  const client = transport(t, [proxy.address], { commandTimeout: 60_000 });
  const value = Buffer.alloc(1024 * 1024, 'x');
  await Promise.all(
    Array.from({ length: 120 }, (_, i) => client.callRaw('KV', 'put', { key: Buffer.from(`big/${i}`), value })),
  );
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
