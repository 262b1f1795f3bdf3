/** Lists and watches over a real etcd: a client that lists and then watches ends up with what etcd has, whatever breaks meanwhile. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EtcdClient, openClient } from '../../src/etcd/client.js';
import { Cluster } from '../../src/k8s/cluster.js';
import type { ApiRequest } from '../../src/kube-api/request.js';
import { answerRequest } from '../../src/kube-api/routes.js';
import { View } from '../../src/kube-api/view.js';
import { skipWithoutEtcd, startCluster } from '../support/etcd.js';
import { askJson } from './support.js';

const COUNT = 5000;

interface Item {
  metadata: { name: string; resourceVersion: string };
}

function configMap(name: string, value: number): Buffer {
  const metadata = { name, namespace: 'default', labels: { even: String(value % 2 === 0) } };
  return Buffer.from(JSON.stringify({ kind: 'ConfigMap', apiVersion: 'v1', metadata, data: { value: String(value) } }));
}

/** 5,000 changes: new objects, changed ones, deleted ones. */
async function change(client: EtcdClient, onHalf: () => void): Promise<void> {
  for (let at = 0; at < COUNT; at++) {
    const key = Buffer.from(`/registry/configmaps/default/c${at % 300}`);
    const write = () =>
      at % 7 === 3 ? client.kv.deleteRange({ key }) : client.kv.put({ key, value: configMap(`c${at % 300}`, at) });
    // Without a leader for a moment: the same is written again.
    for (let done = false; !done; )
      done = await write().then(
        () => true,
        () => false,
      );
    if (at === COUNT / 2) onHalf();
  }
  await client.kv.put({ key: Buffer.from('/registry/configmaps/default/last'), value: configMap('last', 0) });
}

/** Keeps a store by a watch, as controllers do, until the last object comes. */
async function follow(view: View, url: string, store: Map<string, string>): Promise<void> {
  const [path = '', query = ''] = url.split('?');
  const controller = new AbortController();
  const request = {
    method: 'GET',
    path,
    query: new URLSearchParams(query),
    accept: 'application/json',
    view,
    signal: controller.signal,
  };
  const { body } = await answerRequest(request as ApiRequest);
  for await (const piece of body as AsyncIterable<string>) {
    const { type, object } = JSON.parse(piece) as { type: string; object: Item };
    const { name, resourceVersion } = object.metadata;
    if (type === 'DELETED') store.delete(name);
    else store.set(name, resourceVersion);
    if (name !== 'last') continue;
    controller.abort();
    return;
  }
}

async function listed(view: View, url: string): Promise<{ store: Map<string, string>; revision: string }> {
  const { metadata, items } = (await askJson(view, url)) as unknown as {
    metadata: { resourceVersion: string };
    items: Item[];
  };
  const store = new Map(items.map((item) => [item.metadata.name, item.metadata.resourceVersion]));
  return { store, revision: metadata.resourceVersion };
}

test('controllers keep up with 5,000 changes while a member dies', { skip: skipWithoutEtcd() }, async (t) => {
  const cluster = await startCluster(t, 3);
  const endpoints = cluster.members.map(({ endpoint }) => endpoint);
  const writer = await openClient({ endpoints: endpoints.slice(1, 2) });
  // The first is the one that dies.
  const reader = await openClient({ endpoints });
  t.after(() => {
    writer.close();
    reader.close();
  });
  await writer.kv.put({ key: Buffer.from('/registry/configmaps/default/c0'), value: configMap('c0', 1) });
  const view = await View.open(await Cluster.open(reader));
  const urls = ['/api/v1/configmaps', '/api/v1/namespaces/default/configmaps?labelSelector=even%3Dtrue'];
  const stores = await Promise.all(
    urls.map(async (url) => {
      const { store, revision } = await listed(view, url);
      const watch = `${url}${url.includes('?') ? '&' : '?'}watch=true&resourceVersion=${revision}&allowWatchBookmarks=true`;
      return { url, store, followed: follow(view, watch, store) };
    }),
  );
  await change(writer, () => void cluster.members[0]!.stop());
  for (const { url, store, followed } of stores) {
    await followed;
    assert.deepEqual([...store].sort(), [...(await listed(view, url)).store].sort(), url);
    assert.ok(store.size > 100);
  }
});

test('what cannot be decoded is left out of a list with a warning, and is an error of its own', {
  skip: skipWithoutEtcd(),
}, async (t) => {
  const cluster = await startCluster(t, 1);
  const client = await openClient({ endpoints: cluster.members.map(({ endpoint }) => endpoint) });
  t.after(() => client.close());
  await client.kv.put({ key: Buffer.from('/registry/configmaps/default/good'), value: configMap('good', 1) });
  await client.kv.put({
    key: Buffer.from('/registry/configmaps/default/bad'),
    value: Buffer.from('k8s\0\x0a\xff', 'latin1'),
  });
  const view = await View.open(await Cluster.open(client));
  const { ask } = await import('./support.js');
  const list = await ask(view, '/api/v1/configmaps');
  assert.equal(JSON.parse(list.body.toString()).items.length, 1);
  assert.match(list.warnings.join(), /\/registry\/configmaps\/default\/bad/);
  const one = await ask(view, '/api/v1/namespaces/default/configmaps/bad');
  assert.equal(one.status, 500);
  assert.match(JSON.parse(one.body.toString()).message, /\/registry\/configmaps\/default\/bad/);
});
