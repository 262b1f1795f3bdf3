import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERROR_KINDS } from '../../src/base/error-codes.js';
import { ExitCode, Failure } from '../../src/base/errors.js';
import { withoutSecrets } from '../../src/base/secrets.js';
import { Code } from '../../src/rpc/status.js';
import { errorCodeOf } from '../../src/rpc/status-hints.js';

test('passwords, tokens and keys are taken out of what is told', () => {
  const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJ1c2VyIjoicm9vdCJ9.c2lnbmF0dXJl';
  const pem = '-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----';
  const cases: [string, string][] = [
    ['https://root:pass@10.0.0.1:2379: refused', 'https://root:***@10.0.0.1:2379: refused'],
    ['in --password=hunter2 get a', 'in --password=*** get a'],
    ["ETCDCTL_PASSWORD='two words' is set", 'ETCDCTL_PASSWORD=*** is set'],
    ['in --password hunter2 get a', 'in --password *** get a'],
    ['user add a --new-user-password "two words" --x', 'user add a --new-user-password *** --x'],
    ['--user root:secret', '--user root:***'],
    ['--user "root:two words" get', '--user "root:***" get'],
    ["--user='root:two words' get", "--user='root:***' get"],
    ['authorization: Bearer abcdefgh12', 'authorization: Bearer ***'],
    [`the token ${jwt} was refused`, 'the token *** was refused'],
    [`no PEM: ${pem}`, 'no PEM: (a private key)'],
    ['no PEM: -----BEGIN PRIVATE KEY-----\nMHcC', 'no PEM: (a private key)'],
  ];
  for (const [text, shown] of cases) {
    assert.equal(withoutSecrets(text), shown);
    const failure = new Failure(text, { hint: text });
    assert.deepEqual([failure.message, failure.hint], [shown, shown]);
  }
});

test('what is no secret stays', () => {
  for (const text of [
    'https://10.0.0.1:2379: connection refused',
    'invalid auth token',
    'give --user, or --password-file FILE',
    'unexpected token: something',
    'unix://localhost:0',
    'key /registry/secrets/a: b@c',
  ])
    assert.equal(withoutSecrets(text), text);
});

test('a failure has a code, and an exit code that goes with it', () => {
  assert.equal(new Failure('x').errorCode, 'failed');
  assert.equal(new Failure('x', { exitCode: ExitCode.BadArgs }).errorCode, 'bad-arguments');
  assert.equal(new Failure('x', { errorCode: 'damaged-file' }).exitCode, ExitCode.Error);
  assert.equal(new Failure('x', { errorCode: 'io', exitCode: 1 }).exitCode, 1);
  assert.ok(Object.keys(ERROR_KINDS).every((code) => /^[a-z]+(?:-[a-z]+)*$/.test(code)));
});

test("the server's words name the code", () => {
  assert.equal(errorCodeOf(Code.Unavailable, 'etcdserver: no leader'), 'no-leader');
  assert.equal(errorCodeOf(Code.OutOfRange, 'etcdserver: mvcc: required revision has been compacted'), 'compacted');
  assert.equal(errorCodeOf(Code.DeadlineExceeded, ''), 'timeout');
  assert.equal(errorCodeOf(Code.Internal, 'x'), 'refused');
  // A server that answers could be reached.
  assert.equal(errorCodeOf(Code.Unavailable, 'etcdserver: unhealthy cluster'), 'refused');
  assert.equal(errorCodeOf(Code.Unavailable, 'connection refused'), 'no-connection');
});

test('secrets are found in long texts', () => {
  const long = '0.example.co'.repeat(3000);
  assert.equal(withoutSecrets(`${long} https://root:secret@${long}`), `${long} https://root:***@${long}`);
  assert.equal(withoutSecrets(`${'-eyJ'.repeat(9000)} eyJh.eyJ1.c2ln`), `${'-eyJ'.repeat(9000)} ***`);
});
