/** Who may ask the server, and how its answers come over HTTP. */
import assert from 'node:assert/strict';
import { request as plainRequest } from 'node:http';
import { Agent, request as secureRequest } from 'node:https';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { WebSocket } from 'ws';
import { loopbackCertificate } from '../../src/kube-api/certificate.js';
import { ApiServer } from '../../src/kube-api/server.js';
import { openView } from './support.js';

const TOKEN = 'a-token';
const bearer = { Authorization: `Bearer ${TOKEN}` };
let server: ApiServer;
let url: URL;
const { cert, key } = loopbackCertificate(Buffer.from([127, 0, 0, 1]));

before(async () => {
  const views = new Map([['', await openView()]]);
  const report = (error: unknown) => assert.fail(String(error));
  server = new ApiServer({
    host: '127.0.0.1',
    port: 0,
    tls: { cert, key },
    allowPlain: true,
    token: TOKEN,
    views,
    report,
  });
  url = new URL(await server.listen());
});
after(() => server.close());

interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

function ask(path: string, headers: Record<string, string> = bearer, plain = false): Promise<Reply> {
  const { hostname, port } = url;
  return new Promise((resolve, reject) => {
    const send = plain ? plainRequest : secureRequest;
    const request = send({ hostname, port, path, headers, ca: cert, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('end', () =>
        resolve({ status: response.statusCode!, headers: response.headers, body: Buffer.concat(pieces) }),
      );
      response.on('error', reject);
    });
    request.on('error', reject);
    request.end();
  });
}

test('a token is needed for everything, over TLS and without', async () => {
  for (const path of ['/', '/version', '/healthz', '/api/v1/secrets', '/nowhere']) {
    for (const plain of [false, true]) {
      assert.equal((await ask(path, {}, plain)).status, 401, path);
      assert.equal((await ask(path, { Authorization: 'Bearer a-toke' }, plain)).status, 401, path);
      assert.equal((await ask(path, { Authorization: `Basic ${TOKEN}` }, plain)).status, 401, path);
    }
  }
  assert.equal((await ask('/healthz')).body.toString(), 'ok');
  assert.equal((await ask('/healthz', bearer, true)).body.toString(), 'ok');
});

test('a page from elsewhere that reaches the address under its own name is refused', async () => {
  for (const host of ['evil.example', 'evil.example:80', '127.0.0.1.evil.example', 'localhost.evil.example']) {
    assert.equal((await ask('/version', { ...bearer, Host: host }, true)).status, 403, host);
  }
  for (const host of ['localhost:1', '127.0.0.1', '[::1]:443']) {
    assert.equal((await ask('/version', { ...bearer, Host: host }, true)).status, 200, host);
  }
});

test('paths lead nowhere but to resources', async () => {
  const statuses: [string, number][] = [
    ['/api/v1/../../secrets', 400],
    ['/api/v1/namespaces/%2e%2e/pods', 400],
    ['/api/v1/namespaces/shop%2F..%2Fkube-system/secrets/x', 404],
    ['/api/v1/namespaces/shop/pods/a%00b', 400],
    ['/api/v1/namespaces/shop/pods/%ff', 400],
    ['/api/v1/namespaces/shop/pods/..%2f..%2fsecrets', 404],
    ['/api/v1/namespaces//pods', 404],
    ['//api//v1//namespaces', 200],
  ];
  for (const [path, status] of statuses) assert.equal((await ask(path)).status, status, path);
});

test('a name with a slash in it reads no other key', async () => {
  const { body } = await ask('/api/v1/namespaces/shop/secrets?fieldSelector=metadata.name%3D..%2Fdata%2Fx');
  assert.deepEqual(JSON.parse(body.toString()).items, []);
});

test('a head of ten megabytes is refused', async () => {
  const status = await new Promise<string>((resolve) => {
    const socket = connect(Number(url.port), url.hostname);
    socket.write(`GET /version HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(10 << 20)}\r\n\r\n`);
    socket.once('data', (data) => resolve(data.toString('latin1').split('\r\n')[0]!));
    socket.on('error', () => resolve('broken off'));
  });
  assert.match(status, /431|broken off/);
});

test('a thousand connections do not keep others out for good', async () => {
  const sockets = Array.from({ length: 1100 }, () => connect(Number(url.port), url.hostname).on('error', () => {}));
  await new Promise((resolve) => setTimeout(resolve, 500));
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => setTimeout(resolve, 200));
  assert.equal((await ask('/healthz')).status, 200);
});

test('a body of five megabytes is refused, and others are still served', async () => {
  const status = await new Promise<number | string | undefined>((resolve) => {
    const { hostname, port } = url;
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const headers = { ...bearer, 'Content-Type': 'application/json' };
    const options = { hostname, port, path, headers, method: 'POST', ca: cert, agent: false };
    const request = secureRequest(options, (response) => resolve(response.statusCode));
    request.on('error', () => resolve('broken off'));
    request.end(Buffer.alloc(5 << 20, ' '));
  });
  assert.ok(status === 413 || status === 'broken off', String(status));
  assert.equal((await ask('/healthz')).status, 200);
});

test('many requests come over one connection', async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: cert });
  const warned: Error[] = [];
  const onWarning = (warning: Error) => warned.push(warning);
  process.on('warning', onWarning);
  const ports = new Set<number>();
  for (let at = 0; at < 30; at++) {
    await new Promise<void>((resolve, reject) => {
      const { hostname, port } = url;
      const request = secureRequest({ hostname, port, path: '/version', headers: bearer, agent }, (response) => {
        ports.add(response.socket.localPort ?? 0);
        assert.equal(response.statusCode, 200);
        response.resume().on('end', resolve);
      });
      request.on('error', reject).end();
    });
  }
  agent.destroy();
  process.off('warning', onWarning);
  assert.deepEqual([ports.size, warned], [1, []]);
});

test('large answers are compressed where the client takes that', async () => {
  const plain = await ask('/api/v1/pods');
  const packed = await ask('/api/v1/pods', { ...bearer, 'Accept-Encoding': 'gzip' });
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(packed.headers['content-encoding'], 'gzip');
  assert.deepEqual(gunzipSync(packed.body), plain.body);
  assert.equal(
    (await ask('/version', { ...bearer, 'Accept-Encoding': 'gzip' })).headers['content-encoding'],
    undefined,
  );
});

test('people get JSON with line ends', async () => {
  const { body } = await ask('/api/v1/namespaces/default', { ...bearer, 'User-Agent': 'curl/8' });
  assert.match(body.toString(), /^\{\n {2}"kind": "Namespace",\n/);
  assert.doesNotMatch((await ask('/api/v1/namespaces/default?pretty=false')).body.toString().trimEnd(), /\n/);
});

test('a watch over WebSocket, with the token among the protocols', async () => {
  const protocols = [
    'base64.binary.k8s.io',
    `base64url.bearer.authorization.k8s.io.${Buffer.from(TOKEN).toString('base64url')}`,
  ];
  const socket = new WebSocket(`wss://${url.host}/api/v1/namespaces?watch=true&timeoutSeconds=1`, protocols, {
    ca: cert,
  });
  const types: string[] = [];
  socket.on('message', (data) => types.push(JSON.parse(String(data)).type));
  await new Promise((resolve, reject) => socket.on('close', resolve).on('error', reject));
  assert.equal(socket.protocol, 'base64.binary.k8s.io');
  assert.ok(types.length > 5 && types.every((type) => type === 'ADDED'));
  const stranger = new WebSocket(`wss://${url.host}/api/v1/namespaces?watch=true`, [], { ca: cert });
  const refused = await new Promise<string>((resolve) => stranger.on('error', ({ message }) => resolve(message)));
  assert.match(refused, /401/);
});
