import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { inStoredLayout } from '../../src/k8s/edited.js';
import { authorsOf } from '../../src/k8s/managers.js';
import { changeText, isSame, objectChanges } from '../../src/k8s/object-diff.js';
import { parseJson, toJson } from '../../src/k8s-decode/json/json.js';
import type { Fields, Value } from '../../src/k8s-decode/value.js';
import { anyValue, inOrder } from '../support/values.js';

const value = (json: string) => parseJson(json);

const CASES: [before: string, after: string, changes: string[]][] = [
  ['{"a":1}', '{"a":1}', []],
  ['{"a":1,"b":2}', '{"b":2,"a":1}', []],
  ['{"a":1}', '{"a":2}', ['a: 1 -> 2']],
  ['{"a":{"b":null}}', '{"a":{}}', ['a.b: null -> (none)']],
  ['{"a":"1"}', '{"a":1}', ['a: "1" -> 1']],
  ['{"a":[]}', '{"a":{}}', ['a: [] -> {}']],
  ['{"n":9007199254740993}', '{"n":9007199254740992}', ['n: 9007199254740993 -> 9007199254740992']],
  ['{"l":{"app.io/name":"x"}}', '{"l":{"app.io/name":"y"}}', ['l["app.io/name"]: "x" -> "y"']],
  ['{"args":["a","b","c"]}', '{"args":["a","x","b","c"]}', ['args[1]: (none) -> "x"']],
  ['{"args":["a","b"]}', '{"args":["a","c"]}', ['args[1]: "b" -> "c"']],
  [
    '{"containers":[{"name":"a","image":"1"},{"name":"b","image":"1"}]}',
    '{"containers":[{"name":"b","image":"2"},{"name":"c"}]}',
    [
      'containers[name=a]: {"name":"a","image":"1"} -> (none)',
      'containers[name=b].image: "1" -> "2"',
      'containers[name=c]: (none) -> {"name":"c"}',
    ],
  ],
  [
    '{"ports":[{"port":80,"protocol":"TCP","name":"a"},{"port":80,"protocol":"UDP"}]}',
    '{"ports":[{"port":80,"protocol":"UDP"},{"port":80,"protocol":"TCP","name":"b"}]}',
    [
      'ports[port=80,protocol=TCP].name: "a" -> "b"',
      'ports[order]: ["port=80,protocol=TCP","port=80,protocol=UDP"] -> ["port=80,protocol=UDP","port=80,protocol=TCP"]',
    ],
  ],
  // Two of one name: by place.
  ['{"e":[{"name":"a"},{"name":"a"}]}', '{"e":[{"name":"a"},{"name":"b"}]}', ['e[1].name: "a" -> "b"']],
];

test('the fields that differ, items of lists by their names', () => {
  for (const [before, after, changes] of CASES) {
    assert.deepEqual(objectChanges(value(before), value(after)).map(changeText), changes, `${before} ${after}`);
  }
});

test('values are the same if and only if nothing differs', () => {
  fc.assert(
    fc.property(anyValue, anyValue, (a, b) => {
      assert.ok(isSame(a, inOrder(a)));
      assert.deepEqual(objectChanges(a, inOrder(a)), []);
      assert.equal(isSame(a, b), objectChanges(a, b).length === 0);
      assert.equal(isSame(a, b), toJson(inOrder(a)) === toJson(inOrder(b)));
    }),
  );
});

test('an edited object keeps the layout of the stored one', () => {
  fc.assert(
    fc.property(anyValue, anyValue, (stored, edited) => {
      assert.ok(isSame(inStoredLayout(stored, edited), edited));
      assert.equal(inStoredLayout(stored, inOrder(stored)), stored);
    }),
  );
  const layout = (stored: string, edited: string) => toJson(inStoredLayout(value(stored), value(edited)));
  assert.equal(
    layout('{"kind":"K","apiVersion":"v1","x":1}', '{"apiVersion":"v1","kind":"K","n":0,"x":2}'),
    '{"kind":"K","apiVersion":"v1","x":2,"n":0}',
  );
  assert.equal(layout('{"a":1,"c":2}', '{"b":0,"c":2,"a":1}'), '{"a":1,"b":0,"c":2}');
});

const ENTRY = (manager: string, time: string, set: string) =>
  `{"manager":"${manager}","operation":"Update","time":"${time}","fieldsV1":${set}}`;
const OBJECT = (...entries: string[]) => value(`{"metadata":{"managedFields":[${entries}]}}`) as Fields;

test('who changed an object', () => {
  const [spec, status] = ['{"f:spec":{"f:replicas":{}}}', '{"f:status":{}}'];
  const before = OBJECT(
    ENTRY('kubectl', '2026-01-01T00:00:00Z', spec),
    ENTRY('kubelet', '2026-01-01T00:00:01Z', status),
  );
  const names = (after: Fields, path: string[], to: Value = 2) => {
    const { managers, guessed } = authorsOf(before, after, [{ path, before: 1, after: to }]);
    return [managers.map(({ manager }) => manager), guessed];
  };
  const later = OBJECT(
    ENTRY('kubectl', '2026-01-01T00:00:00Z', spec),
    ENTRY('kubelet', '2026-01-02T00:00:00Z', status),
  );
  assert.deepEqual(names(later, ['status', 'x']), [['kubelet'], false]);
  // In the same second, by the time that was written; past the API server it is nobody of these.
  assert.deepEqual(names(before, ['status', 'x'], '2026-01-01T00:00:01Z'), [['kubelet'], true]);
  assert.deepEqual(names(before, ['status', 'x'], '2026-01-05T00:00:00Z'), [[], true]);
  assert.deepEqual(names(before, ['status', 'x']), [[], true]);
  assert.deepEqual(names(before, ['spec', 'paused']), [[], true]);
});
