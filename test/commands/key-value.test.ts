import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { encodeStored } from '../../src/k8s-decode/index.js';
import { parseJson } from '../../src/k8s-decode/json/json.js';
import type { Fields } from '../../src/k8s-decode/value.js';
import { runLine } from '../cli/support.js';
import { type EtcdServer, skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { scriptedServer } from '../support/scripted-server.js';
import { transport } from '../support/transport.js';

const skip = skipWithoutEtcd();
const cleanups: (() => void | Promise<void>)[] = [];
const owner = { after: (fn: () => void | Promise<void>) => cleanups.push(fn) };
const NAMESPACE =
  '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop","creationTimestamp":"2026-03-02T08:04:00Z"},"spec":{},"status":{}}';
const YAML = `apiVersion: v1
kind: Namespace
metadata:
  creationTimestamp: "2026-03-02T08:04:00Z"
  name: shop
spec: {}
status: {}
`;
let server: EtcdServer;
let stored: Buffer;

before(async () => {
  if (skip) return;
  server = await startEtcd(owner);
  stored = await encodeStored(parseJson(NAMESPACE) as Fields);
  const client = transport(owner, [server.endpoint]);
  const put = (key: string, value: Buffer) => client.call('KV', 'put', { key: Buffer.from(key), value });
  await put('/registry/namespaces/shop', stored);
  await put('/registry/things/json', Buffer.from('{"apiVersion":"x/v1","kind":"Thing","big":9007199254740993}\n'));
  await put('/registry/zz-broken', stored.subarray(0, 20));
  await put('bytes', Buffer.from([0x61, 0xff]));
  await put('text', Buffer.from('hello'));
});
after(async () => {
  for (const cleanup of cleanups) await cleanup();
});

const run = (...argv: string[]) => runLine('ketcdctl', ['--endpoints', server.address, ...argv]);

test('get shows an object as YAML, and other values as they are', { skip }, async () => {
  assert.equal((await run('get', '/registry/namespaces/shop')).stdout, `/registry/namespaces/shop\n${YAML}`);
  assert.equal((await run('get', '--print-value-only', '/registry/namespaces/shop')).stdout, YAML);
  assert.equal((await run('get', 'text')).stdout, 'text\nhello\n');
  const json = await run('get', '--print-value-only', '/registry/things/json');
  assert.equal(json.stdout, '{"apiVersion":"x/v1","kind":"Thing","big":9007199254740993}\n\n');
});

test('--decode none gives the stored bytes, --decode k8s every object', { skip }, async () => {
  const raw = await run('--decode', 'none', '-w', 'json', 'get', '/registry/namespaces/shop');
  assert.equal(JSON.parse(raw.stdout).kvs[0].value, stored.toString('base64'));
  const json = await run('--decode', 'k8s', 'get', '--print-value-only', '/registry/things/json');
  assert.equal(json.stdout, 'apiVersion: x/v1\nbig: 9007199254740993\nkind: Thing\n');
});

test('yaml and jsonl: text keys, decoded values, exact numbers', { skip }, async () => {
  const line = await run('get', '-w', 'jsonl', '/registry/things/json');
  assert.match(line.stdout, /^\{"key":"\/registry\/things\/json","createRevision":\d+,.*"big":9007199254740993\}\}\n$/);
  const bytes = await run('get', '-w', 'jsonl', 'bytes');
  assert.match(bytes.stdout, /"value":\{"base64":"Yf8="\}\}\n$/);
  const yaml = await run('get', '-w', 'yaml', '--prefix', '/registry/namespaces/');
  assert.match(
    yaml.stdout,
    /^key: \/registry\/namespaces\/shop\ncreateRevision: \d+\nmodRevision: \d+\nversion: 1\nvalue:\n {2}apiVersion: v1\n/,
  );
  assert.equal((await run('get', '--count-only', '-w', 'jsonl', '--prefix', '/registry/')).stdout, '{"count":3}\n');
  assert.equal((await run('get', '--count-only', '--prefix', '/registry/')).stdout, '3\n');
});

test('a value that is cut short is told with its key and offset; the others are printed, and the exit code is 1', {
  skip,
}, async () => {
  const all = await run('get', '--prefix', '/registry/');
  assert.equal(all.exit, 1);
  assert.match(all.stderr, /^Error: \/registry\/zz-broken: .*(byte|offset) \d+/m);
  assert.ok(all.stdout.includes(YAML));
  assert.ok(all.stdout.includes('/registry/things/json\n'));
});

test('the first line is printed before the last page is asked for', async (t) => {
  const order: string[] = [];
  const kv = (i: number) => ({ key: Buffer.from(`k${i}`), value: Buffer.from('v'), mod_revision: '1' });
  let calls = 0;
  const scripted = await scriptedServer(t, (call) => {
    calls++;
    order.push(`call ${calls}`);
    call.open();
    call.send('RangeResponse', { header: { revision: '5' }, kvs: [kv(calls)], more: calls < 4, count: '4' });
    call.finish();
  });
  const { openClient } = await import('../../src/etcd/client.js');
  const { readRange } = await import('../../src/etcd/range.js');
  const client = await openClient({ endpoints: [scripted.address] });
  t.after(() => client.close());
  for await (const page of readRange(client, { key: Buffer.from('k'), range_end: Buffer.from('l') })) {
    for (const { key } of page.kvs) order.push(key.toString());
  }
  assert.ok(order.indexOf('k1') < order.indexOf('call 4'), order.join(', '));
  assert.deepEqual(
    order.filter((one) => one.startsWith('k')),
    ['k1', 'k2', 'k3', 'k4'],
  );
});

test('put and del', { skip }, async () => {
  assert.equal((await run('put', 'x1', '1')).stdout, 'OK\n');
  assert.equal((await run('put', 'x1', '2', '--prev-kv')).stdout, 'OK\nx1\n1\n');
  assert.equal((await run('put', 'x2', '2')).exit, 0);
  const dry = await run('del', 'x1', 'x9', '--dry-run');
  assert.deepEqual([dry.stdout, dry.stderr], ['x1\nx2\n', '2 keys would be deleted\n']);
  assert.equal((await run('del', 'x1', 'x9', '--prev-kv')).stdout, '2\nx1\n2\nx2\n2\n');
  assert.equal((await run('del', 'x1')).stdout, '0\n');
});

test('an endpoint that does not answer is listed with the others', { skip }, async () => {
  const both = ['--endpoints', `${server.address},127.0.0.1:1`];
  const status = await runLine('ketcdctl', [...both, 'endpoint', 'status', '-w', 'json']);
  const [good, bad] = JSON.parse(status.stdout.replaceAll(/:(\d{16,})/g, ':"$1"'));
  assert.equal(status.exit, 1);
  assert.equal(good.Status.version.slice(0, 2), '3.');
  assert.match(bad.Error, /connection refused/);
  assert.match(status.stderr, /^Failed to get the status of endpoint 127\.0\.0\.1:1 \(.*connection refused/);
  const health = await runLine('ketcdctl', [...both, 'endpoint', 'health', '-w', 'jsonl']);
  assert.equal(health.exit, 1);
  assert.deepEqual(
    health.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).healthy),
    [true, false],
  );
  const table = await runLine('ketcdctl', [...both, 'endpoint', 'hashkv', '-w', 'table']);
  assert.equal(table.exit, 1);
  assert.match(table.stdout, /│ +127\.0\.0\.1:1 │ .*connection refused/);
});

test('snapshot save: whole, checked, or not there', { skip }, async (t) => {
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-save-'));
  t.after(() => rmSync(dir, { recursive: true }));
  const path = join(dir, 'backup.db');
  const saved = await run('snapshot', 'save', path);
  assert.equal(saved.stdout.split('\n')[0], `Snapshot saved at ${path}`);
  assert.equal(readFileSync(path).length % 512, 32);
  const copy = await runLine('ketcdctl', ['--endpoints', `file:${path}`, 'get', '/registry/namespaces/shop']);
  assert.equal(copy.stdout, `/registry/namespaces/shop\n${YAML}`);
  const bad = await scriptedServer(t, (call) => {
    call.open();
    call.send('SnapshotResponse', { blob: Buffer.alloc(512 + 32, 7) });
    call.finish();
  });
  const other = join(dir, 'other.db');
  const damaged = await runLine('ketcdctl', ['--endpoints', bad.address, 'snapshot', 'save', other]);
  assert.equal(damaged.exit, 5);
  assert.match(damaged.stderr, /^Error: the snapshot is damaged/);
  const lost = await run('snapshot', 'save', join(dir, 'no', 'such.db'));
  assert.equal(lost.exit, 5);
  assert.deepEqual(readdirSync(dir), ['backup.db']);
  assert.equal(existsSync(other), false);
});

test('formats that are not there, or do not exist', { skip }, async () => {
  assert.deepEqual(
    [(await run('get', 'text', '-w', 'xml')).exit, (await run('get', 'text', '-w', 'table')).exit],
    [4, 4],
  );
});
