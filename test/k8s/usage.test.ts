import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runLine } from '../cli/support.js';
import { runCli } from '../support/cli.js';
import { skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { openEndpoint } from './live-sample.js';

test('du and snapshot stats end with others and total, and cut no key within what is no text', {
  skip: skipWithoutEtcd(),
}, async (t) => {
  const etcd = await startEtcd(t);
  const dir = mkdtempSync(join(tmpdir(), 'ketcdctl-usage-'));
  const client = await openEndpoint(etcd.address);
  t.after(() => {
    client.close();
    rmSync(dir, { recursive: true });
  });
  const put = (key: Buffer) => client.kv.put({ key, value: Buffer.alloc(100) });
  for (const key of ['/registry/pods/a/b', '/registry/pods/a/b', '/registry/pods/a/b', '/registry/größe/x/y']) {
    await put(Buffer.from(key));
  }
  await put(Buffer.from('/registry/\xff\x01/pods/x', 'latin1'));
  await put(Buffer.from('/registry/\xfe\x02/pods/x', 'latin1'));
  await put(Buffer.from([0, 0x2f, 1]));
  const file = join(dir, 'x.db');
  const own = (...argv: string[]) => runLine('ketcdctl', ['--endpoints', etcd.address, ...argv]);
  assert.equal((await own('snapshot', 'save', file)).exit, 0);

  const stats = JSON.parse((await own('snapshot', 'stats', file, '-w', 'json')).stdout);
  const prefixes = new Map(stats.prefixes.map((each: { prefix: string; keys: number }) => [each.prefix, each.keys]));
  assert.deepEqual([...prefixes].sort(), [
    ['(no text)', 1],
    ['/registry/', 2],
    ['/registry/größe/', 1],
    ['/registry/pods/', 1],
  ]);
  assert.deepEqual([stats.total.keys, stats.total.deadRecords, stats.others], [5, 2, undefined]);
  const cut = JSON.parse((await own('snapshot', 'stats', file, '-w', 'json', '--top', '1')).stdout);
  assert.deepEqual([cut.prefixes.length, cut.others.prefixes, cut.others.keys], [1, 3, 4]);
  assert.match(
    (await own('snapshot', 'stats', file, '--top', '1')).stdout,
    / others \(3: --top 0 shows them\) .*\n.* total .*\n[^\n]*\n$/,
  );

  const env = { TMPDIR: dir };
  const live = await runCli(['--endpoints', etcd.address, 'k8s', 'du', '--top', '1', '--history'], { env });
  assert.match(
    live.stdout,
    /^KIND .*HISTORY.*\npods +1 .*\nothers \(3: --top 0 shows them\) +4 .*\ntotal +5 +\S+ \S+ +2 .*\n$/,
  );
  assert.equal(live.stderr, '');
  assert.deepEqual(readdirSync(dir), ['x.db'], 'the snapshot is gone');
  const plain = await own('k8s', 'du', '-o', 'json', '--top', '1');
  assert.equal(JSON.parse(plain.stdout).others.count, 3);
  assert.doesNotMatch(plain.stdout, /history/);
});
