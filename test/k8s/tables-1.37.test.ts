/** The tables against those that a Kubernetes 1.37 API server answered over the same etcd: columns, their types, and every cell. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { clientOver } from '../../src/etcd/client.js';
import { Cluster } from '../../src/k8s/cluster.js';
import { readObjects } from '../../src/k8s/objects.js';
import { crdTable } from '../../src/k8s/tables/custom-columns.js';
import type { CellValue, Column } from '../../src/k8s/tables/define.js';
import { tableOf } from '../../src/k8s/tables/table.js';
import { SnapshotEndpoint } from '../../src/storage/server/endpoint.js';
import { testData } from '../support/root.js';

const folder = testData('kube-api');

interface Answer {
  path: string;
  columns: { name: string; type: string; format: string; priority: number }[];
  rows: { name: string; namespace?: string; cells: CellValue[] }[];
}

/** Ages, which move. */
const AGE = /\b(\d+(y|d|h|m|s)){1,3}( ago)?\b/g;

/** Objects that the server itself renewed between the answers and the snapshot. */
const MOVED_ON = /^(apiserver-|system-leader-election)/;

test('what a 1.37 API server answers when it is asked for tables', async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-test-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'cluster.db');
  writeFileSync(file, gunzipSync(readFileSync(join(folder, 'cluster-1.37.db.gz'))));
  const cluster = await Cluster.open(clientOver(await SnapshotEndpoint.open(file)));
  const answers: Answer[] = gunzipSync(readFileSync(join(folder, 'tables-1.37.ndjson.gz')))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const answer of answers) await compare(cluster, answer);
});

async function compare(cluster: Cluster, { path, columns, rows }: Answer): Promise<void> {
  const [, group = '', version = '', plural = ''] = /^\/apis?\/(?:([^/]+)\/)?([^/]+)\/([^/]+)$/.exec(path) ?? [];
  const resource = (await cluster.find(`${plural}.${group}`)) ?? assert.fail(path);
  // The columns of another version of a custom resource are not those that are shown.
  if (resource.custom && resource.version !== version) return;
  const table = (await tableOf(resource)) ?? crdTable(resource.custom?.columns ?? []);
  assert.deepEqual(table.columns.map(asAnswered), columns, path);
  const found = new Map<string, CellValue[]>();
  // Events of the group are those of the core.
  for await (const { namespace = '', name, object } of readObjects(cluster, { resource })) {
    if (object) found.set(`${namespace}/${name}`, table.row(object, Date.now()));
  }
  for (const { name, namespace = '', cells } of rows) {
    if (MOVED_ON.test(name)) continue;
    const own = found.get(`${namespace}/${name}`) ?? assert.fail(`${path}: no ${name}`);
    assert.deepEqual(own.map(steady), cells.map(steady), `${path} ${name}`);
  }
}

function asAnswered({ name, type, format, wide, priority = wide ? 1 : 0 }: Column): Answer['columns'][number] {
  return { name, type, format, priority };
}

function steady(cell: CellValue): CellValue {
  return typeof cell === 'string' ? cell.replace(AGE, 'AGE') : typeof cell === 'bigint' ? Number(cell) : cell;
}
