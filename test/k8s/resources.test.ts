/** What words and keys mean, and what selectors select. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { customResource, definitionProblem } from '../../src/k8s/custom.js';
import { contains, ipText, parseCidr, parseIp } from '../../src/k8s/ip.js';
import { labelSelector } from '../../src/k8s/label-selector.js';
import { builtInResources, findResource, isNeverStored, qualifiedName } from '../../src/k8s/resources.js';
import { fieldSelector } from '../../src/k8s/selectors.js';
import { tableFields } from '../../src/k8s/table-fields.js';
import { tableOf } from '../../src/k8s/tables/table.js';
import { decodeStored, type Fields, type Value } from '../../src/k8s-decode/index.js';
import { parseJson } from '../../src/k8s-decode/json/json.js';
import { NO_MANAGED_FIELDS } from '../../src/k8s-decode/protobuf/field-mask.js';
import { field } from '../../src/k8s-decode/value.js';
import { Columns } from '../../src/output/columns.js';
import { testData } from '../support/root.js';
import { jsonLines } from '../support/values.js';

const folder = testData('k8s-real');

const words: [word: string, resource: string | undefined][] = [
  ['pods', 'pods'],
  ['PO', 'pods'],
  ['Pod', 'pods'],
  ['deploy', 'deployments.apps'],
  ['deployments.apps', 'deployments.apps'],
  ['deployments.v1.apps', 'deployments.apps'],
  ['deployments.v1beta1.extensions', 'deployments.extensions'],
  ['pods.v1.', 'pods'],
  ['pods.', 'pods'],
  ['ing', 'ingresses.networking.k8s.io'],
  ['ing.extensions', 'ingresses.extensions'],
  ['ev', 'events'],
  ['events.events.k8s.io', 'events.events.k8s.io'],
  ['psp', 'podsecuritypolicies.policy'],
  ['hpa', 'horizontalpodautoscalers.autoscaling'],
  ['crds', 'customresourcedefinitions.apiextensions.k8s.io'],
  ['limits', 'limitranges'],
  ['endpoints', 'endpoints'],
  ['ip', 'ipaddresses.networking.k8s.io'],
  ['podz', undefined],
  ['pods.apps', undefined],
  ['', undefined],
];

test('words for resources', () => {
  for (const [word, expected] of words) {
    const found = findResource(word);
    assert.equal(found && qualifiedName(found), expected, word);
  }
  assert.ok(isNeverStored('componentstatuses') && isNeverStored('TokenReview') && !isNeverStored('pods'));
});

test('the table of resources is what kubectl lists', () => {
  const lines = readFileSync(join(testData('kube-api'), 'api-resources-1.37.txt'), 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  let known = 0;
  for (const line of lines) {
    const words = line.split(/ +/);
    const [plural, shortNames] = [words[0]!, words.length === 5 ? words[1]! : ''];
    const [apiVersion, namespaced, kind] = words.slice(-3) as [string, string, string];
    const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
    const resource = findResource(`${plural}.${group}`);
    // Custom resources of that cluster, and what is never stored.
    if (['example.org', 'stable.example.com'].includes(group!) || isNeverStored(plural)) continue;
    known++;
    assert.deepEqual(
      resource && [resource.kind, resource.version, String(resource.namespaced), resource.shortNames.join(',')],
      [kind, version, namespaced, shortNames],
      plural,
    );
  }
  assert.equal(known, 66);
});

test('every stored key has its resource', () => {
  const rows = readFileSync(join(folder, 'index-1.36.tsv'), 'utf8').trim().split('\n').slice(1);
  const builtIn = builtInResources().filter(({ alias }) => !alias);
  for (const row of rows) {
    const [key = '', , , , , , , , kind] = row.split('\t');
    if (!key.startsWith('/registry/') || /\/(example\.org|stable\.example\.com)\//.test(key)) continue;
    const owners = builtIn.filter(({ prefix }) => key.startsWith(`/registry/${prefix}/`));
    assert.deepEqual(
      owners.map((owner) => owner.kind),
      [kind],
      key,
    );
  }
});

test('a definition of a custom resource in the shape of v1 and of v1beta1', () => {
  const names = '"names":{"plural":"crontabs","kind":"CronTab","shortNames":["ct"],"categories":["all"]}';
  const column = (path: string) => `{"name":"Spec","type":"string","${path}":".spec.cronSpec","priority":1}`;
  const v1 = parseJson(
    `{"spec":{"group":"example.com",${names},"scope":"Namespaced","versions":[{"name":"v1beta1","served":true},{"name":"v2","served":false},{"name":"v1","served":true,"additionalPrinterColumns":[${column('jsonPath')}]}]}}`,
  ) as Fields;
  const old = parseJson(
    `{"spec":{"group":"example.com",${names},"version":"v1","additionalPrinterColumns":[${column('JSONPath')}]}}`,
  ) as Fields;
  const expected = {
    group: 'example.com',
    version: 'v1',
    kind: 'CronTab',
    plural: 'crontabs',
    singular: 'crontab',
    shortNames: ['ct'],
    namespaced: true,
    prefix: 'example.com/crontabs',
    categories: ['all'],
    custom: {
      columns: [{ name: 'Spec', type: 'string', jsonPath: '.spec.cronSpec', priority: 1 }],
      versions: ['v1', 'v1beta1'],
    },
  };
  assert.deepEqual(customResource(v1), expected);
  assert.deepEqual(customResource(old), { ...expected, custom: { ...expected.custom, versions: ['v1'] } });
  assert.equal(customResource(new Map()), undefined);
  for (const [group, plural] of [
    ['', '../x'],
    ['g', 'a/b'],
    ['../g', 'as'],
    ['g', 'As'],
    ['g..io', 'as'],
    ['g', 'a.b'],
  ]) {
    const names = parseJson(`{"spec":{"group":"${group || 'g'}","names":{"plural":"${plural}","kind":"A"}}}`) as Fields;
    assert.equal(customResource(names), undefined, `${group} ${plural}`);
    assert.match(definitionProblem(names) ?? '', /are not both DNS names/, `${group} ${plural}`);
  }
});

test('selectors of labels and fields', () => {
  const object = parseJson(
    '{"metadata":{"name":"a","labels":{"app":"web","size":"4","x.io/y":""}},"status":{"phase":"Running"}}',
  ) as Fields;
  const labels: [string, boolean][] = [
    ['app=web', true],
    ['app==web,size!=5', true],
    ['app!=web', false],
    ['none!=web', true],
    ['app in (db, web)', true],
    ['app notin (db,web)', false],
    ['none notin (a)', true],
    ['app,!none', true],
    ['x.io/y', true],
    ['x.io/y=', true],
    ['!app', false],
    ['size>3,size<5', true],
    ['size>4', false],
  ];
  for (const [selector, expected] of labels) assert.equal(labelSelector(selector)(object), expected, selector);
  const fields: [string, boolean][] = [
    ['metadata.name=a', true],
    ['metadata.name==a,status.phase!=Failed', true],
    ['status.phase=Failed', false],
    ['spec.nodeName=', true],
  ];
  for (const [selector, expected] of fields) assert.equal(fieldSelector(selector)(object), expected, selector);
  assert.throws(() => labelSelector('a in (b'), /unable to parse requirement: found '', expected: ',' or '\)'/);
  assert.throws(() => fieldSelector('phase'), /invalid field selector "phase"/);
});

test('addresses', () => {
  for (const text of ['10.96.0.1', '0.0.0.0', '255.255.255.255', 'fd00::1', '::', '2001:db8:0:1::', 'fe80::1:2:3:4']) {
    assert.equal(ipText(parseIp(text)!), text);
  }
  for (const text of ['10.96.0', 'x', '', 'fe80::1%eth0', 'None']) assert.equal(parseIp(text), undefined);
  const six = parseCidr('fd00:10:96::/112')!;
  assert.equal(six.count, 65536n);
  assert.ok(contains(six, parseIp('fd00:10:96::ffff')!) && !contains(six, parseIp('fd00:10:96::1:0')!));
  assert.ok(!contains(parseCidr('0.0.0.0/0')!, parseIp('::1')!));
  for (const text of ['10.0.0.0', '10.0.0.0/33', '/8', '30000-32767']) assert.equal(parseCidr(text), undefined);
});

test('columns', () => {
  const columns = new Columns();
  for (const row of [
    ['NAME', 'A', 'AGE'],
    ['ä', 'two\nlines', ''],
    ['a\tb', 'x', '1d'],
  ])
    columns.add(row);
  assert.equal([...columns.lines()].join(''), 'NAME   A        AGE\nä      two...   \na      b        x     1d\n');
});

test('a mask lets through what it says and nothing else', async () => {
  const lines = jsonLines<{ key: string; value: string }>(join(folder, 'objects-1.36.ndjson.gz'));
  const pods = await tableOf({ group: '', kind: 'Pod' });
  const podFields = tableFields(findResource('pods')!);
  let seen = 0;
  for (const line of lines) {
    const { key, value } = line;
    const bytes = Buffer.from(value, 'base64');
    if (!bytes.subarray(0, 4).equals(Buffer.from('k8s\0'))) continue;
    const { object, kind } = await decodeStored(bytes, { key });
    const plain = structuredClone(object) as Fields;
    (field(plain, 'metadata') as Fields | undefined)?.delete('managedFields');
    assert.deepEqual((await decodeStored(bytes, { key, fields: NO_MANAGED_FIELDS })).object, plain, key);
    if (kind !== 'Pod') continue;
    seen++;
    const masked = (await decodeStored(bytes, { key, fields: podFields })).object as Fields;
    const now = Date.parse('2026-11-21T10:00:00Z');
    assert.deepEqual(pods!.row(masked, now, true), pods!.row(object, now, true), key);
    assert.deepEqual(field(masked as Value, 'metadata', 'labels'), field(object, 'metadata', 'labels'));
  }
  assert.equal(seen, 29);
});
