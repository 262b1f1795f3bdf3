/** What recordings do not show: what is refused, masked, converted and left out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { builtInResources } from '../../src/k8s/resources.js';
import type { Fields } from '../../src/k8s-decode/value.js';
import { newestRelease } from '../../src/kube-api/catalog.js';
import { continueToken, readContinueToken } from '../../src/kube-api/continue-token.js';
import { conversionOf } from '../../src/kube-api/convert/index.js';
import { customApis, customLeftOut } from '../../src/kube-api/custom-versions.js';
import { OpenedValues } from '../../src/kube-api/opened-values.js';
import { resourcePath } from '../../src/kube-api/resource-path.js';
import { fields } from '../k8s-decode/support.js';
import { ask, askJson, openView } from './support.js';

test('nothing can be written, and the answer says what to use', async () => {
  const view = await openView();
  const cases: [string, string, number, RegExp][] = [
    ['POST', '/api/v1/namespaces', 405, /namespaces cannot be created through it; `ketcdctl k8s apply`/],
    ['PATCH', '/apis/apps/v1/namespaces/shop/deployments/web', 405, /`ketcdctl k8s edit`/],
    ['DELETE', '/api/v1/namespaces/default', 405, /`ketcdctl k8s delete`/],
    ['POST', '/api/v1/namespaces/shop/pods/x/exec', 501, /`crictl exec`/],
    ['PATCH', '/apis/apps/v1/namespaces/shop/deployments/web?dryRun=All', 405, /`ketcdctl k8s apply --dry-run`/],
  ];
  for (const [method, path, status, words] of cases) {
    const answer = await ask(view, path, { method });
    assert.equal(answer.status, status, path);
    assert.match(JSON.parse(answer.body.toString()).message, words);
  }
});

test('what is encrypted at rest is opened once, whoever reads it', async () => {
  const opened: string[] = [];
  const values = {
    open: async (key: Buffer) => {
      opened.push(key.toString());
      return Buffer.from('{}');
    },
  };
  const cache = new OpenedValues(values as never);
  const kv = (key: string, mod_revision: string, value = 'k8s:enc:aescbc:v1:k:x') => ({
    key: Buffer.from(key),
    value: Buffer.from(value),
    mod_revision,
  });
  await Promise.all([cache.open(kv('/a', '1')), cache.open(kv('/a', '1')), cache.open(kv('/b', '1'))]);
  await cache.open(kv('/a', '1'));
  assert.deepEqual(opened, ['/a', '/b']);
  await cache.open(kv('/a', '2'));
  assert.deepEqual(opened, ['/a', '/b', '/a'], 'changed');
  assert.equal(cache.open(kv('/c', '1', '{}')), undefined);
});

test('access is granted to read alone', async () => {
  const view = await openView();
  for (const [verb, allowed] of [
    ['list', true],
    ['watch', true],
    ['delete', false],
    ['create', false],
  ] as const) {
    const body = Buffer.from(JSON.stringify({ spec: { resourceAttributes: { verb, resource: 'pods' } } }));
    const review = await askJson(view, '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
      method: 'POST',
      body,
    });
    assert.equal((review.status as { allowed: boolean }).allowed, allowed, verb);
  }
});

test('Secrets can be shown without what is secret', async () => {
  const view = await openView({ masksSecrets: true });
  const { items } = (await askJson(view, '/api/v1/secrets')) as { items: { data?: Record<string, string> }[] };
  const values = items.flatMap(({ data }) => Object.values(data ?? {}));
  assert.ok(values.length > 0);
  for (const value of values) assert.match(Buffer.from(value, 'base64').toString(), /^\*\*\* \(\d+ bytes\)$/);
});

test('an older release serves what it had', async () => {
  const view = await openView({ release: 30 });
  const { groups } = (await askJson(view, '/apis')) as { groups: { name: string; versions: { version: string }[] }[] };
  const versions = (name: string) =>
    groups.find((group) => group.name === name)?.versions.map(({ version }) => version);
  assert.deepEqual(versions('flowcontrol.apiserver.k8s.io'), ['v1', 'v1beta3']);
  assert.deepEqual(versions('batch'), ['v1']);
  const shapes = (await view.leftOut()).map(({ apiVersion, plural }) => `${plural} ${apiVersion}`);
  assert.ok(shapes.includes('resourceclaims resource.k8s.io/v1alpha2'), shapes.join());
});

test('versions that a webhook would have to make are left out, and named', () => {
  const versions = ['v2', 'v1'].map((name) => ({ name, served: true, storage: name === 'v2' }));
  const names = { plural: 'widgets', singular: 'widget', kind: 'Widget' };
  const definition = (strategy: string) =>
    fields({
      apiVersion: 'apiextensions.k8s.io/v1',
      metadata: { name: 'widgets.ex.io' },
      spec: { group: 'ex.io', names, scope: 'Cluster', versions, conversion: { strategy } },
    }) as Fields;
  const served = (strategy: string) => customApis(definition(strategy)).map(({ apiVersion }) => apiVersion);
  assert.deepEqual(served('None'), ['ex.io/v2', 'ex.io/v1']);
  assert.deepEqual(customLeftOut(definition('None')), []);
  assert.deepEqual(served('Webhook'), ['ex.io/v2']);
  const leftOut = [{ apiVersion: 'ex.io/v1', plural: 'widgets', stored: 'ex.io/v2' }];
  assert.deepEqual(customLeftOut(definition('Webhook')), leftOut);
});

test('the newest release that serves what is stored', () => {
  const resource = (plural: string) => builtInResources().find((each) => each.plural === plural)!;
  const stored = (plural: string, ...apiVersions: string[]) => ({ resource: resource(plural), apiVersions });
  assert.equal(newestRelease([stored('pods', 'v1')]), 37);
  assert.equal(newestRelease([stored('pods', 'v1'), stored('cronjobs', 'batch/v1beta1')]), 24);
  assert.equal(newestRelease([stored('ingresses', 'extensions/v1beta1'), stored('cronjobs', 'batch/v1beta1')]), 21);
});

test('conversions there and back', () => {
  const claim = fields({
    spec: { devices: { requests: [{ name: 'a', exactly: { deviceClassName: 'c', count: 1 } }] } },
  });
  const old = conversionOf('ResourceClaim', 'resource.k8s.io/v1', 'resource.k8s.io/v1beta1')!(claim as never);
  assert.deepEqual(old, fields({ spec: { devices: { requests: [{ name: 'a', deviceClassName: 'c', count: 1 }] } } }));
  assert.deepEqual(conversionOf('ResourceClaim', 'resource.k8s.io/v1beta1', 'resource.k8s.io/v1beta2')!(old), claim);
  assert.equal(conversionOf('Ingress', 'extensions/v1beta1', 'networking.k8s.io/v1'), undefined);
  const daemons = fields({ metadata: { name: 'd' }, spec: { selector: {}, templateGeneration: 3 } });
  const newer = conversionOf('DaemonSet', 'extensions/v1beta1', 'apps/v1')!(daemons as never);
  const annotations = { 'deprecated.daemonset.template.generation': '3' };
  assert.deepEqual(newer, fields({ metadata: { name: 'd', annotations }, spec: { selector: {} } }));
  assert.deepEqual(conversionOf('DaemonSet', 'apps/v1', 'extensions/v1beta1')!(newer), daemons);
  const rollback = fields({ metadata: { name: 'd' }, spec: { selector: {}, rollbackTo: { revision: 2 } } });
  const deployment = conversionOf('Deployment', 'extensions/v1beta1', 'apps/v1')!(rollback as never);
  assert.deepEqual(conversionOf('Deployment', 'apps/v1', 'apps/v1beta1')!(deployment), rollback);
  const subjects = (name: string, group: string, account: string) =>
    fields({
      subjects: [
        { kind: 'User', [name]: group, name: 'u' },
        { kind: 'ServiceAccount', ...(account && { [name]: account }), name: 's', namespace: 'n' },
      ],
    });
  const [group, alpha] = ['rbac.authorization.k8s.io', 'rbac.authorization.k8s.io/v1alpha1'];
  const binding = subjects('apiGroup', group, '');
  const oldBinding = conversionOf('RoleBinding', `${group}/v1`, alpha)!(binding as never);
  assert.deepEqual(oldBinding, subjects('apiVersion', alpha, 'v1'));
  assert.deepEqual(conversionOf('RoleBinding', alpha, `${group}/v1`)!(oldBinding), binding);
});

test('events are given as both groups have them', () => {
  const event = fields({
    metadata: { name: 'e' },
    involvedObject: { kind: 'Pod' },
    message: 'm',
    source: { component: 'c' },
    firstTimestamp: null,
    lastTimestamp: null,
    count: 2,
    series: { count: 2, state: 'Ongoing' },
    reportingComponent: '',
    reportingInstance: '',
  }) as never;
  const renamed = {
    metadata: { name: 'e' },
    regarding: { kind: 'Pod' },
    note: 'm',
    deprecatedSource: { component: 'c' },
    deprecatedFirstTimestamp: null,
    deprecatedLastTimestamp: null,
    deprecatedCount: 2,
  };
  const beta = conversionOf('Event', 'v1', 'events.k8s.io/v1beta1')!(event);
  assert.deepEqual(beta, fields({ ...renamed, series: { count: 2, state: 'Ongoing' } }));
  assert.deepEqual(conversionOf('Event', 'events.k8s.io/v1beta1', 'v1')!(beta), event);
  assert.deepEqual(
    conversionOf('Event', 'v1', 'events.k8s.io/v1')!(event),
    fields({ ...renamed, series: { count: 2 } }),
  );
});

test('tokens of lists that go on', () => {
  const place = { revision: 4850n, start: 'shop/web\0' };
  assert.deepEqual(readContinueToken(continueToken(place)), place);
  for (const start of ['../secrets/x', 'a/../../b', 'a//b', './a']) {
    assert.throws(() => readContinueToken(continueToken({ revision: 1n, start })), /continue key is not valid/, start);
  }
});

test('paths of resources', () => {
  const path = (text: string) => {
    const { apiVersion, namespace, plural, name, subresource } = resourcePath(text)!;
    return [apiVersion, namespace, plural, name, subresource];
  };
  assert.deepEqual(path('/api/v1/namespaces/shop'), ['v1', undefined, 'namespaces', 'shop', undefined]);
  assert.deepEqual(path('/api/v1/namespaces/shop/status'), ['v1', undefined, 'namespaces', 'shop', 'status']);
  assert.deepEqual(path('/apis/apps/v1/namespaces/a/deployments/b/scale'), [
    'apps/v1',
    'a',
    'deployments',
    'b',
    'scale',
  ]);
  assert.equal(resourcePath('/apis/apps'), undefined);
});
