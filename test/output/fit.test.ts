import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blocks, fitted, widthOf } from '../../src/output/fit.js';

const table = {
  heads: ['endpoint', 'version', 'errors', 'db size', 'is leader'],
  rows: [
    ['https://10.0.0.1:2379', '3.6.14', '', '20 kB', 'true'],
    ['https://10.0.0.2:2379', '3.6.14', '', '24 kB', 'false'],
  ],
};

test('a table that fits stays as it is', () => {
  assert.deepEqual(fitted(table, 100), { ...table, same: [] });
});

test('what is empty goes first, then what is the same everywhere', () => {
  const narrower = fitted(table, 65)!;
  assert.deepEqual(narrower.heads, ['endpoint', 'version', 'db size', 'is leader']);
  const narrow = fitted(table, 50)!;
  assert.deepEqual(narrow.heads, ['endpoint', 'db size', 'is leader']);
  assert.deepEqual(narrow.same, [['version', '3.6.14']]);
  assert.ok(widthOf(narrow) <= 50);
});

test('what can not fit becomes a block a row', () => {
  assert.equal(fitted(table, 30), undefined);
  assert.equal(
    blocks({ heads: table.heads, rows: table.rows.slice(0, 1) }),
    'https://10.0.0.1:2379\n  version    3.6.14\n  db size    20 kB\n  is leader  true\n',
  );
});
