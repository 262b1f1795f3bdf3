import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cleanPath, encodeForm, goUrlText, parseGoUrl } from '../../src/base/go/url.js';

test('an endpoint is read as Go reads it', () => {
  const cases: [string, string, string][] = [
    ['http://127.0.0.1:2379', '127.0.0.1:2379', 'http://127.0.0.1:2379'],
    ['HTTPS://host/a b', 'host', 'https://host/a%20b'],
    ['localhost:2379', '', 'localhost:2379'],
    // A slash that was escaped is none; what Go would not write so is written in its way.
    ['http://host/a%2Fb', 'host', 'http://host/a%2Fb'],
    ['/%2F', '', '/%2F'],
    ['//host/%7Ea b', 'host', '//host/~a%20b'],
    ["http://host/(a)!'*[]", 'host', "http://host/(a)!'*[]"],
    ['http://user:secret@[::1]:2379/?q#f', '[::1]:2379', 'http://[::1]:2379/'],
  ];
  for (const [text, host, written] of cases) {
    const url = parseGoUrl(text);
    assert.deepEqual([url.host, goUrlText(url)], [host, written], text);
  }
});

test('a host without a scheme becomes one when http is put in front', () => {
  assert.equal(goUrlText({ ...parseGoUrl('etcd-1'), scheme: 'http' }), 'http://etcd-1');
  assert.equal(goUrlText({ ...parseGoUrl(''), scheme: 'http' }), 'http:');
  assert.equal(goUrlText({ ...parseGoUrl('http://h/a%2Fb'), path: '' }), 'http://h');
  assert.equal(goUrlText(parseGoUrl('http://h/a%2Fb'), '/a b'), 'http://h/a%20b');
});

test('what is no URL is refused in the words of Go', () => {
  const cases: [string, string][] = [
    ['127.0.0.1:2379', 'parse "127.0.0.1:2379": first path segment in URL cannot contain colon'],
    ['%zz', 'parse "%zz": invalid URL escape "%zz"'],
    [':80', 'parse ":80": missing protocol scheme'],
    ['http://h:x', 'parse "http://h:x": invalid port ":x" after host'],
    ['http://[::1', `parse "http://[::1": missing ']' in host`],
    ['http://a b', 'parse "http://a b": invalid character " " in host name'],
    ['http://\x01', 'parse "http://\\x01": net/url: invalid control character in URL'],
  ];
  for (const [text, message] of cases) assert.throws(() => parseGoUrl(text), { message });
});

test('a path is cleaned as Go does, but keeps its last slash', () => {
  for (const [path, clean] of [
    ['//a//b', '/a/b'],
    ['/a/../b/', '/b/'],
    ['/../..', '/'],
    ['/a/./.', '/a'],
    ['', '/'],
  ] as const) {
    assert.equal(cleanPath(path), clean, path);
  }
});

test('a form is in the order of its names, and may hold bytes that are no text', () => {
  assert.equal(encodeForm({ value: Buffer.from([0xff, 0x20, 0x2b]), ttl: '5' }), 'ttl=5&value=%FF+%2B');
  assert.equal(encodeForm({ prevValue: 'a&b=c ü~-_.' }), 'prevValue=a%26b%3Dc+%C3%BC~-_.');
});
