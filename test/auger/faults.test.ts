/** What is mended of auger's faults, on files of the recorded cases. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { corpus, NO_CORPUS } from '../support/root.js';
import { auger } from './support.js';

const inputs = join(corpus('auger') ?? '', 'inputs');
const skip = existsSync(inputs) ? false : NO_CORPUS;
let dir = '';
let small = '';

before(() => {
  if (skip) return;
  dir = mkdtempSync(join(tmpdir(), 'ketcdctl-auger-'));
  small = join(dir, 'small.db');
  writeFileSync(small, gunzipSync(readFileSync(join(inputs, 'small.db.gz'))));
});
after(() => {
  if (dir !== '') rmSync(dir, { recursive: true, force: true });
});

async function extract(...argv: string[]): Promise<string> {
  const { exit, stdout, stderr } = await auger(['extract', '-f', small, ...argv]);
  assert.equal(exit, 0, stderr.slice(0, 300));
  return stdout.toString();
}

async function lines(...argv: string[]): Promise<string[]> {
  return (await extract(...argv)).split('\n').slice(0, -1);
}

test('deleted keys are not listed, and have no value', { skip }, async () => {
  const keys = await lines();
  assert.equal(keys.length, 19);
  assert.ok(!keys.includes('/registry/configmaps/shop/deleted'));
  const { exit, stderr } = await auger(['extract', '-f', small, '-k', '/registry/configmaps/shop/deleted']);
  assert.equal(exit, 1);
  assert.match(stderr, /^Error: 0 byte value: the key is deleted/);
  const old = await extract('-k', '/registry/configmaps/shop/deleted', '-r', '11', '-o', 'json');
  assert.match(old, /"name":"del-2"/);
});

test('the value is that of the newest version, or of the revision that is asked for', { skip }, async () => {
  const key = '/registry/stable.example.com/crontabs/shop/my-cron';
  assert.deepEqual(await lines('--keys-by-prefix', key, '--template', '{{.Value.metadata.generation}}'), ['3']);
  assert.deepEqual(await lines('--keys-by-prefix', key, '--template', '{{.Value.metadata.generation}}', '-r', '7'), [
    '2',
  ]);
  assert.match(await extract('-k', key, '-r', '6', '-o', 'json'), /"generation":1/);
  assert.deepEqual(await lines('--filter', '.Value.metadata.generation=1', '--keys-by-prefix', key), []);
});

test('a key that was created anew has its new value', { skip }, async () => {
  const key = '/registry/pods/shop/reborn';
  assert.match(await extract('-k', key, '-o', 'json'), /"name":"pg-6"/);
  assert.match(await extract('-k', key, '-v', '1', '-o', 'json'), /"name":"pg-6"/);
  assert.match(await extract('-k', key, '-v', '3', '-o', 'json'), /"name":"pg-5"/);
});

test('the options that only a list or a leaf item had work for one key', { skip }, async () => {
  const key = '/registry/pods/shop/reborn';
  assert.equal(await extract('-k', key, '--print-key'), `${key}\n`);
  assert.equal(
    await extract('-k', key, '--meta-summary'),
    `Key: ${key}\nVersion: 1\nCreateRevision: 17\nModRevision: 17\nLease: 0\n`,
  );
  assert.equal(await extract('-k', key, '--fields=key,value-size'), `${key} 2500\n`);
  assert.equal(await extract('-k', key, '--template={{.TypeMeta.Kind}}'), 'Pod\n');
});

test('filters work without a template, and harmless templates are rendered', { skip }, async () => {
  assert.equal((await lines('--filter', '.Value.kind=Pod')).length, 4);
  assert.deepEqual(await lines('--filter', '.TypeMeta.Kind=DeviceClass,.Stats.ValueSize=1089'), [
    '/registry/deviceclasses/gpu.example.com',
  ]);
  const json = await lines('--template={{.ValueJson}}', '--keys-by-prefix', '/plain/');
  assert.deepEqual(json, ['null', '{"a":1}', 'null']);
  assert.equal((await lines('--template={{with .Value}}{{. | len}}{{end}}{{slice (print .Value) 0 3}}')).length, 19);
  assert.equal((await lines('--template={{.TypeMeta.Kind}}', '--keys-by-prefix', '/plain/')).join(), ',,');
});

test('analyze counts what Kubernetes stored, and nothing else', { skip }, async () => {
  const { exit, stdout } = await auger(['analyze', '-f', small]);
  assert.equal(exit, 0);
  const text = stdout.toString();
  assert.match(text, /^Total kubernetes objects: 15\n/);
  assert.match(text, /\n\t1\tresource\.k8s\.io\/v1\/DeviceClass\n/);
  assert.match(text, /\n\t1\tencrypted by aescbc, key key1\n/);
});

test('checksum covers the revision that is asked for', { skip }, async () => {
  const { stdout } = await auger(['checksum', '-f', small, '-r', '12']);
  assert.equal(stdout.toString(), 'checksum: 2425231270\ncompact-revision: 0\nrevision: 12\n');
});

test('CBOR, current kinds and unknown fields are decoded', { skip }, async () => {
  const cbor = await auger(['decode', '-o', 'json'], readFileSync(join(inputs, 'values', 'cbor-small.bin')));
  assert.equal(cbor.exit, 0);
  assert.match(cbor.stdout.toString(), /"kind":"[A-Z]/);
  const unknown = Buffer.from('azhzAAoPCgJ2MRIJQ29uZmlnTWFwEhcKBwoFaGVsbG8SBgoBYRIBYvo/A25ldxoAIgA=', 'base64');
  const { stdout } = await auger(['decode', '-o', 'json'], unknown);
  assert.match(stdout.toString(), /"\$unknown":\{"1023":\["new"\]\}/);
});

test('encode writes custom resources, and refuses what it would lose', async () => {
  const custom = Buffer.from('apiVersion: stable.example.com/v1\nkind: CronTab\nmetadata:\n  name: a\n');
  const { stdout } = await auger(['encode'], custom);
  assert.equal(stdout.toString(), '{"apiVersion":"stable.example.com/v1","kind":"CronTab","metadata":{"name":"a"}}\n');
  const object = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n';
  for (const lost of ['nosuch: 1\n', 'kind: ConfigMap\n', `---\n${object}`]) {
    const { exit } = await auger(['encode'], Buffer.from(object + lost));
    assert.equal(exit, 1, lost);
  }
});

test('definitions and APIServices are encoded to the bytes that their servers store', { skip }, async () => {
  for (const kind of [
    'apiextensions.k8s.io_v1beta1_CustomResourceDefinition',
    'apiregistration.k8s.io_v1_APIService',
  ]) {
    const { exit, stdout } = await auger(['encode'], readFileSync(join(inputs, 'objects', `${kind}.yaml`)));
    assert.equal(exit, 0);
    assert.ok(stdout.equals(readFileSync(join(inputs, 'values', `${kind}.bin`))), kind);
  }
});

test('a batch answers its last line without a newline, too', async () => {
  const { stdout } = await auger(['decode', '--batch-process', '-o', 'json'], Buffer.from('7b7d\n7b2261223a317d'));
  assert.equal(stdout.toString(), 'OK|{}\n\nOK|{"a":1}\n\n');
});

test('random bytes, and a damaged database, end with an answer', { skip }, async () => {
  const values = ['k8s\0', '{"a":', '[[[[', 'k8s:enc:aescbc:v1:k:', '\xd9\xd9\xf7'].map((text) =>
    Buffer.from(text, 'latin1'),
  );
  const bytes = fc.tuple(fc.constantFrom(Buffer.alloc(0), ...values), fc.uint8Array({ maxLength: 200 }));
  await fc.assert(
    fc.asyncProperty(bytes, async ([head, tail]) => {
      const input = Buffer.concat([head, tail]);
      for (const argv of [
        ['decode'],
        ['decode', '-o', 'json', '--meta-only'],
        ['extract', '--leaf-item'],
        ['encode'],
      ]) {
        const { exit } = await auger(argv, input);
        assert.ok(exit === 0 || exit === 1, `${argv}: ${exit}`);
      }
    }),
    { numRuns: 150 },
  );
  const whole = readFileSync(small);
  const damaged = join(dir, 'damaged.db');
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 40 }),
      async (changes) => {
        const file = Buffer.from(whole);
        for (const [at, byte] of changes) file[at] = byte;
        writeFileSync(damaged, file);
        for (const argv of [['extract', '--template={{.Value}}{{.Stats}}'], ['analyze'], ['checksum']]) {
          const { exit } = await auger([...argv, '-f', damaged]);
          assert.ok(exit === 0 || exit === 1, `${argv}: ${exit}`);
        }
      },
    ),
    { numRuns: 40 },
  );
});
