import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type CertPair, makeCerts } from '../support/certs.js';
import { startEtcd } from '../support/etcd.js';
import { skipWithoutV2, v2 } from './support.js';

const skip = skipWithoutV2();

function pair({ cert, key }: CertPair): string[] {
  return ['--cert-file', cert, '--key-file', key];
}

test('TLS', { skip }, async (t) => {
  const { endpoint } = await startEtcd(t, { tls: 'server', enableV2: true });
  const { ca, otherCa, dir, client } = makeCerts();
  const get = async (...options: string[]) => {
    const { exit, stdout, stderr } = await v2(['--endpoints', endpoint, ...options]);
    return { exit, text: stdout || stderr.split('\n', 1)[0] };
  };
  assert.deepEqual(await get('--ca-file', ca, 'set', '/k', 'v'), { exit: 0, text: 'v\n' });
  assert.equal((await get('--ca-file', ca, 'cluster-health')).exit, 0);
  assert.equal((await v2(['--endpoints', endpoint, 'get', '/k'], { env: { ETCDCTL_CA_FILE: ca } })).stdout, 'v\n');
  const unknown = {
    exit: 4,
    text: 'Error:  client: etcd cluster is unavailable or misconfigured; error #0: x509: certificate signed by unknown authority',
  };
  const garbage = join(dir, 'garbage.pem');
  writeFileSync(garbage, 'no certificate');
  assert.deepEqual(await get('get', '/k'), unknown);
  assert.deepEqual(await get('--ca-file', otherCa, 'get', '/k'), unknown);
  assert.deepEqual(await get('--ca-file', garbage, 'get', '/k'), unknown);
  assert.deepEqual(await get('--ca-file', '/nosuch', 'get', '/k'), {
    exit: 1,
    text: 'open /nosuch: no such file or directory',
  });
  assert.deepEqual(await get('--cert-file', client.cert, 'get', '/k'), {
    exit: 1,
    text: `KeyFile and CertFile must both be present[key: , cert: ${client.cert}]`,
  });
  const health = await v2(['--endpoints', endpoint, '--ca-file', '/nosuch', 'cluster-health']);
  assert.deepEqual([health.exit, health.stderr], [4, 'Error:  open /nosuch: no such file or directory\n']);
});

test('mutual TLS', { skip }, async (t) => {
  const { endpoint } = await startEtcd(t, { tls: 'mutual', enableV2: true });
  const { ca, client, strangerClient } = makeCerts();
  const get = (...options: string[]) => v2(['--endpoints', endpoint, '--ca-file', ca, ...options]);
  assert.deepEqual(await get(...pair(client), 'set', '/k', 'v'), { exit: 0, stdout: 'v\n', stderr: '' });
  for (const options of [[], pair(strangerClient)]) {
    const { exit, stderr } = await get(...options, 'get', '/k');
    assert.equal(exit, 4);
    assert.match(
      stderr,
      /error #0: remote error: tls: (bad certificate|certificate required|unknown certificate authority)\n/,
    );
  }
  const mixed = await get('--cert-file', client.cert, '--key-file', strangerClient.key, 'get', '/k');
  assert.deepEqual([mixed.exit, mixed.stderr], [1, 'tls: private key does not match public key\n']);
});

test('a certificate that is expired, or for another name', { skip }, async (t) => {
  const { ca, expired, wrongName } = makeCerts();
  const old = await startEtcd(t, { tls: 'server', enableV2: true, serverCert: expired });
  const error = async (endpoint: string) =>
    (await v2(['--endpoints', endpoint, '--no-sync', '--ca-file', ca, 'get', '/k'])).stderr;
  assert.match(
    await error(old.endpoint),
    /x509: certificate has expired or is not yet valid: current time \S+Z is after \S+Z\n/,
  );
  const other = await startEtcd(t, { tls: 'server', enableV2: true, serverCert: wrongName });
  assert.match(await error(other.endpoint), /x509: certificate is valid for 10\.11\.12\.13, not 127\.0\.0\.1\n/);
  assert.match(
    await error(`https://localhost:${other.port}`),
    /x509: certificate is valid for other\.example, not localhost\n/,
  );
});
