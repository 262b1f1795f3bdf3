import assert from 'node:assert/strict';
import { test } from 'node:test';
import { authorityOf, parseEndpoint, skipsVerify, splitEndpoints, usesTls } from '../../src/connection/endpoints.js';
import type { ConnectionOptions } from '../../src/connection/options.js';

test('endpoints in all their forms', () => {
  const cases: [text: string, authority: string, scheme: string][] = [
    ['127.0.0.1:2379', '127.0.0.1:2379', ''],
    ['master-1', 'master-1:2379', ''],
    ['http://10.0.0.1:4001', '10.0.0.1:4001', 'http'],
    ['https://etcd.example', 'etcd.example:2379', 'https'],
    ['HTTPS://etcd.example:1/v3/path?x', 'etcd.example:1', 'https'],
    ['https://user:pw@etcd.example:1', 'etcd.example:1', 'https'],
    ['[::1]:2379', '[::1]:2379', ''],
    ['https://[fd00::1]:2380/', '[fd00::1]:2380', 'https'],
    ['fd00::1', '[fd00::1]:2379', ''],
    ['unix:/run/etcd.sock', 'localhost', ''],
    ['unix:///run/etcd.sock', 'localhost', ''],
    ['unixs:///run/etcd.sock', 'localhost', 'https'],
  ];
  for (const [text, authority, scheme] of cases) {
    const endpoint = parseEndpoint(text);
    assert.deepEqual([endpoint.text, authorityOf(endpoint), endpoint.scheme], [text, authority, scheme]);
  }
  assert.equal(parseEndpoint('unix:///run/etcd.sock').socketPath, '/run/etcd.sock');
  assert.equal(parseEndpoint('unix:etcd.sock').socketPath, 'etcd.sock');
});

test('what is no endpoint is refused with what is wrong about it', () => {
  for (const text of [
    '',
    ':2379',
    'host:port',
    'host:0',
    'host:65536',
    'ftp://host:1',
    'http://',
    '[::1',
    'a b:c:d]',
  ]) {
    assert.throws(() => parseEndpoint(text), { message: /^bad endpoint /, exitCode: 128 }, text);
  }
});

test('a comma list is split and trimmed', () => {
  assert.deepEqual(splitEndpoints(['a:1, b:2,', ' c:3 ', '']), ['a:1', 'b:2', 'c:3']);
});

test('TLS is used by scheme, else when there is a TLS configuration', () => {
  const bare: [Partial<ConnectionOptions>, boolean][] = [
    [{}, false],
    [{ cacert: 'ca.crt' }, true],
    [{ cert: 'c', key: 'k' }, true],
    [{ insecureTransport: false }, true],
    [{ insecureTransport: true }, false],
    [{ insecureSkipTlsVerify: true }, true],
    [{ insecureSkipTlsVerify: true, skipVerifyAloneMakesTls: false }, false],
    [{ discoverySrv: 'example.org' }, false],
    [{ discoverySrv: 'example.org', insecureDiscovery: false }, true],
  ];
  for (const [options, expected] of bare) {
    const all = { endpoints: [], ...options };
    assert.equal(usesTls(parseEndpoint('host'), all), expected, JSON.stringify(options));
    assert.equal(usesTls(parseEndpoint('http://host'), all), false);
    assert.equal(usesTls(parseEndpoint('https://host'), all), true);
  }
});

test('up to etcdctl 3.5 skipping the verification needs a TLS configuration of its own', () => {
  const old = { endpoints: [], insecureSkipTlsVerify: true, skipVerifyAloneMakesTls: false };
  assert.equal(skipsVerify(old), false);
  assert.equal(skipsVerify({ ...old, cacert: 'ca.crt' }), true);
  assert.equal(skipsVerify({ ...old, skipVerifyAloneMakesTls: true }), true);
  assert.equal(skipsVerify({ endpoints: [], cacert: 'ca.crt' }), false);
});
