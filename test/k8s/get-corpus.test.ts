/** `k8s get` against kubectl's own output for the same cluster, to the byte. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { runLine } from '../cli/support.js';
import { corpus, NO_CORPUS } from '../support/root.js';

const folder = corpus('k8s-real') ?? '';

/** kubectl was run for one resource after the other, up to the time that is written down: so many seconds. */
const TOOK = 35;

/** Not in etcd, and what has other columns since 1.37. */
const DIFFERENT = ['componentstatuses', 'customresourcedefinitions.apiextensions.k8s.io'];

/** Leases whose holders changed between the snapshot and kubectl's look at them. */
const MOVED_ON = /^kube-system +(apiserver-\w+|leader-election-controller) /;

test('what kubectl prints', { timeout: 120_000 }, async (t) => {
  if (folder === '') return t.skip(NO_CORPUS);
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-test-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const file = join(dir, 'cluster.db');
  writeFileSync(file, gunzipSync(readFileSync(join(folder, 'cluster-1.36.db.gz'))));
  const taken = Date.parse(readFileSync(join(folder, 'kubectl', '_taken-at.txt'), 'utf8').trim());
  const get = (argv: string[], secondsBefore = 0) =>
    runLine('ketcdctl', ['--endpoints', `file:${file}`, 'k8s', 'get', ...argv], {
      KETCDCTL_NOW: new Date(taken - secondsBefore * 1000).toISOString(),
    });

  await t.test('tables', async () => {
    const names = readdirSync(join(folder, 'kubectl')).filter((name) => /^[a-z].*\.txt$/.test(name));
    assert.equal(names.length, 142);
    for (const name of names) {
      const resource = name.replace(/(\.wide)?\.txt$/, '');
      if (DIFFERENT.includes(resource)) continue;
      const argv = [resource, '-A', ...(name.endsWith('.wide.txt') ? ['-o', 'wide'] : [])];
      const expected = steady(readFileSync(join(folder, 'kubectl', name), 'utf8'));
      const first = steady((await get(argv)).stdout);
      let same = first === expected;
      for (let second = 1; !same && second <= TOOK; second++) {
        same = steady((await get(argv, second)).stdout) === expected;
      }
      if (!same) assert.equal(first, expected, name);
    }
  });

  await t.test('YAML', async () => {
    const asked = { cm: ['-A'], deploy: ['-A'], no: ['-A'], svc: ['-A'], pod: ['-n', 'kube-system'] };
    for (const [type, where] of Object.entries(asked)) {
      const expected = readFileSync(join(folder, 'kubectl', 'yaml', `${type}.yaml`), 'utf8');
      assert.equal((await get([type, ...where, '-o', 'yaml'])).stdout, expected, type);
    }
  });
});

/** Without the warnings that the API server sends, and without what has moved on, which may have made a column wider. */
function steady(text: string): string {
  const lines = text.split('\n').filter((line) => !line.startsWith('Warning: '));
  if (!lines.some((line) => MOVED_ON.test(line))) return lines.join('\n');
  return lines
    .filter((line) => !MOVED_ON.test(line))
    .map((line) => line.replace(/ +/g, ' '))
    .join('\n');
}
