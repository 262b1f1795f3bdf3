import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areOwnEndpoints } from '../../src/node/own-endpoints.js';

test('which endpoints are on this machine', () => {
  for (const own of [
    '127.0.0.1:2379',
    'https://127.0.0.53:2379',
    'localhost:2379',
    '[::1]:2379',
    'unix:///run/etcd.sock',
    'file:a.db',
  ]) {
    assert.equal(areOwnEndpoints([own]), true, own);
    assert.equal(areOwnEndpoints([own, '192.0.2.7:2379']), false, own);
  }
  for (const other of ['192.0.2.7:2379', 'https://etcd.example.com:2379', 'http://[2001:db8::7]:2379/']) {
    assert.equal(areOwnEndpoints([other]), false, other);
  }
});
