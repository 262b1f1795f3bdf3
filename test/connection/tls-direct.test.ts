import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { surelySignedBy } from '../../src/connection/tls-direct.js';
import { Transport } from '../../src/connection/transport.js';
import { type CertPair, makeCerts } from '../support/certs.js';
import { type Cleanup, skipWithoutEtcd, startEtcd } from '../support/etcd.js';

/** A connection to a server that shows this certificate, with nothing trusted. */
async function connectTo(owner: Cleanup, { cert, key }: CertPair): Promise<TLSSocket> {
  // Level 0, so that the server may show a certificate with a SHA-1 signature at all.
  const options = { cert: readFileSync(cert), key: readFileSync(key), ciphers: 'DEFAULT@SECLEVEL=0' };
  const server = createServer(options, (socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const socket = connect({ port, host: '127.0.0.1', ca: [], rejectUnauthorized: false });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  owner.after(() => {
    socket.destroy();
    server.close();
  });
  return socket;
}

test('only a certificate signed directly by the CA, with nothing unusual, is taken without OpenSSL', async (t) => {
  const certs = makeCerts();
  const judge = async (pair: CertPair, ca: string) => surelySignedBy(await connectTo(t, pair), readFileSync(ca));
  assert.equal(await judge(certs.server, certs.ca), true);
  assert.equal(await judge(certs.server, certs.otherCa), false);
  assert.equal(await judge(certs.expired, certs.ca), false);
  assert.equal(await judge(certs.impostor, certs.ca), false);
  assert.equal(await judge(certs.chained, certs.ca), false);
  assert.equal(await judge(certs.clientOnly, certs.ca), false);
  assert.equal(await judge(certs.constrained, certs.constrained.ca), false);
  assert.equal(await judge(certs.weak, certs.ca), false);
  assert.equal(await judge(certs.unmarked, certs.ca), true);
  assert.equal(await judge(certs.signerOnly, certs.ca), false);
  // A leaf is no CA, not even its own.
  assert.equal(await judge(certs.server, certs.server.cert), false);
});

test('OpenSSL judges what the short way leaves open', { skip: skipWithoutEtcd() }, async (t) => {
  const certs = makeCerts();
  const get = async (serverCert: CertPair, cacert: string) => {
    const server = await startEtcd(t, { tls: 'server', serverCert });
    const client = new Transport({ endpoints: [server.endpoint], cacert, commandTimeout: 5000 });
    t.after(() => client.close());
    return client.call('KV', 'range', { key: Buffer.from('k') }).then(
      () => 'good',
      (error: Error) => error.message.replace(/^.*: the server's/, "the server's"),
    );
  };
  assert.equal(await get(certs.chained, certs.ca), 'good');
  assert.match(await get(certs.impostor, certs.ca), /is not signed by a CA of/);
  assert.match(await get(certs.clientOnly, certs.ca), /is refused: it is not for servers/);
  assert.match(await get(certs.constrained, certs.constrained.ca), /is refused: OpenSSL says /);
});
