/** Whatever comes in, decode and encode end with an answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runWith, storedConfigMap } from './decode-support.js';

/** Ends that are told: done, a value that cannot be decoded, unusable input. */
const TOLD = [0, 1, 3];

test('random bytes, and pieces of what could be a value', async () => {
  const stored = await storedConfigMap();
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc.nat(stored.length).map((end) => stored.subarray(0, end)),
    fc
      .constantFrom(
        'k8s\0',
        '{"kvs":[',
        '{"key":"a","value":"',
        '"}',
        ']}',
        '\n',
        '---\n',
        'apiVersion: v1\nkind: Pod\n',
        'azhzAA',
        '6b387300',
        '\xd9\xd9\xf7\xbf',
        'k8s:enc:aescbc:v1:k:',
        '- [',
        ': {',
        '&a *a',
      )
      .map((text) => Buffer.from(text, 'latin1')),
  );
  const commands = fc.constantFrom<string[]>(
    ['decode'],
    ['decode', '-w', 'jsonl'],
    ['encode', '-w', 'jsonl'],
    ['encode'],
  );
  const property = fc.asyncProperty(
    fc.array(piece, { maxLength: 8 }),
    commands,
    fc.integer({ min: 1, max: 64 }),
    async (pieces, argv, size) => {
      const { exit, stderr } = await runWith(Buffer.concat(pieces), argv, size);
      assert.ok(TOLD.includes(exit), `${exit}: ${stderr}`);
      assert.doesNotMatch(stderr, /unexpected failure/);
    },
  );
  await fc.assert(property, { numRuns: 800 });
});

test('deep nesting and long runs of brackets are refused soon', async () => {
  const deep = ['['.repeat(200_000), '{"a":'.repeat(100_000), `${'- '.repeat(20_000)}a`, `a: ${'{b: '.repeat(5000)}`];
  for (const input of deep) {
    for (const argv of [['decode'], ['encode', '-w', 'jsonl']]) {
      const { exit, stderr } = await runWith(input, argv);
      assert.ok(TOLD.includes(exit), `${exit}: ${stderr.slice(0, 200)}`);
      assert.doesNotMatch(stderr, /unexpected failure/);
    }
  }
});
