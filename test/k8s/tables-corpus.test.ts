/** The tables against kubectl's own output for the same cluster, to the byte. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { customResource } from '../../src/k8s/custom.js';
import { crdTable } from '../../src/k8s/tables/custom-columns.js';
import { cellText, type ResourceTable } from '../../src/k8s/tables/define.js';
import { tableOf } from '../../src/k8s/tables/table.js';
import { decodeStored, type Fields } from '../../src/k8s-decode/index.js';
import { stringField } from '../../src/k8s-decode/value.js';
import { corpus, NO_CORPUS } from '../support/root.js';

const folder = corpus('k8s-real') ?? '';

/** Outputs of kubectl were taken one after the other, within this many seconds around the time that is written down. */
const MARGIN = 30;

/** Not stored: the API server asks the components itself. */
const NOT_STORED = ['componentstatuses'];

/** Its columns are those of 1.37. */
const CHANGED = ['customresourcedefinitions.apiextensions.k8s.io'];

/** Objects that changed between the snapshot and kubectl's look at them, by file. */
const MOVED_ON: Record<string, RegExp> = {
  'leases.coordination.k8s.io': / (apiserver-\w+|leader-election-controller) /,
};

interface KnownResource {
  namespaced: boolean;
  kind: string;
  group: string;
}

test('every table is what kubectl prints', { timeout: 60_000 }, async (t) => {
  if (folder === '') return t.skip(NO_CORPUS);
  const resources = readResources();
  const objects = await readObjects();
  const files = readdirSync(join(folder, 'kubectl')).filter((file) => /^[a-z].*\.txt$/.test(file));
  assert.equal(files.length, 142);
  for (const file of files) {
    const name = file.replace(/(\.wide)?\.txt$/, '');
    if ([...NOT_STORED, ...CHANGED].includes(name)) continue;
    await t.test(file, () => compare(file, resources.get(name)!, objects));
  }
});

/** The resources by the names that the files have: `pods`, `jobs.batch`. */
function readResources(): Map<string, KnownResource> {
  const lines = readFileSync(join(folder, 'kubectl', '_api-resources.txt'), 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  return new Map(
    lines.map((line) => {
      const columns = line.trim().split(/\s+/);
      const [plural, [apiVersion, namespaced, kind]] = [columns[0]!, columns.slice(-3) as [string, string, string]];
      const group = apiVersion.includes('/') ? apiVersion.split('/')[0]! : '';
      return [group ? `${plural}.${group}` : plural, { namespaced: namespaced === 'true', kind, group }];
    }),
  );
}

async function readObjects(): Promise<Fields[]> {
  const lines = gunzipSync(readFileSync(join(folder, 'objects-1.36.ndjson.gz')))
    .toString()
    .trim()
    .split('\n');
  const objects: Fields[] = [];
  for (const line of lines) {
    const { key, value } = JSON.parse(line) as { key: string; value: string };
    if (/^(?!\/registry\/)|\/registry\/(masterleases|peerserverleases|ranges)\//.test(key)) continue;
    objects.push((await decodeStored(Buffer.from(value, 'base64'), { key })).object);
  }
  return objects;
}

async function compare(file: string, { kind, group, namespaced }: KnownResource, all: Fields[]): Promise<void> {
  const expected = readFileSync(join(folder, 'kubectl', file), 'utf8').replace(/^Warning: .*\n/gm, '');
  const objects = all.filter((object) => isOf(object, kind, group));
  const table = (await tableOf({ group, kind })) ?? customTable(all, kind) ?? assert.fail(`no table of ${kind}`);
  if (table.order) objects.sort((a, b) => table.order!(a, b));
  const taken = Date.parse(readFileSync(join(folder, 'kubectl', '_taken-at.txt'), 'utf8').trim());
  const wide = file.includes('.wide.');
  let nearest = '';
  for (let second = 0; second <= MARGIN; second = second > 0 ? -second : 1 - second) {
    const shown = print(table, objects, { now: taken + second * 1000 + 500, wide, namespaced });
    if (second === 0) nearest = shown;
    if (withoutMoved(shown, file) === withoutMoved(expected, file)) return;
  }
  assert.equal(nearest, expected);
}

function isOf(object: Fields, kind: string, group: string): boolean {
  const apiVersion = stringField(object, 'apiVersion')!;
  const own = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  return stringField(object, 'kind') === kind && (own === group || kind === 'Event');
}

function customTable(all: Fields[], kind: string): ResourceTable | undefined {
  const definition = all.find((object) => stringField(object, 'spec', 'names', 'kind') === kind);
  const columns = definition && customResource(definition)?.custom?.columns;
  return columns && crdTable(columns);
}

function withoutMoved(text: string, file: string): string {
  const moved = MOVED_ON[file.replace(/(\.wide)?\.txt$/, '')];
  if (!moved) return text;
  return text
    .split('\n')
    .filter((line) => !moved.test(line))
    .map((line) => line.replace(/ +/g, ' '))
    .join('\n');
}

interface Look {
  now: number;
  wide: boolean;
  namespaced: boolean;
}

/** Columns as wide as their widest cell and three blanks; nothing after the last. */
function print(table: ResourceTable, objects: Fields[], { now, wide, namespaced }: Look): string {
  const isShown = table.columns.map((column) => wide || !column.wide);
  const rows = objects.map((object) => {
    const cells = table
      .row(object, now, wide)
      .filter((_, at) => isShown[at])
      .map(cellText);
    return namespaced ? [stringField(object, 'metadata', 'namespace')!, ...cells] : cells;
  });
  const heads = table.columns.filter((_, at) => isShown[at]).map(({ name }) => name.toUpperCase());
  const lines = [namespaced ? ['NAMESPACE', ...heads] : heads, ...rows];
  const widths = lines[0]!.map((_, at) => Math.max(...lines.map((line) => line[at]!.length)) + 3);
  const last = widths.length - 1;
  return lines
    .map((line) => `${line.map((cell, at) => (at < last ? cell.padEnd(widths[at]!) : cell)).join('')}\n`)
    .join('');
}
