import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { isFor } from '../../src/connection/tls-verify.js';

/** A certificate with these subject alternative names, and a common name that must not count. */
function certificate(names: string): X509Certificate {
  const words = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-keyout',
    '/dev/null',
  ];
  const extension = names ? ['-addext', `subjectAltName=${names}`] : [];
  const made = execFileSync('openssl', [...words, '-days', '9', '-subj', '/CN=foo.example.com', ...extension], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return new X509Certificate(made);
}

const HOSTS = [
  ...[
    'foo.example.com',
    'foo.example.com.',
    'FOO.example.com',
    'a.foo.example.com',
    'example.com',
    'example.com.',
    'localhost',
  ],
  ...['127.0.0.1', '::1', '0:0:0:0:0:0:0:1', 'bar.example.com', 'a_b.example.com', '.example.com', 'xn--a.example.com'],
  ...['*.example.com', 'example.com..', 'foo', '', '999.0.0.1'],
];

// The verdicts of Go 1.26's VerifyHostname, but where a name ends or begins with a dot or has a star: OpenSSL takes no such one.
const VERDICTS: [names: string, hosts: string[]][] = [
  ['', []],
  ['DNS:foo.example.com', ['foo.example.com', 'foo.example.com.', 'FOO.example.com']],
  ['DNS:FOO.Example.Com', ['foo.example.com', 'foo.example.com.', 'FOO.example.com']],
  [
    'DNS:*.example.com',
    [
      'foo.example.com',
      'foo.example.com.',
      'FOO.example.com',
      'bar.example.com',
      'a_b.example.com',
      'xn--a.example.com',
    ],
  ],
  ['DNS:*.com', ['example.com', 'example.com.']],
  ['DNS:f*.example.com', []],
  ['DNS:*foo.example.com', []],
  ['DNS:xn--*.example.com', []],
  ['DNS:*.*.example.com', []],
  ['DNS:foo.*.com', []],
  ['DNS:*', []],
  ['DNS:.example.com', []],
  ['DNS:a_b.example.com', ['a_b.example.com']],
  ['DNS:localhost', ['localhost']],
  ['DNS:127.0.0.1', []],
  ['IP:127.0.0.1', ['127.0.0.1']],
  ['IP:::1', ['::1', '0:0:0:0:0:0:0:1']],
  ['email:a@b,DNS:localhost,IP:127.0.0.1', ['localhost', '127.0.0.1']],
  ['URI:https://x/,URI:DNS:*.com', []],
];

for (const [names, hosts] of VERDICTS) {
  test(`a certificate for ${names || 'no names'} is for ${hosts.join(', ') || 'nobody'}`, () => {
    const made = certificate(names);
    assert.deepEqual(
      HOSTS.filter((host) => isFor(made, host)),
      hosts,
    );
  });
}
