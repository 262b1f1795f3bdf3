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
export async function startServer(certificates, dir = newFolder()) {
  const [member] = await makeMembers(1, certificates ? 'https' : 'http');
  const tls = certificates && [
    ...['--cert-file', certificates.server.cert, '--key-file', certificates.server.key],
    ...['--trusted-ca-file', certificates.ca, '--client-cert-auth'],
  ];
  const flags = certificates
    ? ['--cacert', certificates.ca, '--cert', certificates.client.cert, '--key', certificates.client.key]
    : [];
  const stop = start(member, `${member.name}=${member.peer}`, dir, tls);
  return { flags: ['--endpoints', member.client, ...flags], stop };
}

/** Starts members that form a cluster; `stop` ends them all. */
export async function startCluster(size) {
  const members = await makeMembers(size, 'http');
  const cluster = members.map(({ name, peer }) => `${name}=${peer}`).join(',');
  const stops = members.map((member) => start(member, cluster, newFolder()));
  return {
    flags: ['--endpoints', members.map(({ client }) => client).join(',')],
    stop: () => Promise.all(stops.map((stop) => stop())),
  };
}

function newFolder() {
  return mkdtempSync(join(tmpdir(), 'ketcdctl-bench-'));
}

async function makeMembers(count, scheme) {
  const members = [];
  for (let i = 0; i < count; i++) {
    const [client, peer] = [await freePort(), await freePort()];
    members.push({ name: `m${i}`, client: `${scheme}://127.0.0.1:${client}`, peer: `http://127.0.0.1:${peer}` });
  }
  return members;
}

/** Gives what ends it. */
function start({ name, client, peer }, cluster, dir, more = []) {
  const args = [
    ...['--name', name, '--data-dir', dir, '--quota-backend-bytes', '8589934592'],
    ...['--listen-client-urls', client, '--advertise-client-urls', client],
    ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', cluster],
    ...more,
  ];
  const server = spawn(process.env.ETCD_BIN ?? 'etcd', args, { stdio: 'ignore' });
  return async () => {
    server.kill();
    await once(server, 'exit');
    rmSync(dir, { recursive: true, force: true });
  };
}
