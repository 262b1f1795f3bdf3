import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseJson, toJson } from '../../src/k8s-decode/json/json.js';
import { isPlainFields, UnreadFields } from '../../src/k8s-decode/json/unread-fields.js';
import type { Fields } from '../../src/k8s-decode/value.js';

const DEPTH = 1000;
/** Names without what Go or UTF-8 writes in another way. */
const NAME = /^[ -%'-;=?-~]{0,12}$/;

function unread(text: string): UnreadFields {
  return new UnreadFields(text, (source) => parseJson(source) as Fields);
}

test('what is passed on as text is what would be written', () => {
  // Texts that are nearly right: pieces of what managed fields are made of.
  const piece = fc.constantFrom(
    '{',
    '}',
    ',',
    ':',
    '"',
    '"f:a"',
    '"k:{\\"type\\":\\"x\\"}"',
    '":{},"',
    '{}',
    '\\',
    ' ',
    '<',
    'é',
    '1',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
      const text = pieces.join('');
      if (!isPlainFields(Buffer.from(text), DEPTH)) return;
      const names = text.match(/"(?:[^"\\]|\\.)*"/g) ?? [];
      if (new Set(names).size === names.length) assert.equal(toJson(parseJson(text)), text);
      else parseJson(text);
    }),
    { numRuns: 20_000 },
  );
});

test('managed fields are passed on, whatever their depth', () => {
  const tree = [1, 2, 3, 4].reduce<fc.Arbitrary<object>>(
    (inner) => fc.dictionary(fc.stringMatching(NAME), inner, { maxKeys: 4 }),
    fc.constant({}),
  );
  fc.assert(
    fc.property(tree, (value) => {
      const text = JSON.stringify(value);
      assert.ok(isPlainFields(Buffer.from(text), DEPTH), text);
      assert.equal(toJson(unread(text)), text);
      assert.equal(toJson(new Map(unread(text))), toJson(parseJson(text)));
    }),
  );
});

test('what is no plain object of objects is read at once', () => {
  for (const text of [
    '',
    '[]',
    '1',
    '{"a":1}',
    '{"a":{}',
    '{"a":{}}}',
    '{"a":{},}',
    '{,}',
    '{"a":{}"b":{}}',
    '{ }',
    '{"<":{}}',
    '{"é":{}}',
    '{"\\n":{}}',
    '{"a"}',
    '{"a":{}}x',
  ]) {
    assert.ok(!isPlainFields(Buffer.from(text), DEPTH), text);
  }
  assert.ok(!isPlainFields(Buffer.from(`${'{"a":'.repeat(5)}{}${'}'.repeat(5)}`), 5));
});

test('unread fields are fields like others', () => {
  const text = '{"f:a":{"f:b":{}},"f:c":{}}';
  assert.equal(unread(text).size, 2);
  assert.ok(unread(text).has('f:a'));
  assert.equal(toJson(unread(text).get('f:a')!), '{"f:b":{}}');
  assert.deepEqual([...unread(text).keys()], ['f:a', 'f:c']);
  assert.equal([...unread(text)].length, 2);
  assert.equal([...unread(text).values()].length, 2);
  const changed = unread(text);
  changed.delete('f:c');
  changed.set('f:d', new Map());
  assert.equal(toJson(changed), '{"f:a":{"f:b":{}},"f:d":{}}');
  const emptied = unread(text);
  emptied.clear();
  assert.equal(toJson(emptied), '{}');
});
