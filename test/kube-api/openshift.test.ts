/** A cluster of OpenShift: its groups stand beside those of Kubernetes. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { openClient } from '../../src/etcd/client.js';
import { Cluster } from '../../src/k8s/cluster.js';
import { openShiftResources } from '../../src/k8s/openshift.js';
import { View } from '../../src/kube-api/view.js';
import { skipWithoutEtcd, startCluster } from '../support/etcd.js';
import { testData } from '../support/root.js';
import { ask, askJson } from './support.js';

interface Row {
  gvk: string;
  pb: string;
}

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

function rows(): Row[] {
  const text = gunzipSync(readFileSync(testData('openshift-4.ndjson.gz'))).toString();
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('what OpenShift stores is served in its groups', { skip: skipWithoutEtcd() }, async (t) => {
  const cluster = await startCluster(t, 1);
  const client = await openClient({ endpoints: cluster.members.map(({ endpoint }) => endpoint) });
  t.after(() => client.close());
  const namespace = { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'shop' }, status: { phase: 'Active' } };
  await client.kv.put({
    key: Buffer.from('/kubernetes.io/namespaces/shop'),
    value: Buffer.from(JSON.stringify(namespace)),
  });
  const stored = openShiftResources().filter(({ alias }) => !alias);
  const all = rows();
  const put = stored.filter(({ group, version, kind }) => all.some(({ gvk }) => gvk === `${group}/${version}/${kind}`));
  for (const { group, version, kind, prefix, root, namespaced } of put) {
    const { pb } = all.find(({ gvk }) => gvk === `${group}/${version}/${kind}`)!;
    const key = `${root}${prefix}/${namespaced ? 'shop/' : ''}one`;
    await client.kv.put({ key: Buffer.from(key), value: Buffer.from(pb, 'base64') });
  }
  assert.ok(put.length >= 10);
  const view = await View.open(await Cluster.open(client));
  for (const { group, version, kind, plural } of put) {
    const path = `/apis/${group}/${version}/${plural}`;
    const list = await askJson(view, path);
    assert.deepEqual([list.kind, (list.items as unknown[]).length], [`${kind}List`, 1], path);
    for (const accept of [TABLE, 'application/vnd.kubernetes.protobuf', 'application/yaml']) {
      const { status, warnings, body } = await ask(view, path, { accept });
      assert.deepEqual([status, warnings], [200, []], `${path} ${accept}`);
      if (accept === TABLE) assert.equal(JSON.parse(body.toString()).rows.length, 1);
    }
  }
  const project = await askJson(view, '/apis/project.openshift.io/v1/projects/shop');
  assert.deepEqual([project.kind, project.apiVersion], ['Project', 'project.openshift.io/v1']);
  const groups = (await askJson(view, '/apis')).groups as { name: string }[];
  assert.ok(groups.some(({ name }) => name === 'route.openshift.io'));
  const openapi = await ask(view, '/openapi/v3/apis/route.openshift.io/v1');
  assert.ok(openapi.body.includes('"com.github.openshift.api.route.v1.Route"'));
});
