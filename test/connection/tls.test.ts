import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ConnectionOptions } from '../../src/connection/options.js';
import type { RpcError } from '../../src/rpc/error.js';
import { type CertPair, makeCerts } from '../support/certs.js';
import { type EtcdServer, skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { builtProgram } from '../support/program.js';
import { whyRefused, writesAndReads } from '../support/tls-client.js';
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
      await writesAndReads(t, `https://${host}:${server.port}`, clientTls(server), host);
      await writesAndReads(t, `${host}:${server.port}`, clientTls(server), host);
    }
    const { cert, key: certKey } = clientTls(server);
    const unchecked = { cert, key: certKey, insecureSkipTlsVerify: true, cacert: makeCerts().otherCa };
    await writesAndReads(t, server.endpoint, unchecked, 'unchecked');
  }
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(warnings, []);
});

test('what is wrong with a certificate is told', { skip }, async (t) => {
  const certs = makeCerts();
  const cacert = certs.ca;
  const good = await startEtcd(t, { tls: 'server' });
  const at = (server: EtcdServer, options: Partial<ConnectionOptions>) => whyRefused(t, server.endpoint, options);
  const hello = (server: EtcdServer) => `cannot connect to ${server.endpoint}: `;

  const unknown = await at(good, { cacert: certs.otherCa });
  assert.equal(
    unknown.message,
    `${hello(good)}the server's certificate (CN=server), issued by CN=ketcdctl test CA, is not signed by a CA of ${certs.otherCa} (UNABLE_TO_GET_ISSUER_CERT_LOCALLY)`,
  );
  assert.match(unknown.hint ?? '', /--cacert/);
  if (!builtProgram) assert.equal((unknown as RpcError).etcdText, 'context deadline exceeded');
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
  // The other name comes from a discovery: no flag sets it.
  const serverName = 'other.example';
  await putAndGet(transport(t, [wrongName.endpoint], { cacert, serverName }), 'by another name');
  const other = await refusal(transport(t, [good.endpoint], { cacert, serverName }));
  assert.match(other.message, /is not for other\.example: it has the names IP:127\.0\.0\.1/);
});

test('a server that wants a client certificate, and one that is refused', { skip }, async (t) => {
  const server = await startEtcd(t, { tls: 'mutual' });
  const { ca, strangerClient } = makeCerts();
  const without = await whyRefused(t, server.endpoint, { cacert: ca });
  assert.match(without.message, /: the server wants a client certificate \(TLS alert: .*\)$/);
  assert.match(without.hint ?? '', /--cert and --key/);
  const stranger = await whyRefused(t, server.endpoint, {
    cacert: ca,
    cert: strangerClient.cert,
    key: strangerClient.key,
  });
  assert.match(stranger.message, /: the server refused the client certificate .*stranger\.crt \(TLS alert: .*\)$/);
});

test('plain and TLS mixed up', { skip }, async (t) => {
  const plain = await startEtcd(t);
  const tls = await startEtcd(t, { tls: 'server' });
  const cacert = makeCerts().ca;
  assert.match((await whyRefused(t, tls.address)).message, /: the server wants TLS$/);
  const toPlain = await whyRefused(t, `https://${plain.address}`, { cacert });
  assert.match(toPlain.message, /: the server does not speak TLS on this port$/);
});

test('unusable TLS files have the words and the exit code of etcdctl', async (t) => {
  const { client } = makeCerts();
  const cases: [Partial<ConnectionOptions>, string][] = [
    [{ cert: client.cert }, `KeyFile and CertFile must both be present[key: , cert: ${client.cert}]`],
    [{ key: client.key }, `KeyFile and CertFile must both be present[key: ${client.key}, cert: ]`],
    [{ cacert: '/nowhere/ca.crt' }, 'open /nowhere/ca.crt: no such file or directory'],
  ];
  for (const [options, message] of cases) {
    const refused = await whyRefused(t, 'https://127.0.0.1:1', options);
    assert.deepEqual([refused.message, refused.exitCode], [message, 128]);
  }
});

// The messages are those of etcdctl 3.4 and 3.6 with the same files.
test('a client certificate and a key that cannot be used are told before anything is connected', async (t) => {
  const { dir, ca, server, client } = makeCerts();
  const file = (name: string, content: string) => {
    const path = join(dir, name);
    writeFileSync(path, content);
    return path;
  };
  const openssl = (...words: string[]) =>
    execFileSync('openssl', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const read = (path: string) => readFileSync(path, 'utf8');
  const encrypted = file('encrypted.key', openssl('pkcs8', '-topk8', '-in', client.key, '-passout', 'pass:x'));
  const legacy = file(
    'legacy.key',
    openssl('pkey', '-in', client.key, '-aes256', '-passout', 'pass:x', '-traditional'),
  );
  const rsa = file('rsa.key', openssl('genrsa', '2048'));
  const other = file('foo.pem', '-----BEGIN FOO-----\nAAAA\n-----END FOO-----\n');
  const badCert = file('bad.crt', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  const badKey = file('bad.key', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n');
  const nothing = file('nothing.pem', 'nothing\n');
  const both = file('both.pem', read(client.cert) + read(client.key));
  const after = 'after skipping PEM blocks of the following types: [FOO]';
  const switched =
    'failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched';
  const cases: [cert: string, key: string, message: string][] = [
    [client.cert, encrypted, 'tls: failed to parse private key'],
    [client.cert, legacy, 'tls: failed to parse private key'],
    [client.cert, badKey, 'tls: failed to parse private key'],
    [client.cert, rsa, 'tls: private key type does not match public key type'],
    [
      client.cert,
      file('two.key', read(rsa) + read(client.key)),
      'tls: private key type does not match public key type',
    ],
    [client.cert, server.key, 'tls: private key does not match public key'],
    [client.key, client.cert, `tls: ${switched}`],
    [client.key, client.key, `tls: ${switched}`],
    [client.cert, client.cert, 'tls: found a certificate rather than a key in the PEM for the private key'],
    [ca, ca, 'tls: found a certificate rather than a key in the PEM for the private key'],
    [other, client.key, `tls: failed to find "CERTIFICATE" PEM block in certificate input ${after}`],
    [client.cert, other, `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input ${after}`],
    [nothing, client.key, 'tls: failed to find any PEM data in certificate input'],
    [client.cert, nothing, 'tls: failed to find any PEM data in key input'],
    [badCert, client.key, 'x509: malformed certificate'],
    [file('bad-first.crt', read(badCert) + read(client.cert)), client.key, 'x509: malformed certificate'],
  ];
  for (const scheme of ['http', 'https']) {
    for (const [cert, key, message] of cases) {
      const refused = await whyRefused(t, `${scheme}://127.0.0.1:1`, { cert, key });
      assert.deepEqual([refused.message, refused.exitCode], [message, 128]);
    }
  }
  const good = await whyRefused(t, 'http://127.0.0.1:1', { cert: both, key: both });
  assert.match(good.message, /connection refused/);
});

test("who is trusted, and for which purpose and name, is the TLS library's word", { skip }, async (t) => {
  const certs = makeCerts();
  const get = async (serverCert: CertPair, cacert: string) => {
    const server = await startEtcd(t, { tls: 'server', serverCert });
    return (await whyRefused(t, server.endpoint, { cacert })).message.replace(/^.*: the server's/, "the server's");
  };
  const chained = await startEtcd(t, { tls: 'server', serverCert: certs.chained });
  await writesAndReads(t, chained.endpoint, { cacert: certs.ca }, 'good');
  assert.match(await get(certs.impostor, certs.ca), /is not signed by a CA of/);
  assert.match(await get(certs.clientOnly, certs.ca), /is refused: it is not for servers/);
  assert.match(await get(certs.constrained, certs.constrained.ca), /is refused: OpenSSL says /);
});

test('every certificate of --cacert ends a chain, self-signed or not, as in Go', { skip }, async (t) => {
  const { dir, ca, otherCa, chained } = makeCerts();
  const server = await startEtcd(t, { tls: 'server', serverCert: chained });
  const file = (name: string, content: string) => {
    const path = join(dir, name);
    writeFileSync(path, content);
    return path;
  };
  const [leaf = '', intermediate = ''] =
    readFileSync(chained.cert, 'utf8').match(/-----BEGIN[\s\S]+?-----END.*\n/g) ?? [];
  const broken = '-----BEGIN CERTIFICATE-----\nMIIBAAAA\n-----END CERTIFICATE-----\n';
  const good = readFileSync(ca, 'utf8');
  const trusted = {
    intermediate,
    leaf,
    'behind a block that cannot be read': broken + good,
    'behind words and another CA': `# our CA\n${readFileSync(otherCa, 'utf8')}and\n${good}`,
    'with the line ends of Windows': good.replaceAll('\n', '\r\n'),
  };
  for (const [name, content] of Object.entries(trusted)) {
    await writesAndReads(t, server.endpoint, { cacert: file('trusted.crt', content) }, name);
  }
  const refused = async (cacert: string) => (await whyRefused(t, server.endpoint, { cacert })).message;
  assert.match(await refused(otherCa), /is not signed by a CA of/);
  assert.match(await refused(file('broken.crt', broken)), /--cacert .*broken\.crt has no certificate in PEM form$/);
  assert.match(await refused(chained.key), /has no certificate in PEM form, but a private key$/);
});

test('SSL_CERT_FILE is whom to trust, and an error when it cannot be read', { skip }, async (t) => {
  const { ca, dir } = makeCerts();
  const server = await startEtcd(t, { tls: 'server' });
  const before = process.env.SSL_CERT_FILE;
  t.after(() => {
    if (before === undefined) delete process.env.SSL_CERT_FILE;
    else process.env.SSL_CERT_FILE = before;
  });
  process.env.SSL_CERT_FILE = ca;
  await writesAndReads(t, server.endpoint, {}, 'trusted');
  for (const bad of [join(dir, 'missing.crt'), dir]) {
    process.env.SSL_CERT_FILE = bad;
    const { message } = await whyRefused(t, server.endpoint);
    assert.match(message, /the CAs that SSL_CERT_FILE names cannot be had: /);
  }
});
