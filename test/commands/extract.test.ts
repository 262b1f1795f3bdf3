import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { repoRoot } from '../support/root.js';
import { runWith } from './decode-support.js';

const SAMPLE = join(repoRoot(), 'samples', 'cluster.db');
const POD = '/registry/pods/shop/web-6d4f8b5c9-146d3';

async function extract(...argv: string[]): Promise<string> {
  const { exit, text, stderr } = await runWith('', ['extract', SAMPLE, ...argv]);
  assert.equal(exit, 0, stderr);
  return text;
}

test('extract lists keys, fields, templates and objects', async () => {
  const pods = ['--keys-by-prefix', '/registry/namespaces/'];
  assert.equal(
    await extract(...pods),
    '/registry/namespaces/default\n/registry/namespaces/kube-node-lease\n/registry/namespaces/kube-system\n/registry/namespaces/shop\n',
  );
  assert.equal(await extract('--filter', '.Value.kind=Node', '--fields', 'key,value-size,version-count'), NODES);
  assert.equal(
    await extract(
      '--keys-by-prefix',
      POD,
      '--template',
      '{{.TypeMeta.APIVersion}} {{.Version}} {{.Value.status.phase}}',
    ),
    'v1 2 Running\n',
  );
  const line = JSON.parse(await extract('--keys-by-prefix', POD, '-w', 'jsonl'));
  assert.equal(line.key, POD);
  assert.equal(line.value.kind, 'Pod');
  const yaml = await extract('--filter', '.Value.kind=Namespace', '-w', 'yaml');
  assert.match(yaml, /^# \/registry\/namespaces\/default\napiVersion: v1\nkind: Namespace\n/);
  assert.equal(yaml.split('\n---\n# /registry/namespaces/').length, 4);
});

const NODES = `/registry/minions/master-1 1037 1
/registry/minions/worker-1 939 1
/registry/minions/worker-2 939 1
`;

test('extract shows one key and its versions', async () => {
  assert.match(await extract(POD), /^apiVersion: v1\nkind: Pod\n/);
  assert.equal(await extract(POD, '--list-versions'), '1\n2\n');
  const first = JSON.parse(await extract(POD, '--version', '1', '-w', 'json'));
  const second = JSON.parse(await extract('-k', POD, '-w', 'json'));
  assert.notDeepEqual(first, second);
  assert.equal(first.metadata.name, second.metadata.name);
  assert.equal((await extract(POD, '--raw')).slice(0, 4), 'k8s\0');
});

test('the file can be an endpoint, and has to be named', async () => {
  const { exit, text } = await runWith('', ['--endpoints', `file:${SAMPLE}`, 'checksum']);
  assert.equal(exit, 0);
  assert.equal(text, 'checksum: 3483434497\ncompact-revision: 0\nrevision: 79\n');
  const none = await runWith('', ['extract']);
  assert.equal(none.exit, 128);
  assert.match(none.stderr, /needs a database or snapshot file/);
  const two = await runWith('', ['extract', SAMPLE, 'a', 'b']);
  assert.equal(two.exit, 128);
  const missing = await runWith('', ['extract', SAMPLE, '/nosuch']);
  assert.equal(missing.exit, 1);
  assert.equal(missing.stderr, 'Error: no versions found for key: /nosuch\n');
});

test('analyze and checksum have the formats of the other commands', async () => {
  const checksum = await runWith('', ['checksum', SAMPLE, '-w', 'json']);
  assert.equal(checksum.text, '{"checksum":3483434497,"compactRevision":0,"revision":79}\n');
  const analysis = await runWith('', ['analyze', SAMPLE, '--top', '1']);
  assert.equal(
    analysis.text,
    'Total kubernetes objects: 67\nTotal (all revisions) storage used by kubernetes objects: 46576\nCurrent (latest revision) storage used by kubernetes objects: 40091\n\nMost common kubernetes types:\n\t6\tv1/ConfigMap\n\nLargest objects (byte size sum of all revisions):\n\t6506\t/registry/ranges/serviceips (v1/RangeAllocation)\n',
  );
  const json = JSON.parse((await runWith('', ['analyze', SAMPLE, '-w', 'json'])).text);
  assert.equal(json.objects, 67);
  assert.equal(json.largest.length, 12);
});
