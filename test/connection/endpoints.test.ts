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
    [':2379', 'localhost:2379', ''],
    ['http://:2380', 'localhost:2380', 'http'],
    ['host:1/x', 'host:1', ''],
    ['[::1]:2379', '[::1]:2379', ''],
    ['https://[fd00::1]:2380/', '[fd00::1]:2380', 'https'],
    ['fd00::1', '[fd00::1]:2379', ''],
    ['unix:/run/etcd.sock', 'etcd.sock', ''],
    ['unix:///run/etcd.sock', 'etcd.sock', ''],
    ['unix://localhost:20000', 'localhost:20000', ''],
    ['UNIX:///run/etcd.sock', 'etcd.sock', ''],
    ['unixs:///run/etcd.sock', 'etcd.sock', 'https'],
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
    ':',
    'host:',
    'host:port',
    'host:1?x',
    'host:1#x',
    '://host:1',
    'http:/host:1',
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

test('a password in an endpoint is refused, and not repeated', () => {
  for (const text of [
    'https://root:secret@host:1',
    'root:secret@host:1',
    'http://secret@host',
    'ftp://x:secret@host',
  ]) {
    assert.throws(
      () => parseEndpoint(text),
      (error: Error) => /^bad endpoint ".*…@host/.test(error.message) && !/secret/.test(error.message),
      text,
    );
  }
});

test("as etcdctl's client takes them", () => {
  const taken = [
    '127.0.0.1:1',
    ':1',
    'http://:1',
    'HTTP://host:1',
    'http://host:1/x',
    'http://host:1?x',
    'http://u:p@host:1',
    'host:01',
  ];
  for (const text of taken) assert.equal(parseEndpoint(text, true).port, 1, text);
  const refused = [
    ...['host', 'http://host', '[::1]', '::1', 'host:', 'host:x', 'host:1/x', 'host:1?x', 'u:p@host:1', 'ftp://host:1'],
    ...['host:99999', '', 'dns:///host:1', 'UNIX:///run/x', '://host:1', 'http:/host:1', 'https:host:1'],
  ];
  for (const text of refused)
    assert.throws(() => parseEndpoint(text, true), /^Failure: bad endpoint|^Error: bad endpoint/, text);
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
