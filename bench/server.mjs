// An etcd of its own for a comparison: on loopback, in a temporary folder, gone at the end.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Certificates for mutual TLS to 127.0.0.1, made by openssl. */
export function makeCertificates() {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-bench-pki-'));
  const openssl = (...args) => execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' });
  const subject = (name) => ['-subj', `/CN=${name}`, '-days', '2', '-newkey', 'rsa:2048', '-nodes'];
  openssl('req', '-x509', ...subject('bench-ca'), '-keyout', 'ca.key', '-out', 'ca.crt');
  for (const name of ['server', 'client']) {
    const san = ['-addext', 'subjectAltName=IP:127.0.0.1'];
    openssl(
      'req',
      '-x509',
      ...subject(name),
      ...san,
      '-CA',
      'ca.crt',
      '-CAkey',
      'ca.key',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
    );
  }
  const file = (name) => join(dir, name);
  return {
    ca: file('ca.crt'),
    server: { cert: file('server.crt'), key: file('server.key') },
    client: { cert: file('client.crt'), key: file('client.key') },
    remove: () => rmSync(dir, { recursive: true }),
  };
}

/**
 * Starts one member. `stop` ends it and removes its data.
 * @param {ReturnType<typeof makeCertificates>} [certificates] mutual TLS with these
 * @param {string} [dir] data that are there already
 */
export async function startServer(certificates, dir = mkdtempSync(join(tmpdir(), 'ketcdctl-bench-'))) {
  const client = `${certificates ? 'https' : 'http'}://127.0.0.1:${await freePort()}`;
  const peer = `http://127.0.0.1:${await freePort()}`;
  const tls = certificates && [
    ...['--cert-file', certificates.server.cert, '--key-file', certificates.server.key],
    ...['--trusted-ca-file', certificates.ca, '--client-cert-auth'],
  ];
  const args = [
    ...[
      '--data-dir',
      dir,
      '--listen-client-urls',
      client,
      '--advertise-client-urls',
      client,
      '--listen-peer-urls',
      peer,
    ],
    ...[
      '--initial-advertise-peer-urls',
      peer,
      '--initial-cluster',
      `default=${peer}`,
      '--quota-backend-bytes',
      '8589934592',
    ],
    ...(tls ?? []),
  ];
  const process_ = spawn(process.env.ETCD_BIN ?? 'etcd', args, { stdio: 'ignore' });
  const flags = certificates
    ? ['--cacert', certificates.ca, '--cert', certificates.client.cert, '--key', certificates.client.key]
    : [];
  return {
    flags: ['--endpoints', client, ...flags],
    async stop() {
      process_.kill();
      await once(process_, 'exit');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
