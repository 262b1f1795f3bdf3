import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RpcError } from '../../src/rpc/error.js';
import { skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { putAndGet, refusal, transport } from '../support/transport.js';

const skip = skipWithoutEtcd();

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
