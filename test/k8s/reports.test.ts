/** `k8s kinds`, `du`, `ranges`, `verify` and `encryption`: on the sample cluster, and on one that is not sound. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { decodeStored, encodeStored, type Fields } from '../../src/k8s-decode/index.js';
import { parseJson } from '../../src/k8s-decode/json/json.js';
import { type Ended, runLine } from '../cli/support.js';
import { skipWithoutEtcd, startEtcd } from '../support/etcd.js';
import { testData } from '../support/root.js';
import { liveSample, openEndpoint, SAMPLE } from './live-sample.js';

function k8s(...argv: string[]): Promise<Ended> {
  return runLine('ketcdctl', ['--endpoints', `file:${SAMPLE}`, 'k8s', ...argv]);
}

test('kinds', async () => {
  const { stdout, exit } = await k8s('kinds');
  const lines = stdout.split('\n');
  assert.equal(exit, 0);
  assert.equal(lines.length, 33);
  const shown = lines.map((line) => line.replace(/ {2,}/g, ' | '));
  assert.equal(shown[0], 'RESOURCE | STORED AS | KIND | ENCODING | OBJECTS | BYTES');
  assert.ok(shown.includes('coupons.shop.example.com | shop.example.com/v1 | Coupon | json | 2 | 646 B'));
  assert.ok(
    shown.includes(
      'customresourcedefinitions.apiextensions.k8s.io | apiextensions.k8s.io/v1beta1 | CustomResourceDefinition | json | 1 | 1.3 kB',
    ),
  );
  assert.ok(shown.includes('masterleases | v1 | Endpoints | protobuf | 1 | 94 B'));
  assert.equal(shown.at(-2), 'total | 66 | 40 kB');
});

test('kinds as data', async () => {
  const { objects, bytes, kinds } = JSON.parse((await k8s('kinds', '-o', 'json')).stdout);
  assert.deepEqual([objects, bytes, kinds.length], [66, 39781, 30]);
  assert.deepEqual(kinds[0], {
    resource: 'clusterrolebindings.rbac.authorization.k8s.io',
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    encoding: 'protobuf',
    objects: 1,
    bytes: 277,
  });
  assert.match((await k8s('kinds', '-o', 'yaml')).stdout, /^objects: 66\nbytes: 39781\nkinds:\n- apiVersion: rbac/);
  assert.equal((await k8s('kinds', '-o', 'jsonl')).stdout.trim().split('\n').length, 30);
});

test('du counts all revisions of a file', async () => {
  const { stdout } = await k8s('du', '--top', '3');
  assert.equal(
    stdout,
    `KIND                              OBJECTS     LIVE   RECORDS   HISTORY    TOTAL    SHARE
pods                                    6   8.9 kB         6    5.5 kB    14 kB    29.1%
rangeallocations                        2   6.7 kB         0       0 B   6.7 kB    13.6%
deployments.apps                        3   3.6 kB         1    1.2 kB   4.8 kB     9.8%
others (28: --top 0 shows them)        60    23 kB         0       0 B    23 kB    47.5%
total                                  71    43 kB         7    6.7 kB    49 kB   100.0%
`,
  );
});

test('du by namespace and by object', async () => {
  const lines = (await k8s('du', '--by', 'namespace', '-o', 'jsonl')).stdout.trim().split('\n');
  assert.equal(lines[0], '{"namespace":"shop","objects":33,"liveBytes":18968,"historyRecords":5,"historyBytes":4851}');
  assert.deepEqual(
    lines.map((line) => JSON.parse(line).namespace),
    ['shop', '(none)', 'kube-system', 'default', '(other keys)', 'kube-node-lease'],
  );
  const { usage } = JSON.parse((await k8s('du', '--by', 'object', '--top', '2', '-o', 'json')).stdout);
  assert.deepEqual(
    usage.map(({ object }: { object: string }) => object),
    ['rangeallocations serviceips', 'pods shop/api-7c9f6d8b4-ce892'],
  );
  assert.equal((await k8s('du', '--by', 'colour')).exit, 128);
});

test('ranges', async () => {
  assert.equal(
    (await k8s('ranges')).stdout,
    `RANGE          OF           SIZE   TAKEN   LEAKED   MISSING   CONFLICTS   KEPT IN
10.96.0.0/16   addresses   65534       4        0         0           0   /registry/ranges/serviceips
30000-32767    ports        2768       1        0         0           0   /registry/ranges/servicenodeports

RANGE          TAKEN          STATE   SERVICE
10.96.0.0/16   10.96.0.1      held    default/kubernetes
10.96.0.0/16   10.96.0.10     held    kube-system/kube-dns
10.96.0.0/16   10.96.14.7     held    shop/web
10.96.0.0/16   10.96.201.33   held    shop/api
30000-32767    30080          held    shop/web
`,
  );
});

test('a sound cluster', async () => {
  assert.deepEqual(await k8s('verify'), { exit: 0, stdout: '66 keys: all sound\n', stderr: '' });
  assert.deepEqual(JSON.parse((await k8s('verify', '-o', 'json')).stdout), { keys: 66, problems: [] });
});

test('a cluster that is not sound', { skip: skipWithoutEtcd(), timeout: 60_000 }, async (t) => {
  const live = await liveSample(t);
  const stored = async (key: string) => (await decodeStored((await live.read(key))!.value)).object;
  const put = async (key: string, value: Buffer | Fields) => {
    const bytes = Buffer.isBuffer(value) ? value : await encodeStored(value, { key });
    await live.client.kv.put({ key: Buffer.from(key), value: bytes });
  };
  await t.test('the same from the server as from the file', async () => {
    for (const command of ['kinds', 'ranges', 'verify', 'encryption']) {
      assert.deepEqual(await live.run(['k8s', command]), await k8s(command), command);
    }
  });
  await t.test('live bytes alone are told of a server', async () => {
    const { stdout, stderr } = await live.run(['k8s', 'du', '--top', '1']);
    assert.match(
      stdout,
      /^KIND +OBJECTS +LIVE +SHARE\npods +6 +8\.7 kB +\d+\.\d%\nothers \(30: --top 0 shows them\) +65 .*\ntotal +71 /,
    );
    assert.match(stderr, /^Live bytes only: /);
  });
  await t.test('leaks, conflicts and what is missing in the ranges', async () => {
    const range = await stored('/registry/ranges/servicenodeports');
    const data = Buffer.from(range.get('data') as string, 'base64');
    // Bit 0 is port 30000; bit 80, which the service has, is taken away.
    data[data.length - 1] = 1;
    data[0] = 0;
    await put('/registry/ranges/servicenodeports', new Map(range).set('data', data.toString('base64')));
    const api = await stored('/registry/services/specs/shop/api');
    (api.get('spec') as Fields).set('clusterIP', '10.96.14.7').set('clusterIPs', ['10.96.14.7']);
    await put('/registry/services/specs/shop/api', api);
    assert.equal(
      (await live.run(['k8s', 'ranges', '--problems'])).stdout.split('\n\n')[1],
      `RANGE          TAKEN          STATE      SERVICE
10.96.0.0/16   10.96.14.7     conflict   shop/api, shop/web
10.96.0.0/16   10.96.201.33   leaked     <none>
30000-32767    30000          leaked     <none>
30000-32767    30080          missing    shop/web
`,
    );
  });
  await t.test('everything that verify finds', async () => {
    await put('/registry/configmaps/shop/torn', Buffer.from('k8s\0\n\x10\n\x02v1', 'latin1'));
    await put(
      '/registry/gadgets.example.com/gadgets/a',
      Buffer.from('{"apiVersion":"gadgets.example.com/v1","kind":"Gadget"}'),
    );
    await put('/registry/configmaps/gone/moved', await stored('/registry/configmaps/shop/web-config'));
    await live.client.kv.deleteRange({ key: Buffer.from('/registry/deployments/shop/web') });
    const { stdout, stderr, exit } = await live.run(['k8s', 'verify', '-o', 'jsonl']);
    const problems = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const found = problems.map(({ key, check, problem }) => `${check} ${key.replace('/registry/', '')}: ${problem}`);
    assert.equal(exit, 1);
    assert.equal(stderr, `Error: ${found.length} problems in 68 keys\n`);
    for (const expected of [
      /^decode configmaps\/shop\/torn: cut short or corrupt at byte /,
      /^resource gadgets\.example\.com\/gadgets\/a: no resource of this name is known/,
      /^key configmaps\/gone\/moved: the object's name is web-config$/,
      /^key configmaps\/gone\/moved: the object's namespace is shop$/,
      /^uid configmaps\/shop\/web-config: \/registry\/configmaps\/gone\/moved has the same uid, /,
      /^namespace configmaps\/gone\/moved: there is no namespace gone, and objects in it$/,
      /^owner replicasets\/shop\/web-.*: its owner, Deployment web with the uid .* is gone$/,
      /^range ranges\/serviceips: the services shop\/api, shop\/web all have 10\.96\.14\.7$/,
      /^range ranges\/serviceips: 10\.96\.201\.33 is taken, and no service has it$/,
      /^range ranges\/servicenodeports: service shop\/web has 30080, which is not taken in 30000-32767$/,
    ]) {
      assert.ok(
        found.some((line) => expected.test(line)),
        `${expected} in\n${found.join('\n')}`,
      );
    }
    assert.equal(found.length, 11, found.join('\n'));
  });
});

test('encryption at rest', { skip: skipWithoutEtcd(), timeout: 60_000 }, async (t) => {
  const folder = testData('k8s-real/encryption');
  const etcd = await startEtcd(t);
  const client = await openEndpoint(etcd.address);
  t.after(() => client.close());
  const lines = gunzipSync(readFileSync(join(folder, 'aescbc-1.36.ndjson.gz')))
    .toString()
    .trim()
    .split('\n');
  for (const line of lines) {
    const { key, value } = JSON.parse(line) as { key: string; value: string };
    await client.kv.put({ key: Buffer.from(key), value: Buffer.from(value, 'base64') });
  }
  const run = (...argv: string[]) => runLine('ketcdctl', ['--endpoints', etcd.address, ...argv]);
  const config = join(folder, 'aescbc-1.36.yaml');

  const plain = await run('k8s', 'encryption', '-o', 'jsonl');
  const counts = plain.stdout
    .trim()
    .split('\n')
    .map((line) => parseJson(line) as Fields);
  assert.equal(
    counts.reduce((sum, count) => sum + Number(count.get('objects')), 0),
    lines.length,
  );
  assert.ok(counts.some((count) => count.get('resource') === 'secrets' && count.get('keyName') === 'key1'));
  assert.ok(counts.every((count) => !count.has('state')));

  const judged = await run('--encryption-config', config, 'k8s', 'encryption');
  assert.match(judged.stdout, /^secrets +aescbc +key1 +\d+ +.*current$/m);
  const other = await run('--encryption-config', join(folder, 'secretbox-1.36.yaml'), 'k8s', 'encryption');
  assert.match(other.stdout, /^secrets +aescbc +key1 +\d+ +.*outdated$/m);
  for (const secret of readFileSync(config, 'utf8').matchAll(/secret: ([^}]+)}/g)) {
    assert.ok(!(judged.stdout + judged.stderr + other.stdout).includes(secret[1]!));
  }

  const opened = await run('--encryption-config', config, 'k8s', 'get', 'secrets', '-A', '-o', 'name');
  const sealed = await run('k8s', 'get', 'secrets', '-A');
  assert.equal(opened.exit, 0);
  assert.equal(sealed.exit, 1);
  assert.match(sealed.stdout, /<encrypted by aescbc with key "key1">/);
  assert.match(sealed.stderr, /Hint: --encryption-config FILE/);
});
