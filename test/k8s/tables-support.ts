import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cellText } from '../../src/k8s/tables/define.js';
import { tableOf } from '../../src/k8s/tables/table.js';
import type { Fields } from '../../src/k8s-decode/index.js';
import { fields } from '../k8s-decode/support.js';

/** The time at which the rows of these tests are made. */
export const NOW = Date.parse('2026-11-21T10:00:00Z');

/** A stored point in time. */
export function ago(seconds: number): string {
  return new Date(NOW - seconds * 1000).toISOString().replace('.000', '');
}

/** An object in plain JavaScript, the name it is tested under, and what some of its columns must show. */
export type RowCase = [title: string, object: Record<string, unknown>, shown: Record<string, string>];

/** A test of each case: the columns that it names are what the table of the kind shows. */
export function testRows(group: string, kind: string, cases: readonly RowCase[]): void {
  for (const [title, object, shown] of cases) {
    test(`${kind}: ${title}`, async () => {
      const table = (await tableOf({ group, kind })) ?? assert.fail(`no table of ${kind}`);
      const row = table.row(fields(object) as Fields, NOW);
      const all = Object.fromEntries(
        table.columns.map((column, at) => [column.name.toUpperCase(), cellText(row[at]!)]),
      );
      const found = Object.fromEntries(Object.keys(shown).map((name) => [name, all[name]]));
      assert.deepEqual(found, shown);
    });
  }
}

/** The columns of a kind, wide ones with `*`. */
export async function headsOf(group: string, kind: string): Promise<string> {
  const table = await tableOf({ group, kind });
  return table?.columns.map(({ name, wide }) => `${name.toUpperCase()}${wide ? '*' : ''}`).join(',') ?? '';
}
