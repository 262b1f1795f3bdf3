/** Printer columns of custom resources, ages, and selectors of labels. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { humanDuration } from '../../src/k8s/tables/age.js';
import { crdTable } from '../../src/k8s/tables/custom-columns.js';
import { type Column, cellText } from '../../src/k8s/tables/define.js';
import type { Fields } from '../../src/k8s-decode/index.js';
import { fields } from '../k8s-decode/support.js';
import { ago, NOW } from './tables-support.js';

const resource = fields({
  metadata: { name: 'r', creationTimestamp: ago(600), labels: { 'example.com/team': 'a' } },
  spec: {
    size: 5,
    big: 12345678901,
    share: 2.5,
    far: 1234567.5,
    small: 0.00001,
    on: true,
    none: null,
    note: 'a\nb',
    tags: ['x', 'y', 'z'],
    map: { z: 1, a: ['<', null] },
  },
  status: {
    conditions: [
      { type: 'Ready', status: 'True', n: 1 },
      { type: 'Synced', status: 'False', n: 2, since: ago(5400) },
    ],
    zero: '0001-01-01T00:00:00Z',
    offset: '2026-11-21T11:00:00+02:00',
  },
}) as Fields;

/** The cell of a column of `type` at `jsonPath`. */
function cell(jsonPath: string, type = 'string'): string | undefined {
  const value = crdTable([{ name: 'c', type, jsonPath, priority: 0 }]).row(resource, NOW)[1];
  return value === undefined ? undefined : cellText(value);
}

const STRINGS: Record<string, string> = {
  '.spec.size': '5',
  '.spec.big': '12345678901',
  '.spec.share': '2.5',
  '.spec.far': '1.2345675e+06',
  '.spec.small': '1e-05',
  '.spec.on': 'true',
  '.spec.none': '<no value>',
  '.spec.note': 'a...',
  '.spec.absent': '',
  '.spec.absent.deeper': '',
  '.spec.size.deeper': '',
  '.spec.tags': '["x","y","z"]',
  '.spec.map': '{"a":["\\u003c",null],"z":1}',
  '.spec.tags[0]': 'x',
  '.spec.tags[-1]': 'z',
  '.spec.tags[3]': '',
  '.spec.tags[1:]': 'y',
  '.spec.tags[*]': 'x',
  '.spec.tags[2,0]': 'z',
  '.spec.size[0]': '',
  ".spec['size']": '5',
  '.metadata.labels.example\\.com/team': 'a',
  ".metadata.labels['example\\.com/team']": 'a',
  ".metadata.labels['example.com/team']": '',
  '$.spec.size': '5',
  '..zero': '0001-01-01T00:00:00Z',
  '.status.conditions[?(@.type=="Ready")].status': 'True',
  ".status.conditions[?(@.type == 'Synced')].status": 'False',
  '.status.conditions[?(@.type=="Absent")].status': '',
  '.status.conditions[?(@.type!="Ready")].n': '2',
  '.status.conditions[?(@.n>1)].type': 'Synced',
  '.status.conditions[?(@.n>="1")].type': '',
  '.status.conditions[?(@.since)].type': 'Synced',
  '.status.conditions[?(@.type=="Ready")]': '{"n":1,"status":"True","type":"Ready"}',
  '.status[?(@.type=="Ready")].n': '',
};

test('what a path leads to, as text', () => {
  const found = Object.fromEntries(Object.keys(STRINGS).map((path) => [path, cell(path)]));
  assert.deepEqual(found, STRINGS);
});

test('types of columns', () => {
  assert.equal(cell('.spec.size', 'integer'), '5');
  assert.equal(cell('.spec.share', 'integer'), '2');
  assert.equal(cell('.spec.note', 'integer'), '');
  assert.equal(cell('.spec.share', 'number'), '2.5');
  assert.equal(cell('.spec.on', 'boolean'), 'true');
  assert.equal(cell('.spec.size', 'boolean'), '');
  assert.equal(cell('.metadata.creationTimestamp', 'date'), '10m');
  assert.equal(cell('.status.conditions[1].since', 'date'), '90m');
  assert.equal(cell('.status.zero', 'date'), '<unknown>');
  assert.equal(cell('.status.offset', 'date'), '60m');
  assert.equal(cell('.metadata.name', 'date'), '<invalid>');
  assert.equal(cell('.spec.size', 'date'), '');
  assert.equal(cell('.spec.none', 'date'), '');
});

/** The name of a column, with a `*` behind that of a wide one. */
function headOf({ name, wide }: Column): string {
  return wide ? `${name}*` : name;
}

test('the columns of a definition', () => {
  const none = crdTable([]);
  assert.deepEqual(none.columns.map(headOf), ['Name', 'Age']);
  assert.deepEqual(none.row(resource, NOW), ['r', '10m']);
  const column = { type: 'integer', jsonPath: '.spec.size' };
  const two = crdTable([
    { name: 'Size', priority: 0, ...column },
    { name: 'More Size', priority: 1, ...column },
  ]);
  assert.deepEqual(two.columns.map(headOf), ['Name', 'Size', 'More Size*']);
  assert.deepEqual(two.row(resource, NOW), ['r', 5, 5]);
  assert.deepEqual(two.row(resource, NOW, false), ['r', 5, '']);
});

test('columns end before a path that cannot be read', () => {
  for (const jsonPath of ['.spec[', '.spec[a]', '#', '.a....b', '.a[?(@.b==1]', '"open']) {
    const table = crdTable([{ name: 'c', type: 'string', jsonPath, priority: 0 }]);
    assert.deepEqual(table.columns.map(headOf), ['Name'], jsonPath);
  }
});

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

const SPANS: [milliseconds: number, written: string][] = [
  [-5 * DAY, '<invalid>'],
  [-2 * SECOND, '<invalid>'],
  [-1999, '0s'],
  [0, '0s'],
  [999, '0s'],
  [119 * SECOND, '119s'],
  [120 * SECOND, '2m'],
  [150 * SECOND, '2m30s'],
  [600 * SECOND - 1, '9m59s'],
  [600 * SECOND, '10m'],
  [3 * HOUR - 1, '179m'],
  [3 * HOUR, '3h'],
  [5.2 * HOUR, '5h12m'],
  [8 * HOUR - 1, '7h59m'],
  [8 * HOUR, '8h'],
  [2 * DAY - 1, '47h'],
  [2 * DAY, '2d'],
  [3 * DAY + 4 * HOUR, '3d4h'],
  [8 * DAY - 1, '7d23h'],
  [8 * DAY, '8d'],
  [730 * DAY - 1, '729d'],
  [730 * DAY, '2y'],
  [765 * DAY, '2y35d'],
  [8 * 365 * DAY - 1, '7y364d'],
  [8 * 365 * DAY, '8y'],
  [2000 * 365 * DAY, '292y'],
  [Number.NaN, '<invalid>'],
];

test('spans of time', () => {
  assert.deepEqual(
    SPANS.map(([span]) => [span, humanDuration(span)]),
    SPANS,
  );
});
