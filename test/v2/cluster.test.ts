import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { freePorts, startCluster, startEtcd } from '../support/etcd.js';
import { clientOf, OWN, skipWithoutV2, V2Process, v2 } from './support.js';

const skip = skipWithoutV2();

async function serve(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const FOUND = JSON.stringify({ action: 'get', node: { key: '/k', value: 'v', createdIndex: 1, modifiedIndex: 1 } });

test('the next endpoint is asked when one fails', async (t) => {
  const good = await serve(t, (_, response) => response.end(FOUND));
  for (const status of [500, 503, 502]) {
    const bad = await serve(t, (_, response) => response.writeHead(status).end('{}'));
    const { exit, stdout } = await v2(['--no-sync', '--endpoints', `${bad},${good},http://127.0.0.1:1`, 'get', '/k']);
    assert.deepEqual([exit, stdout], [0, 'v\n'], `status ${status}`);
    const { stderr } = await v2(['--no-sync', '--endpoints', bad, 'get', '/k']);
    const reason = status === 502 ? 'returns server error [Bad Gateway]' : 'has no leader';
    assert.match(stderr, new RegExp(`error #0: client: etcd member ${bad} ${reason.replace(/[[\]]/g, '\\$&')}`));
  }
});

test('a write that must not happen twice is sent to one endpoint only', async (t) => {
  let requests = 0;
  const bad = await serve(t, (_, response) => {
    requests += 1;
    response.writeHead(500).end();
  });
  const { exit, stderr } = await v2(['--no-sync', '--endpoints', `${bad},${bad}`, 'rm', '/k']);
  assert.deepEqual([exit, requests, stderr], [4, 1, `Error:  client: etcd member ${bad} has no leader\n`]);
});

test('a redirect is followed, ten of them, with the same request', async (t) => {
  const seen: string[] = [];
  const target = await serve(t, (request, response) => {
    seen.push(`${request.method} ${request.url}`);
    request.on('data', (data) => seen.push(String(data)));
    request.on('end', () => response.end(FOUND));
  });
  const from = await serve(t, (request, response) => {
    response.writeHead(307, { Location: target + request.url }).end();
  });
  const { exit } = await v2(['--no-sync', '--endpoints', from, 'set', '/k', 'v', '--swap-with-value', 'a b']);
  assert.deepEqual([exit, seen], [0, ['PUT /v2/keys/k?prevValue=a+b', 'value=v']]);
  const circle = await serve(t, (request, response) => {
    response.writeHead(302, { Location: `http://${request.headers.host}/again` }).end();
  });
  const { stderr } = await v2(['--no-sync', '--endpoints', circle, 'get', '/k']);
  assert.match(stderr, /client: too many redirects/);
});

test('what does not answer runs into a timeout', async (t) => {
  const silent = await serve(t, () => {});
  const header = await v2(['--no-sync', '--timeout', '50ms', '--endpoints', silent, 'get', '/k']);
  assert.equal(header.exit, 4);
  assert.match(header.stderr, new RegExp(`error #0: client: endpoint ${silent} exceeded header timeout`));
  for (const [sync, exit] of [
    ['--no-sync', 4],
    ['--debug', 2],
  ] as const) {
    const total = await v2([sync, '--total-timeout', '50ms', '--endpoints', silent, 'get', '/k']);
    assert.equal(total.exit, exit);
    assert.match(total.stderr, /Error: {2}context deadline exceeded\n$/);
  }
});

test('own mode says that a server has no v2 API', { skip }, async (t) => {
  const { endpoint } = await startEtcd(t, { extraArgs: ['--enable-v2=false'] });
  for (const argv of [['get', '/k'], ['member', 'list'], ['cluster-health'], ['user', 'list'], ['auth', 'enable']]) {
    const own = await v2(['--endpoints', endpoint, ...argv], { mode: OWN });
    assert.match(own.stderr, /\nHint: this server has no v2 API/, argv.join(' '));
    const { exit, stderr } = await v2(['--endpoints', endpoint, ...argv]);
    assert.ok(exit !== 0 && !stderr.includes('Hint'), argv.join(' '));
  }
});

test('three members: health, the list, changes of members', { skip }, async (t) => {
  const { members, endpoints } = await startCluster(t, 3, {
    enableV2: true,
    extraArgs: ['--strict-reconfig-check=false'],
  });
  const run = clientOf(endpoints[0]!);
  const [peer] = await freePorts(1);
  assert.match(
    await run('cluster-health'),
    /^(member [\da-f]+ is healthy: got healthy result from http:.*\n){3}cluster is healthy\n$/,
  );
  const list = await run('member', 'list');
  assert.equal(
    list.match(/^[\da-f]+: name=m\d peerURLs=http:\S+ clientURLs=http:\S+ isLeader=(true|false)$/gm)?.length,
    3,
  );
  assert.equal(list.match(/isLeader=true/g)?.length, 1);
  const added = await run('member', 'add', 'm4', `http://127.0.0.1:${peer}`);
  const [, id] =
    /^Added member named m4 with ID ([\da-f]+) to cluster\n\nETCD_NAME="m4"\nETCD_INITIAL_CLUSTER="\S+"\nETCD_INITIAL_CLUSTER_STATE="existing"\n$/.exec(
      added,
    )!;
  assert.match(
    await run('member', 'list'),
    new RegExp(`^${id}\\[unstarted\\]: peerURLs=http://127.0.0.1:${peer}$`, 'm'),
  );
  assert.equal(
    await run('member', 'update', id!, `http://localhost:${peer}`),
    `Updated member with ID ${id} in cluster\n`,
  );
  assert.equal(await run('member', 'remove', id!), `Removed member ${id} from cluster\n`);
  const gone = await v2(['--endpoints', endpoints[0]!, 'member', 'remove', id!]);
  assert.deepEqual([gone.exit, gone.stderr], [1, `Couldn't find a member in the cluster with an ID of ${id}.\n`]);
  await members[2]!.stop();
  const health = await v2(['--endpoints', endpoints[0]!, 'cluster-health']);
  assert.equal(health.exit, 5);
  assert.match(
    health.stdout,
    new RegExp(`on ${endpoints[2]}: Get "${endpoints[2]}/health": dial tcp .*: connect: connection refused`),
  );
  assert.match(health.stdout, /cluster is degraded\n$/);
});

test('users, roles and authentication', { skip }, async (t) => {
  const { endpoint } = await startEtcd(t, { enableV2: true });
  const anyone = clientOf(endpoint);
  const root = (...argv: string[]) => anyone('-u', 'root:r:pw', ...argv);
  assert.equal(await anyone('user', 'add', 'root:r:pw'), 'User root created\n');
  assert.equal(await anyone('user', 'add', 'alice:pw'), 'User alice created\n');
  assert.equal(await anyone('role', 'add', 'some'), 'Role some created\n');
  assert.equal(await anyone('role', 'grant', 'some', '--path', '/some/*', '--rw'), 'Role some updated\n');
  assert.equal(await anyone('user', 'grant', 'alice', '--roles', 'some'), 'User alice updated\n');
  assert.equal(await anyone('user', 'get', 'alice'), 'User: alice\nRoles:  some\n');
  assert.equal(await anyone('auth', 'enable'), 'Authentication Enabled\n');
  assert.equal(await root('role', 'revoke', 'guest', '--path', '/*', '--rw'), 'Role guest updated\n');
  assert.equal(await root('role', 'get', 'some'), 'Role: some\nKV Read:\n\t/some/*\nKV Write:\n\t/some/*\n');
  assert.equal(await root('user', 'list'), 'alice\nroot\n');
  assert.equal(await anyone('-u', 'alice:pw', 'set', '/some/k', 'v'), 'v\n');
  const stranger = await v2(['--endpoints', endpoint, 'get', '/some/k']);
  assert.deepEqual(stranger, {
    exit: 4,
    stdout: '',
    stderr: 'Error:  110: The request requires user authentication (Insufficient credentials) [0]\n',
  });
  const asked = new V2Process(['--endpoints', endpoint, '-u', 'alice', 'get', '/some/k'], 'pw\n');
  assert.equal(await asked.ended, 0);
  assert.equal(asked.stdout, 'Password: \nv\n');
  assert.equal(await root('auth', 'disable'), 'Authentication Disabled\n');
});
