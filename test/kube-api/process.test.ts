/** `k8s serve` as a process: its kubeconfig, the command that it runs, its end. The executable passes these as well (`KETCDCTL_BIN`). */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request as plainRequest } from 'node:http';
import { request as secureRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { listOf } from '../../src/k8s/fields.js';
import { field, stringField, type Value } from '../../src/k8s-decode/value.js';
import { parseYaml } from '../../src/k8s-decode/yaml/read.js';
import { loopbackCertificate } from '../../src/kube-api/certificate.js';
import { type CliEnd, runCli } from '../support/cli.js';
import { repoRoot } from '../support/root.js';
import { type Running, startCli } from '../support/running.js';

const FILE = `file:${join(repoRoot(), 'samples/cluster.db')}`;

function serve(...words: string[]): Promise<CliEnd> {
  return runCli(['--endpoints', FILE, 'k8s', 'serve', ...words]);
}

interface Access {
  path: string;
  url: URL;
  ca: Buffer;
  authorization: string;
}

async function started(t: TestContext, ...words: string[]): Promise<{ running: Running; access: Access }> {
  const running = startCli(t, ['--endpoints', FILE, 'k8s', 'serve', ...words]);
  await running.until(/Ctrl-C ends it/, 'stderr');
  const path = /^export KUBECONFIG=(.*)$/m.exec(running.stdout)?.[1] ?? '';
  return { running, access: accessOf(path) };
}

function accessOf(path: string): Access {
  const [config] = parseYaml(readFileSync(path, 'utf8')) as [Value];
  const cluster = field(listOf(field(config, 'clusters'))[0], 'cluster');
  const user = field(listOf(field(config, 'users'))[0], 'user');
  return {
    path,
    url: new URL(stringField(cluster, 'server') ?? ''),
    ca: Buffer.from(stringField(cluster, 'certificate-authority-data') ?? '', 'base64'),
    authorization: `Bearer ${stringField(user, 'token')}`,
  };
}

function ask({ url, ca, authorization }: Access, path: string, isPlain = false): Promise<string> {
  const { hostname, port } = url;
  const options = {
    hostname: hostname.replace(/[[\]]/g, ''),
    port,
    path,
    headers: { authorization },
    ca,
    agent: false,
  };
  return new Promise((resolve, reject) => {
    const request = (isPlain ? plainRequest : secureRequest)(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.on('end', () => resolve(text)).on('error', reject);
    });
    request.on('error', reject).end();
  });
}

function names(list: string): string[] {
  return (JSON.parse(list).items as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
}

test('a command has KUBECONFIG, and its exit code is passed on', async () => {
  const { exit, stdout, stderr } = await serve(
    '--',
    'sh',
    '-c',
    'echo "$KUBECONFIG"; stat -c "%a %F" "$KUBECONFIG"; exit 7',
  );
  const [path = '', mode] = stdout.split('\n');
  assert.deepEqual([exit, mode, stderr], [7, '600 regular file', '']);
  assert.ok(!existsSync(dirname(path)), 'it goes away with the server');
  assert.equal((await serve('--', 'no-such-program')).exit, 1);
});

test('it serves until Ctrl-C, over TLS and without, and watches do not keep it', async (t) => {
  const { running, access } = await started(t);
  assert.equal(statSync(dirname(access.path)).mode & 0o777, 0o700);
  assert.match(
    running.stderr,
    /^etcd: file:.*, revision \d+, read-only as Kubernetes 1\.\d+ on https:\/\/127\.0\.0\.1:\d+\n/,
  );
  for (const isPlain of [false, true]) {
    assert.ok(names(await ask(access, '/api/v1/namespaces', isPlain)).includes('shop'));
  }
  const protocols = ['base64.binary.k8s.io', `base64url.bearer.authorization.k8s.io.${tokenOf(access)}`];
  const address = `wss://${access.url.host}/api/v1/namespaces?watch=true`;
  const socket = new WebSocket(address, protocols, { ca: access.ca });
  const closed = new Promise((resolve) => socket.on('close', resolve).on('error', resolve));
  const first = await new Promise((resolve, reject) => socket.on('message', resolve).on('error', reject));
  assert.equal(JSON.parse(String(first)).type, 'ADDED');
  const watching = ask(access, '/api/v1/pods?watch=true').catch(() => 'broken off');
  assert.deepEqual(await running.end('SIGINT'), { code: null, signal: 'SIGINT' });
  assert.ok(!existsSync(dirname(access.path)));
  assert.equal(await watching, 'broken off');
  await closed;
});

function tokenOf({ authorization }: Access): string {
  return Buffer.from(authorization.slice('Bearer '.length)).toString('base64url');
}

test('several sources are contexts of one kubeconfig, each at its revision', async (t) => {
  const { running, access } = await started(t, '--source', 'now=', '--source', `before=${FILE}@20`);
  const replicas = async (context: string) => {
    const object = await ask(access, `/${context}/apis/apps/v1/namespaces/shop/deployments/web`);
    return JSON.parse(object).spec.replicas as number;
  };
  assert.deepEqual([await replicas('now'), await replicas('before')], [3, 2]);
  assert.match(await ask(access, '/yesterday/api'), /contexts \\"yesterday\\" not found/);
  const config = readFileSync(access.path, 'utf8');
  assert.match(config, /^current-context: now$/m);
  assert.equal(config.match(/^- context:$/gm)?.length, 2);
  await running.end('SIGTERM');
  assert.ok(!existsSync(access.path));
});

test('whoever listens to others has a certificate, and is told what they can read', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'ketcdctl-tls-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const pair = loopbackCertificate(Buffer.from([127, 0, 0, 1]));
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => join(folder, name)) as [string, string];
  writeFileSync(cert, pair.cert);
  writeFileSync(key, pair.key);
  const everywhere = ['--listen', '0.0.0.0:0'];
  const { running, access } = await started(t, ...everywhere, '--tls-cert', cert, '--tls-key', key);
  assert.match(running.stderr, /^Warning: Secrets are readable for whoever reaches this address/m);
  assert.ok(names(await ask(access, '/api/v1/namespaces')).includes('shop'));
  await assert.rejects(ask(access, '/api/v1/namespaces', true).then((text) => names(text)));
  await running.end('SIGTERM');
  for (const [words, message] of [
    [everywhere, /--tls-cert and --tls-key are needed/],
    [[...everywhere, '--tls-cert', cert], /belong together/],
    [[...everywhere, '--tls-cert', key, '--tls-key', cert], /cannot be used/],
    [['--listen', 'here'], /no address and port/],
    [['--source', 'now'], /no NAME=ENDPOINT/],
    [['--source', 'a=', '--source', 'a='], /two sources are called a/],
    [['--rev=-1'], /no revision is below 0/],
    [['--rev', '1', '--at', '2h'], /--rev and --at/],
    [['--at', '2001-01-01T00:00:00Z'], /nothing is left of that time/],
    [['--kubernetes', '1.7'], /no release from/],
  ] as const) {
    const { exit, stderr } = await serve(...words, '--', 'true');
    assert.notEqual(exit, 0);
    assert.match(stderr, message);
  }
});

test('a time is a revision, and the answer says which and how sure', async () => {
  const { exit, stderr } = await serve('--at', '2026-03-02T08:20:00Z', '--', 'true');
  assert.equal(exit, 0);
  assert.match(
    stderr,
    /^etcd: at 2026-03-02T08:20:00Z the revision was \d+: its last change that tells a time is of .* \(revision \d+\), /,
  );
});
