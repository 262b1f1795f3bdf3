import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withManager, withoutManager, withPutBack } from '../../src/k8s/managed-entry.js';
import { authorsOf, isBroughtBack } from '../../src/k8s/managers.js';
import { objectChanges } from '../../src/k8s/object-diff.js';
import { decodeStored, encodeStored } from '../../src/k8s-decode/index.js';
import { parseJson, toJson } from '../../src/k8s-decode/json/json.js';
import { type Fields, field } from '../../src/k8s-decode/value.js';

interface Entry {
  manager: string;
  time?: string;
  fields: object;
}

const at = (second: number) => `2026-03-02T08:00:${String(second).padStart(2, '0')}Z`;

function configMap(data: Record<string, string>, ...entries: Entry[]): Fields {
  const managedFields = entries.map(({ manager, time, fields }) => ({
    apiVersion: 'v1',
    fieldsType: 'FieldsV1',
    fieldsV1: fields,
    manager,
    operation: 'Update',
    ...(time && { time }),
  }));
  const metadata = { name: 'a', creationTimestamp: at(0), ...(entries.length > 0 && { managedFields }) };
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
  return parseJson(Buffer.from(JSON.stringify(object))) as Fields;
}

function authors(before: Fields | undefined, after: Fields) {
  const { managers, guessed } = authorsOf(before, after, objectChanges(before, after));
  return [...managers.map(({ manager }) => manager), ...(guessed ? ['?'] : [])];
}

const OWN = { 'f:data': { 'f:x': {} } };
const create = { manager: 'kubectl-create', time: at(0), fields: OWN };

test('the writer is who has an entry of the time of the change', () => {
  const first = configMap({ x: '1' }, create);
  assert.deepEqual(authors(undefined, first), ['kubectl-create']);
  const edited = configMap({ x: '2' }, create, { manager: 'kubectl-edit', time: at(9), fields: OWN });
  assert.deepEqual(authors(first, edited), ['kubectl-edit']);
  // The first entry of a scale has no time.
  assert.deepEqual(authors(first, configMap({ x: '2' }, create, { manager: 'kubectl', fields: OWN })), ['kubectl']);
});

test('what was written past the API server is nobody’s', () => {
  const first = configMap({ x: '1' }, create);
  assert.deepEqual(authors(first, configMap({ x: '2' }, create)), ['?']);
  // An old value over a newer one: its entries are of then.
  const edit = { manager: 'kubectl-edit', time: at(9), fields: OWN };
  const edited = configMap({ x: '2' }, edit);
  assert.deepEqual(authors(edited, first), ['?']);
  const twice = configMap({ x: '3' }, { ...edit, time: at(20) });
  assert.deepEqual(authors(twice, edited), ['?']);
});

test('a second change in a second is likely the one of the same time', () => {
  const more = { ...OWN['f:data'], 'f:y': {} };
  const first = configMap({ x: '1' }, create);
  const second = configMap({ x: '1', y: '2' }, { ...create, fields: { 'f:data': more } });
  assert.deepEqual(authors(first, second), ['kubectl-create', '?']);
});

test('ketcdctl’s own changes have its entry, and its time', () => {
  const first = configMap({ x: '1' }, create);
  const now = new Date(at(30));
  const changed = withManager(configMap({ x: '2' }, create), first, now);
  assert.deepEqual(authors(first, changed), ['ketcdctl']);
  const back = withPutBack(first, now);
  assert.deepEqual(authors(undefined, back).at(-1), 'ketcdctl');
  assert.ok(isBroughtBack(back));
  assert.ok(!isBroughtBack(first) && !isBroughtBack(withManager(configMap({ x: '1' }), undefined, new Date(at(0)))));
  assert.deepEqual(withoutManager(back), first);
  assert.deepEqual(withoutManager(withPutBack(configMap({}), now)), configMap({}));
  assert.equal(withoutManager(first), first);
});

test('a second change keeps what the entry of the first owns', async () => {
  const first = withManager(configMap({ x: '1' }, create), configMap({ x: '0' }, create), new Date(at(1)));
  const stored = (await decodeStored(await encodeStored(first, { encoding: 'protobuf' }))).object;
  const changed = new Map(stored).set('data', new Map([...(stored.get('data') as Fields), ['y', '2']]));
  const second = withManager(changed, stored, new Date(at(2)));
  const entries = field(second, 'metadata', 'managedFields') as Fields[];
  const own = entries.find((entry) => entry.get('manager') === 'ketcdctl');
  assert.equal(toJson(own!.get('fieldsV1')!), '{"f:data":{"f:x":{},"f:y":{}}}');
});
