import assert from 'node:assert/strict';
import { test } from 'node:test';
import { jsonSyntaxError } from '../../src/v2/go-errors.js';
import { readAnswer } from '../../src/v2/keys-api.js';
import { planMigration } from '../../src/v2/migrate-plan.js';
import { answerJson, listing } from '../../src/v2/print.js';

function answer(body: unknown, status = 200) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers: { 'x-etcd-index': '7' }, body: Buffer.from(text) };
}

test('an answer is printed as JSON with all fields of Go’s struct', () => {
  const read = readAnswer(
    answer(
      '{"action":"set","node":{"key":"/k","value":"<\\u2028","modifiedIndex":9223372036854775807,"createdIndex":3,"ttl":5,"expiration":"2026-01-02T03:04:05.6Z"}}',
    ),
  );
  assert.equal(
    answerJson(read),
    '{"action":"set","node":{"key":"/k","value":"\\u003c\\u2028","nodes":null,"createdIndex":3,"modifiedIndex":9223372036854775807,"expiration":"2026-01-02T03:04:05.6Z","ttl":5},"prevNode":null}',
  );
});

test('digits inside of strings stay what they are when a number is too long for a double', () => {
  const read = readAnswer(
    answer(
      '{"action":"create","node":{"key":"/q/00000000000000000013","value":"\\"12345678901234567890","createdIndex":12345678901234567890}}',
    ),
  );
  assert.deepEqual(
    [read.node.key, read.node.value, read.node.createdIndex],
    ['/q/00000000000000000013', '"12345678901234567890', '12345678901234567890'],
  );
});

test('a refusal has code, message, cause and index', () => {
  const refusal = answer({ errorCode: 100, message: 'Key not found', cause: '/x', index: 7 }, 404);
  assert.throws(() => readAnswer(refusal), { message: '100: Key not found (/x) [7]' });
});

test('what is not of etcd is told so', () => {
  for (const strange of [answer('404 page not found\n', 404), answer('<html>'), answer('{}'), answer('[1]', 500)]) {
    assert.throws(() => readAnswer(strange), /^Error: client: response is invalid json/);
  }
});

test('the errors of Go’s JSON parser', () => {
  for (const [text, message] of [
    ['404 page not found', "invalid character 'p' after top-level value"],
    ['<html>', "invalid character '<' looking for beginning of value"],
    ['not found', "invalid character 'o' in literal null (expecting 'u')"],
    ['', 'unexpected end of JSON input'],
    ['{"a":', 'unexpected end of JSON input'],
  ]) {
    assert.equal(jsonSyntaxError(text!), message);
  }
});

const TREE = readAnswer(
  answer({
    action: 'get',
    node: {
      dir: true,
      nodes: [
        {
          key: '/d',
          dir: true,
          ttl: 100,
          expiration: 'A',
          nodes: [
            { key: '/d/x', value: '1' },
            { key: '/d/y', value: '2', ttl: 50, expiration: 'B' },
            { key: '/d/z', value: '3', ttl: 500, expiration: 'C' },
          ],
        },
        { key: '/e', dir: true },
        { key: '/k', value: 'a\ufffd' },
      ],
    },
  }),
).node;

test('a listing has a directory in front of its children', () => {
  assert.equal(listing(TREE, true), '/d/\n/d/x\n/d/y\n/d/z\n/e/\n/k\n');
  assert.equal(listing(TREE.nodes![2]!, true), '/k\n');
});

test('a key expires with whatever is above it, if that is earlier', () => {
  const { keys, emptyDirectories, doubtful } = planMigration([TREE], '/v2');
  assert.deepEqual(
    keys.map(({ key, expiry }) => [key, expiry?.at]),
    [
      ['/v2/d/x', 'A'],
      ['/v2/d/y', 'B'],
      ['/v2/d/z', 'A'],
      ['/v2/k', undefined],
    ],
  );
  assert.deepEqual([emptyDirectories, doubtful], [['/e'], ['/k']]);
});
