import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpCall, skipWithoutEtcd, startCluster, startEtcd } from '../support/etcd.js';

const skip = skipWithoutEtcd();

test('a plain server, TLS, mutual TLS and authentication come up', { skip }, async (t) => {
  await startEtcd(t);
  await startEtcd(t, { tls: 'server', rootPassword: 'secret' });
  const server = await startEtcd(t, { tls: 'mutual' });
  assert.match(await httpCall(server, 'GET', '/version'), /etcdserver/);
  await server.restart('SIGTERM');
  assert.match(await httpCall(server, 'GET', '/version'), /etcdserver/);
});

test('three members form a cluster', { skip }, async (t) => {
  const { members } = await startCluster(t, 3);
  const list = await httpCall(members[0]!, 'POST', '/v3/cluster/member/list', {});
  assert.equal(JSON.parse(list).members.length, 3);
});
