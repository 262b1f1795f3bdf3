/** What a real API server answered, against what we answer over its etcd's snapshot. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type Asked, ask, DATA, openView } from './support.js';

interface Recorded {
  name: string;
  path: string;
  accept: string;
  status: number;
  answer?: string;
  answerBase64?: string;
}

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

const rows = gunzipSync(readFileSync(join(DATA, 'requests.ndjson.gz')))
  .toString()
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as Recorded);

const AGE = /\b(\d+(y|d|h|m|s)){1,3}( ago)?\b|<invalid>/g;

/** Without what moves: list revisions, ages, descriptions, hashes, and leases that were renewed since. */
function still(value: Json, path = ''): Json {
  if (Array.isArray(value)) return value.map((each) => still(each, path.endsWith('cells') ? 'cell' : `${path}[]`));
  if (path === 'cell') return typeof value === 'string' ? value.replace(AGE, 'AGE') : value;
  if (value === null || typeof value !== 'object') return value;
  if (/^(Lease|LeaseCandidate)$/.test(String(value.kind)) || 'renewTime' in value) return 'a lease';
  const kept = Object.entries(value).filter(([name]) => !isMoving(path, name));
  return Object.fromEntries(kept.map(([name, each]) => [name, still(each, `${path}.${name}`)]));
}

function isMoving(path: string, name: string): boolean {
  if (path === '.metadata' && ['resourceVersion', 'continue', 'selfLink'].includes(name)) return true;
  if (path.endsWith('columnDefinitions[]')) return name === 'description';
  return ['storageVersionHash', 'serverAddressByClientCIDRs'].includes(name);
}

function isLease({ path }: Recorded): boolean {
  return /\/lease(s|candidates)\b|apiserver-/.test(path);
}

function compare(row: Recorded, got: Asked): void {
  assert.equal(got.status, row.status, got.body.toString().slice(0, 200));
  if (isLease(row)) return;
  if (row.answerBase64 !== undefined) {
    if (got.contentType.includes('json') || row.name.startsWith('list') || row.name.startsWith('watch')) return;
    assert.deepEqual(got.body, Buffer.from(row.answerBase64, 'base64'));
    return;
  }
  const [text, want] = [got.body.toString(), row.answer ?? ''];
  if (row.accept === 'application/yaml') assert.equal(text, want);
  else if (row.name.startsWith('watch')) assert.deepEqual(events(text), events(want));
  else if (want.trimStart().startsWith('{'))
    assert.deepEqual(still(tidied(JSON.parse(text))), still(tidied(JSON.parse(want))));
  else assert.equal(text, want);
}

/** Of discovery and of a Status what clients go by. */
function tidied(value: Json): Json {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  if (value.kind === 'APIGroupList') {
    const groups = (value.groups as { name: string }[]).filter(({ name }) => name !== 'metrics.example.com');
    return { ...value, groups: groups.sort((a, b) => (a.name < b.name ? -1 : 1)) };
  }
  if (value.kind === 'APIGroupDiscoveryList') {
    const items = (value.items as { metadata: { name?: string } }[]).filter(
      ({ metadata }) => metadata.name !== 'metrics.example.com',
    );
    return items.sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1)).map(names) as Json;
  }
  if (value.kind === 'APIResourceList') return { ...value, resources: (value.resources as Json[]).filter(isWhole) };
  if (value.kind === 'Status')
    return { ...value, details: null, message: String(value.message).replace(/current: \d+/, 'current: N') };
  if (String(value.path ?? '').endsWith('/scale')) return { ...value, metadata: null };
  return value;
}

function isWhole(resource: Json): boolean {
  return !String((resource as { name: string }).name).includes('/');
}

function names(group: { metadata: { name?: string } }): Json {
  const { versions } = group as unknown as { versions: { version: string; resources: { resource: string }[] }[] };
  return [
    group.metadata.name ?? '',
    versions.map(({ version, resources }) => [version, resources.map((each) => each.resource)]),
  ] as Json;
}

function events(text: string): Json[] {
  const all = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; object: { [name: string]: Json } });
  if (all[0]?.type === 'ERROR') return [{ type: 'ERROR', reason: all[0].object.reason ?? null }];
  return all.map(({ type, object }) => (type === 'BOOKMARK' ? { type } : { type, object: still(object) }));
}

test('answers as a real API server gives them', async (t) => {
  const view = await openView();
  for (const row of rows) {
    // A watch lasts as long as it was asked for: those are read side by side below.
    if (row.name.startsWith('watch')) continue;
    await t.test(`${row.name} ${row.path} ${row.accept.slice(0, 40)}`, async () => {
      compare(row, await ask(view, row.path, { accept: row.accept, pretty: row.status === 406 }));
    });
  }
});

test('watches of what does not change', async () => {
  const view = await openView();
  const watches = rows.filter(({ name }) => name.startsWith('watch'));
  assert.ok(watches.length > 5);
  const short = watches.map((row) => ({ ...row, path: row.path.replace(/timeoutSeconds=\d/, 'timeoutSeconds=1') }));
  // A timeout alone does not keep the process alive.
  const alive = setInterval(() => {}, 1000);
  await Promise.all(short.map(async (row) => compare(row, await ask(view, row.path, { accept: row.accept }))));
  clearInterval(alive);
});
