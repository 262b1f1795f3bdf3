import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { keyHistory, newestRevisions } from '../../src/etcd/key-history.js';
import { skipWithoutEtcd } from '../support/etcd.js';
import { testData } from '../support/root.js';
import { jsonLines } from '../support/values.js';
import { liveSample, openEndpoint } from './live-sample.js';

const skip = skipWithoutEtcd();

interface Line {
  type: 'PUT' | 'DELETE';
  key: string;
  mod_revision: number;
  version?: number;
}

/** Keys with many revisions, that were deleted, and that were made again. */
function interesting(byKey: Map<string, Line[]>): string[] {
  const score = (lines: Line[]) =>
    lines.filter(({ type }) => type === 'DELETE').length * 1000 + Math.min(lines.length, 400);
  return [...byKey]
    .sort(([, a], [, b]) => score(b) - score(a))
    .slice(0, 25)
    .map(([key]) => key);
}

test('the history of a real cluster', { skip }, async (t) => {
  const lines = jsonLines<Line>(testData('k8s-real/history-1.36.jsonl.gz'));
  const byKey = new Map<string, Line[]>();
  for (const line of lines) byKey.set(line.key, [...(byKey.get(line.key) ?? []), line]);
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-history-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const path = join(dir, 'cluster.db');
  writeFileSync(path, gunzipSync(readFileSync(testData('k8s-real/cluster-1.36.db.gz'))));
  const client = await openEndpoint(`file:${path}`);
  t.after(() => client.close());
  for (const base64 of interesting(byKey)) {
    const key = Buffer.from(base64, 'base64');
    const found: string[] = [];
    for await (const { type, revision } of keyHistory(client, key)) found.push(`${type} ${revision}`);
    const wanted = byKey.get(base64)!.map((line) => `${line.type.toLowerCase()} ${line.mod_revision}`);
    assert.deepEqual(found, wanted, key.toString());
  }
});

test('the newest revisions, one by one', { skip }, async (t) => {
  const { client } = await liveSample(t);
  const key = Buffer.from('/k');
  const put = () => client.kv.put({ key, value: Buffer.from('v') });
  const versions = async (count: number) =>
    (await newestRevisions(client, key, count))?.map(({ kv }) => Number(kv.version));
  assert.equal(await versions(1), undefined);
  for (let number = 0; number < 4; number++) await put();
  assert.deepEqual(await versions(1), [3, 4]);
  assert.deepEqual(await versions(3), [1, 2, 3, 4]);
  assert.deepEqual(await versions(4), [1, 2, 3, 4]);
  assert.equal(await versions(5), undefined);
  await client.kv.deleteRange({ key });
  assert.equal(await versions(1), undefined);
  await put();
  assert.deepEqual(await versions(1), [1]);
  assert.equal(await versions(2), undefined);
  const { header } = await put();
  await client.kv.compact({ revision: header.revision, physical: true });
  assert.equal(await versions(1), undefined);
});

test('encrypted values are compared when there is a key for them', { skip }, async (t) => {
  const lines = jsonLines<{ key: string; value: string; version: number }>(
    testData('k8s-real/encryption/aesgcm-1.36.ndjson.gz'),
  );
  const { client, run } = await liveSample(t);
  const [line] = lines.filter(({ key }) => key.includes('/secrets/'));
  const { key, value } = line!;
  await client.kv.put({ key: Buffer.from(key), value: Buffer.from(value, 'base64') });
  const config = testData('k8s-real/encryption/aesgcm-1.36.yaml');
  const opened = await run(['history', '--encryption-config', config, key]);
  assert.match(opened.stdout, /^revision \d+ {2}created .*\n@@ .*\n\+apiVersion: v1\n\+data:\n/);
  const closed = await run(['history', key]);
  assert.match(closed.stdout, /\n\+\(encrypted by aesgcm with key "[\w-]+": \d+ bytes, SHA-256 \w{16}…\)\n$/);
});
