import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { inStoredLayout } from '../../src/k8s/edited.js';
import { withoutManager } from '../../src/k8s/managed-entry.js';
import { isSame } from '../../src/k8s/object-diff.js';
import { decodeStored, encodeStored, type Fields } from '../../src/k8s-decode/index.js';
import { parseJson } from '../../src/k8s-decode/json/json.js';
import { field, stringField, type Value } from '../../src/k8s-decode/value.js';
import { parseYaml } from '../../src/k8s-decode/yaml/read.js';
import { toYaml } from '../../src/k8s-decode/yaml/write.js';
import { skipWithoutEtcd } from '../support/etcd.js';
import { testData } from '../support/root.js';
import { jsonLines } from '../support/values.js';
import { type LiveSample, liveSample } from './live-sample.js';

const skip = skipWithoutEtcd();
const WEB = '/registry/deployments/shop/web';

/** An editor that is a shell script: $1 is the file, $DIR the test's folder. */
function editor({ dir }: LiveSample, script: string): { EDITOR: string } {
  const path = join(dir, `editor-${Math.random().toString(36).slice(2)}.sh`);
  writeFileSync(path, `#!/bin/sh\nDIR='${dir}'\n${script}\n`);
  chmodSync(path, 0o755);
  return { EDITOR: path };
}

const edit = (sample: LiveSample, target: string[], script: string) =>
  sample.run(['k8s', 'edit', ...target, '--backup-dir', sample.dir], editor(sample, script));

test('edit writes what was saved, in the stored form', { skip }, async (t) => {
  const sample = await liveSample(t);
  const before = (await sample.read(WEB))!;
  const ended = await edit(sample, ['deploy/web', '-n', 'shop'], 'sed -i "s/^  replicas: .*/  replicas: 0/" "$1"');
  assert.match(
    ended.stdout,
    /^@@ .* @@ spec\n(.*\n)*- {2}replicas: 3\n\+ {2}replicas: 0\n(.*\n)*deployment\.apps\/web edited \(revision \d+\)\n$/,
  );
  assert.match(ended.stderr, /^warning: this goes past the API server/);
  assert.equal(ended.exit, 0);
  const after = (await sample.read(WEB))!;
  const [old, now] = [await decodeStored(before.value), await decodeStored(after.value)];
  assert.equal(now.encoding, 'protobuf');
  assert.equal(field(now.object, 'spec', 'replicas'), 0);
  assert.equal(
    field(now.object, 'metadata', 'generation'),
    (field(old.object, 'metadata', 'generation') as number) + 1,
  );
  const [managers, known] = [managersOf(now.object), managersOf(old.object)];
  assert.deepEqual(managers.slice(0, -1), known);
  const own = managers.at(-1);
  assert.equal(stringField(own, 'manager'), 'ketcdctl');
  assert.deepEqual(field(own, 'fieldsV1', 'f:spec'), new Map([['f:replicas', new Map()]]));
  // The old value can be brought back.
  const [backup] = sample.backups();
  const undo = ['k8s', 'restore', '--from', backup!, '--overwrite', '--backup-dir', sample.dir, '--yes'];
  const restored = await sample.run(undo, { XDG_STATE_HOME: sample.dir });
  assert.equal(restored.stdout, `${WEB} overwritten\n`);
  const back = await decodeStored((await sample.read(WEB))!.value);
  assert.deepEqual(withoutManager(back.object), (await decodeStored(before.value)).object);
});

function managersOf(object: Fields): Value[] {
  return field(object, 'metadata', 'managedFields') as Value[];
}

/** A value without the entry that tells of ketcdctl's change. */
async function unsigned(value: Buffer): Promise<Buffer> {
  const { object, encoding } = await decodeStored(value);
  const metadata = field(object, 'metadata') as Fields;
  metadata.set(
    'managedFields',
    managersOf(object).filter((entry) => stringField(entry, 'manager') !== 'ketcdctl'),
  );
  return encodeStored(object, { encoding });
}

test('edits that change nothing, or cannot be', { skip }, async (t) => {
  const sample = await liveSample(t);
  const { mod_revision } = (await sample.read(WEB))!;
  const target = ['deploy/web', '-n', 'shop'];
  const same = await edit(sample, target, 'true');
  assert.deepEqual(same, { exit: 0, stdout: '', stderr: 'Edit cancelled, no changes made.\n' });
  const comment = await edit(sample, target, 'echo "# nothing" >> "$1"');
  assert.equal(comment.stderr, 'Edit cancelled, no changes made.\n');
  const empty = await edit(sample, target, ': > "$1"');
  assert.deepEqual([empty.exit, empty.stderr], [1, 'Error: Edit cancelled, saved file was empty.\n']);
  const failed = await edit(sample, target, 'exit 3');
  assert.match(failed.stderr, /^Error: the editor ".*" failed \(3\): nothing was written\n(?!Hint)/);
  const begun = await edit(sample, target, 'echo "# mine" >> "$1"; echo "a: 1" >> "$1"; exit 3');
  const kept = /\nHint: the text is in (.*)\n/.exec(begun.stderr)![1]!;
  assert.match(readFileSync(kept, 'utf8'), /a: 1\n$/);
  rmSync(dirname(kept), { recursive: true });
  const renamed = await edit(sample, target, 'sed -i "s/^  name: web$/  name: other/" "$1"');
  assert.match(
    renamed.stderr,
    /not valid: metadata\.name was changed from web to other\nError: Edit cancelled, no valid/,
  );
  const wrongType = await edit(sample, target, 'sed -i "s/^  replicas: .*/  replicas: many/" "$1"');
  assert.match(wrongType.stderr, /not valid: .*replicas.*\nError: Edit cancelled/);
  const dry = await sample.run(
    ['k8s', 'edit', ...target, '--dry-run'],
    editor(sample, 'sed -i "s/^  replicas: .*/  replicas: 9/" "$1"'),
  );
  assert.match(dry.stderr, /nothing was written\n$/);
  assert.equal((await sample.run(['k8s', 'edit', 'deploy/nosuch'])).exit, 1);
  assert.equal((await sample.read(WEB))!.mod_revision, mod_revision);
  assert.deepEqual(sample.backups(), []);
});

test('an invalid text is opened again with what is wrong', { skip }, async (t) => {
  const sample = await liveSample(t);
  const script = `
if [ -e "$DIR/second" ]; then
  cp "$1" "$DIR/seen"
  sed -i "s/^  replicas 7/  replicas: 7/" "$1"
else
  touch "$DIR/second"
  sed -i "s/^  replicas: .*/  replicas 7/" "$1"
fi`;
  const { exit, stderr } = await edit(sample, ['deploy/web', '-n', 'shop'], script);
  assert.match(stderr, /^not valid: invalid YAML: .*\(line \d+\)\n/);
  assert.equal(exit, 0);
  const seen = readFileSync(join(sample.dir, 'seen'), 'utf8');
  assert.match(seen, /^# Not valid: invalid YAML/m);
  // The line is that of the file with its comments, as it was edited.
  const line = Number(/\(line (\d+)\)/.exec(stderr)![1]);
  assert.ok(line > 10);
  const { object } = await decodeStored((await sample.read(WEB))!.value);
  assert.equal(field(object, 'spec', 'replicas'), 7);
});

test('nothing is written over a change that came in between', { skip }, async (t) => {
  const sample = await liveSample(t);
  const script = `
touch "$DIR/open"
until [ -e "$DIR/go" ]; do sleep 0.02; done
sed -i "s/^  replicas: .*/  replicas: 0/" "$1"`;
  const editing = edit(sample, ['deploy/web', '-n', 'shop'], script);
  const open = join(sample.dir, 'open');
  for (let tries = 0; !existsSync(open) && tries < 500; tries++)
    await new Promise((resolve) => setTimeout(resolve, 20));
  const old = (await sample.read(WEB))!;
  await sample.client.kv.put({ key: old.key, value: old.value });
  writeFileSync(join(sample.dir, 'go'), '');
  const { exit, stderr } = await editing;
  assert.equal(exit, 1);
  assert.match(
    stderr,
    /Error: \/registry\/deployments\/shop\/web was changed meanwhile: it is at revision \d+, and was at \d+ when it was read; nothing was written\n/,
  );
  const [, kept] = /the edited text is kept in (\S+)\n/.exec(stderr)!;
  assert.match(readFileSync(kept!, 'utf8'), /^ {2}replicas: 0$/m);
  assert.ok((await sample.read(WEB))!.value.equals(old.value));
  assert.deepEqual(sample.backups(), []);
});

test('what ketcdctl does not know survives an edit; a lease stays', { skip }, async (t) => {
  const sample = await liveSample(t);
  const { client } = sample;
  const json = '{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"c","namespace":"shop"},"data":{"a":"1"}}';
  const object = parseJson(json) as Fields;
  const plain = await encodeStored(object);
  const unknown = new Map(object).set('$unknown', parseJson('{"200":["text",7],"300":[{"base64":"/w=="}]}'));
  const value = await encodeStored(unknown);
  assert.ok(value.length > plain.length);
  const key = Buffer.from('/registry/configmaps/shop/c');
  const { ID } = await client.lease.leaseGrant({ TTL: '600' });
  await client.kv.put({ key, value, lease: ID });
  const ended = await edit(sample, ['cm/c', '-n', 'shop'], 'sed -i "s/^  a: .*/  a: x1/" "$1"');
  assert.equal(ended.exit, 0, ended.stderr);
  const now = (await sample.read(key.toString()))!;
  assert.equal(now.lease, ID);
  // One byte more than before: "x1" for "1".
  const wanted = await encodeStored(new Map(unknown).set('data', new Map([['a', 'x1']])));
  assert.ok((await unsigned(now.value)).equals(wanted));
  const [edited, original] = [await decodeStored(now.value), await decodeStored(value)];
  assert.deepEqual(edited.object.get('$unknown'), original.object.get('$unknown'));
});

test('custom resources keep their JSON', { skip }, async (t) => {
  const sample = await liveSample(t);
  const key = '/registry/shop.example.com/coupons/shop/spring';
  const before = (await sample.read(key))!.value.toString();
  const ended = await edit(sample, ['coupon/spring', '-n', 'shop'], 'sed -i "s/^  percent: .*/  percent: 15/" "$1"');
  assert.equal(ended.exit, 0, ended.stderr);
  const wanted = before.replace('"percent":10', '"percent":15').replace('"generation":1', '"generation":2');
  const now = (await sample.read(key))!.value.toString();
  const entry = /,"managedFields":\[\{[^\]]*"manager":"ketcdctl"[^\]]*\]/;
  assert.match(now, entry);
  assert.equal(now.replace(entry, ''), wanted);
});

test('encrypted values are not edited without their key', { skip }, async (t) => {
  const sample = await liveSample(t);
  const key = Buffer.from('/registry/secrets/shop/e');
  await sample.client.kv.put({ key, value: Buffer.from('k8s:enc:aescbc:v1:key1:0123') });
  const { exit, stderr } = await edit(sample, ['secret/e', '-n', 'shop'], 'true');
  assert.equal(exit, 1);
  assert.match(
    stderr,
    /^Error: \/registry\/secrets\/shop\/e: encrypted by aescbc with key "key1"\nHint: --encryption-config/,
  );
});

test('the text of every object of a real cluster reads as the object', async () => {
  const lines = jsonLines<{ key: string; value: string }>(testData('k8s-real/objects-1.36.ndjson.gz'));
  let compared = 0;
  for (const { key, value } of lines) {
    const bytes = Buffer.from(value, 'base64');
    const stored = await decodeStored(bytes).catch(() => undefined);
    if (!stored) continue;
    const [read] = parseYaml(toYaml(stored.object));
    assert.ok(isSame(stored.object, read!), key);
    const layout = inStoredLayout(stored.object, read!) as Fields;
    assert.equal(layout, stored.object, key);
    compared++;
  }
  assert.ok(compared > 700, `only ${compared} objects`);
});
