import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tally } from '../../src/k8s/write-rates.js';
import { runLine } from '../cli/support.js';
import { skipWithoutEtcd } from '../support/etcd.js';
import { startCli } from '../support/running.js';
import { type LiveSample, liveSample, SAMPLE } from './live-sample.js';

function put({ client }: LiveSample, key: string, value: string | Buffer): Promise<unknown> {
  return client.kv.put({ key: Buffer.from(key), value: Buffer.from(value) });
}

function remove({ client }: LiveSample, key: string): Promise<unknown> {
  return client.kv.deleteRange({ key: Buffer.from(key) });
}

test('a tally keeps the largest, and loses nothing of the sum', () => {
  const tally = new Tally(8);
  for (let round = 0; round < 100; round++) {
    tally.add('large', 1000);
    tally.add(`small-${round}`, 1);
  }
  const { largest, others } = tally.largest(1);
  assert.deepEqual(largest, [{ name: 'large', writes: 100, bytes: 100_000 }]);
  assert.deepEqual(others, { name: 'others', writes: 100, bytes: 100 });
});

test('k8s top counts by kind, namespace, manager and key', { skip: skipWithoutEtcd() }, async (t) => {
  const sample = await liveSample(t);
  const key = '/registry/deployments/shop/web';
  const { value } = (await sample.read(key))!;
  const top = startCli(t, ['--endpoints', sample.address, 'k8s', 'top', '--interval', '500ms', '-w', 'jsonl']);
  // Nothing tells when it watches: it is written until it is seen.
  const write = setInterval(() => void put(sample, key, value), 20);
  try {
    await top.until(/"byKey":\[\{"key"/);
  } finally {
    clearInterval(write);
  }
  await put(sample, 'other', 'v');
  await remove(sample, key);
  await top.until(/"key":"other"/);
  await top.until(/"manager":"\(deletions\)"/);
  const { code, signal } = await top.end('SIGINT');
  assert.deepEqual([code, signal], [null, 'SIGINT']);
  const looks = top.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const first = looks.find(({ byKey }) => byKey.length > 0);
  assert.equal(first.byKind[0].kind, 'deployments.apps');
  assert.equal(first.byNamespace[0].namespace, 'shop');
  assert.match(first.byManager[0].manager, /^kube|^helm/);
  assert.equal(first.byKey[0].key, key);
  assert.equal(first.byKey[0].bytesPerSecond, first.bytesPerSecond);
  assert.ok(looks.some(({ byKind }) => byKind.some(({ kind }: { kind: string }) => kind === '(other keys)')));
});

test('k8s top says what it cannot do', async () => {
  const file = await runLine('ketcdctl', ['--endpoints', `file:${SAMPLE}`, 'k8s', 'top']);
  assert.deepEqual([file.exit, file.stdout], [1, '']);
  assert.match(file.stderr, /^Error: nobody writes to a file\n/);
  const by = await runLine('ketcdctl', ['--endpoints', `file:${SAMPLE}`, 'k8s', 'top', '--by', 'pod']);
  assert.equal(by.exit, 128);
});

const NOW = { KETCDCTL_NOW: '2026-03-02T09:00:00Z' };

test('k8s events in the order of their times', async () => {
  const run = (...argv: string[]) =>
    runLine('ketcdctl', ['--endpoints', `file:${SAMPLE}`, 'k8s', 'events', ...argv], NOW);
  const all = await run('-A');
  assert.equal(all.exit, 0);
  assert.match(
    all.stdout,
    /^NAMESPACE +LAST SEEN +TYPE +REASON +OBJECT +MESSAGE\nshop +53m +Normal +Scheduled +Pod\/api-\S+ +Successfully/,
  );
  assert.match(all.stdout, /\nshop +\w+ \(x219 over \w+\) +Warning +BackOff +.*\n$/);
  const warnings = await run('-n', 'shop', '--types', 'warning', '-o', 'jsonl');
  assert.deepEqual(
    warnings.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).reason),
    ['BackOff'],
  );
  const pod = /Pod\/(\S+)/.exec(all.stdout)![1]!;
  assert.equal((await run('-n', 'shop', '--for', `pod/${pod}`, '--no-headers')).stdout.split('\n').length, 4);
  assert.equal((await run('-n', 'shop', '--for', `deploy/${pod}`)).stderr, 'No events found in shop namespace.\n');
  assert.equal((await run('--for', 'pod')).exit, 128);
});

test('k8s events --watch, of both groups', { skip: skipWithoutEtcd() }, async (t) => {
  const sample = await liveSample(t);
  const events = startCli(t, ['--endpoints', sample.address, 'k8s', 'events', '-n', 'shop', '-w', '--types=Warning']);
  await events.until(/BackOff/);
  const event = {
    ...{ apiVersion: 'events.k8s.io/v1', kind: 'Event', metadata: { name: 'e', namespace: 'shop' } },
    ...{ eventTime: '2026-03-02T08:00:00.000000Z', type: 'Warning', reason: 'NewForm', note: 'of the other group' },
    regarding: { apiVersion: 'v1', kind: 'Pod', name: 'p', namespace: 'shop' },
  };
  await put(sample, '/registry/events/shop/e', JSON.stringify(event));
  await events.until(/Warning +NewForm +Pod\/p +of the other group\n/);
  await remove(sample, '/registry/events/shop/e');
  await put(sample, '/registry/events/shop/f', JSON.stringify({ ...event, type: 'Normal' }));
  await put(sample, '/registry/events/shop/g', JSON.stringify({ ...event, reason: 'Last' }));
  await events.until(/ Last /);
  assert.equal(events.stdout.match(/NewForm/g)!.length, 1);
  await events.end('SIGINT');
});
