/** A cluster of OpenShift: Kubernetes' keys in one folder, OpenShift's in another beside it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeStored, type Fields } from '../../src/k8s-decode/index.js';
import { runLine } from '../cli/support.js';
import { fields } from '../k8s-decode/support.js';
import { startEtcd } from '../support/etcd.js';
import { openEndpoint } from './live-sample.js';

const OBJECTS: Record<string, [apiVersion: string, kind: string, rest?: Record<string, unknown>]> = {
  '/kubernetes.io/namespaces/shop': ['v1', 'Namespace', { status: { phase: 'Active' } }],
  '/kubernetes.io/pods/shop/web-1': ['v1', 'Pod', { spec: { containers: [{ name: 'web' }] } }],
  '/openshift.io/routes/shop/web': [
    'route.openshift.io/v1',
    'Route',
    { spec: { host: 'web.example.com', to: { kind: 'Service', name: 'web' } } },
  ],
  '/openshift.io/deploymentconfigs/shop/web': ['apps.openshift.io/v1', 'DeploymentConfig', { spec: { replicas: 2 } }],
  '/openshift.io/oauth/clients/console': ['oauth.openshift.io/v1', 'OAuthClient', { secret: 's' }],
  '/openshift.io/useridentities/ldap:ann': ['user.openshift.io/v1', 'Identity', { providerName: 'ldap' }],
};

test('both folders in every command', async (t) => {
  const { address } = await startEtcd(t);
  const client = await openEndpoint(address);
  t.after(() => client.close());
  for (const [key, [apiVersion, kind, rest]] of Object.entries(OBJECTS)) {
    const path = key.split('/');
    const metadata = {
      name: path.at(-1),
      uid: key,
      ...(path.length > 4 && path[2] !== 'oauth' && { namespace: path[3] }),
    };
    const object = fields({ apiVersion, kind, metadata, ...rest }) as Fields;
    const value = await encodeStored(object, { encoding: 'protobuf' });
    await client.kv.put({ key: Buffer.from(key), value });
  }
  const run = async (...argv: string[]) => {
    const { exit, stdout } = await runLine('ketcdctl', ['--endpoints', address, 'k8s', ...argv], {});
    assert.equal(exit, 0, argv.join(' '));
    return stdout;
  };

  assert.equal(
    await run('get', 'routes', '-n', 'shop'),
    'NAME   HOST/PORT         PATH   SERVICES   PORT    TERMINATION   WILDCARD\nweb    web.example.com          web        <all>                 \n',
  );
  assert.equal(await run('get', 'projects', '-o', 'name'), 'project.project.openshift.io/shop\n');
  assert.equal(await run('get', 'projects'), 'NAME   DISPLAY NAME   STATUS\nshop                  Active\n');
  assert.equal(await run('get', 'oauthclient/console', '-o', 'jsonpath={.secret}'), 's');
  assert.match(
    await run('get', 'all', '-n', 'shop'),
    /pod\/web-1 [\s\S]*deploymentconfig\.apps\.openshift\.io\/web [\s\S]*route\.route\.openshift\.io\/web /,
  );
  assert.deepEqual(
    (await run('kinds', '-w', 'jsonl'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).resource),
    [
      'deploymentconfigs.apps.openshift.io',
      'identities.user.openshift.io',
      'namespaces',
      'oauthclients.oauth.openshift.io',
      'pods',
      'routes.route.openshift.io',
    ],
  );
  assert.match(await run('du'), /routes\.route\.openshift\.io/);
  assert.match(await run('verify'), /6/);
});
