import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { readRangeResponse } from '../../src/etcd/range-page.js';
import { SnapshotEndpoint } from '../../src/storage/server/endpoint.js';
import { testData } from '../support/root.js';

const real = testData('k8s-real');
const ALL = { key: Buffer.from([0]), range_end: Buffer.from([0]) };

interface Fact {
  create: string;
  mod: string;
  version: string;
  lease: string;
  value: string;
}

function lines(name: string): Record<string, unknown>[] {
  const text = gunzipSync(readFileSync(join(real, name))).toString();
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

async function readAll(file: SnapshotEndpoint, revision?: number): Promise<Map<string, Fact>> {
  const { message } = await file.callRaw('KV', 'range', { ...ALL, revision });
  const page = readRangeResponse(message);
  assert.equal(page.count, String(page.kvs.length));
  return new Map(
    page.kvs.map((kv) => [
      kv.key.toString(),
      {
        create: kv.create_revision,
        mod: kv.mod_revision,
        version: kv.version,
        lease: kv.lease,
        value: kv.value.toString('base64'),
      },
    ]),
  );
}

suite('the snapshots of a real cluster', () => {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-snapshot-'));
  const path = join(dir, 'cluster.db');
  let bytes: Buffer;
  before(() => {
    bytes = gunzipSync(readFileSync(join(real, 'cluster-1.36.db.gz')));
    writeFileSync(path, bytes);
  });
  after(() => rmSync(dir, { recursive: true }));

  test('all values of the newest revision are those that the cluster had', async () => {
    const found = await readAll(await SnapshotEndpoint.open(path));
    const expected = new Map(
      lines('objects-1.36.ndjson.gz').map((object) => [
        object.key as string,
        {
          create: String(object.createRevision),
          mod: String(object.modRevision),
          version: String(object.version),
          lease: String(object.lease),
          value: object.value as string,
        },
      ]),
    );
    assert.equal(found.size, 734);
    assert.deepEqual([...found.keys()], [...expected.keys()].sort());
    for (const [key, fact] of expected) {
      // Leases have more than 53 bits, which the lines of the corpus do not keep.
      const { lease, ...rest } = found.get(key)!;
      assert.deepEqual({ ...rest, lease: String(Number(lease)) }, { ...fact, lease: String(Number(fact.lease)) }, key);
    }
  });

  test('the state at earlier revisions is that of the recorded history', async () => {
    const history = lines('history-1.36.jsonl.gz');
    const file = await SnapshotEndpoint.open(path);
    for (const revision of [2, 3, 50, 999, 1776, 2500, 3333, 4000, 4776, 4777]) {
      const expected = new Map<string, string>();
      for (const event of history) {
        if (Number(event.mod_revision) > revision) continue;
        const key = Buffer.from(event.key as string, 'base64').toString();
        if (event.type === 'PUT') expected.set(key, (event.value as string) ?? '');
        else expected.delete(key);
      }
      const found = await readAll(file, revision);
      assert.deepEqual([...found.keys()], [...expected.keys()].sort(), `keys at ${revision}`);
      for (const [key, value] of expected) assert.equal(found.get(key)!.value, value, `${key} at ${revision}`);
    }
  });

  test('reading leaves the file as it was, to the byte', async () => {
    await readAll(await SnapshotEndpoint.open(path));
    assert.ok(bytes.equals(readFileSync(path)));
  });

  test('a revision that was compacted, or is to come, is refused in the words of etcd', async () => {
    const compacted = join(dir, 'compacted.db');
    writeFileSync(compacted, gunzipSync(readFileSync(join(real, 'cluster-1.36-compacted.db.gz'))));
    const file = await SnapshotEndpoint.open(compacted);
    await assert.rejects(readAll(file, 4000), { details: 'etcdserver: mvcc: required revision has been compacted' });
    await assert.rejects(readAll(file, 99999), { details: 'etcdserver: mvcc: required revision is a future revision' });
    assert.ok((await readAll(file, 0x12e9)).size > 700);
  });
});
