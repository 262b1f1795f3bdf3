import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ConnectionOptions } from '../../src/connection/options.js';
import type { RpcError } from '../../src/rpc/error.js';
import { makeCerts } from '../support/certs.js';
import { type Cleanup, type EtcdServer, skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { putAndGet, refusal, transport } from '../support/transport.js';

const skip = skipWithoutEtcd();

/** TLS options of the test's client. */
function clientTls(server: EtcdServer): Partial<ConnectionOptions> {
  const { ca, client } = server.certs!;
  return { cacert: ca, cert: client.cert, key: client.key };
}

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
  const failure = (options: Partial<ConnectionOptions>) => () => transport(t, ['https://127.0.0.1:1'], options);
  const cases: [Partial<ConnectionOptions>, string][] = [
    [{ cert: client.cert }, `KeyFile and CertFile must both be present[key: , cert: ${client.cert}]`],
    [{ key: client.key }, `KeyFile and CertFile must both be present[key: ${client.key}, cert: ]`],
    [{ cacert: '/nowhere/ca.crt' }, 'open /nowhere/ca.crt: no such file or directory'],
  ];
  for (const [options, message] of cases) {
    assert.throws(failure(options), { message, exitCode: 128 });
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
