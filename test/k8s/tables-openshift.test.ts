/** The tables that `oc get` prints. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ago, headsOf, testRows } from './tables-support.js';

const admitted = (host: string, status = 'True', reason = '') => ({
  host,
  conditions: [{ type: 'Admitted', status, reason }],
});

testRows('route.openshift.io', 'Route', [
  [
    'one service, and a router that took it',
    {
      spec: { host: 'a.example.com', to: { name: 'web', weight: 100 }, wildcardPolicy: 'None' },
      status: { ingress: [admitted('a.example.com')] },
    },
    { 'HOST/PORT': 'a.example.com', PATH: '', SERVICES: 'web', PORT: '<all>', TERMINATION: '', WILDCARD: 'None' },
  ],
  [
    'shares, a port, TLS, and a router that did not take it',
    {
      spec: {
        host: 'a.example.com',
        path: '/x',
        to: { name: 'web', weight: 9 },
        alternateBackends: [{ name: 'next', weight: 1 }],
        port: { targetPort: 8080 },
        tls: { termination: 'edge', insecureEdgeTerminationPolicy: 'Redirect' },
      },
      status: { ingress: [admitted('a.example.com'), admitted('', 'False', 'HostAlreadyClaimed')] },
    },
    {
      'HOST/PORT': 'a.example.com ... 1 rejected',
      PATH: '/x',
      SERVICES: 'web(90%),next(10%)',
      PORT: '8080',
      TERMINATION: 'edge/Redirect',
    },
  ],
  [
    'no router took it',
    {
      spec: { host: 'a', to: { name: 'web', weight: 0 } },
      status: { ingress: [admitted('', 'False', 'HostAlreadyClaimed')] },
    },
    { 'HOST/PORT': 'HostAlreadyClaimed', SERVICES: 'web(0%)' },
  ],
]);
testRows('apps.openshift.io', 'DeploymentConfig', [
  [
    'started by its configuration and an image',
    {
      spec: {
        replicas: 3,
        triggers: [
          {
            type: 'ImageChange',
            imageChangeParams: {
              automatic: true,
              containerNames: ['web'],
              from: { kind: 'ImageStreamTag', name: 'web:latest' },
            },
          },
          { type: 'ConfigChange' },
        ],
        template: { spec: { containers: [{ name: 'web' }] } },
      },
      status: { latestVersion: 7, updatedReplicas: 2 },
    },
    { REVISION: '7', DESIRED: '3', CURRENT: '2', 'TRIGGERED BY': 'config,image(web:latest)' },
  ],
  ['a test', { spec: { replicas: 1, test: true } }, { DESIRED: '1 (during test)', 'TRIGGERED BY': '' }],
]);
testRows('build.openshift.io', 'BuildConfig', [
  [
    'from git',
    {
      spec: { source: { git: { uri: 'u', ref: 'main' } }, strategy: { sourceStrategy: {} } },
      status: { lastVersion: 4 },
    },
    { TYPE: 'Source', FROM: 'Git@main', LATEST: '4' },
  ],
]);
testRows('build.openshift.io', 'Build', [
  [
    'done, of a commit',
    {
      spec: {
        source: { git: { uri: 'u' } },
        revision: { git: { commit: '0123456789abcdef0123456789abcdef01234567' } },
        strategy: { dockerStrategy: {} },
      },
      status: {
        phase: 'Failed',
        reason: 'PushImageToRegistryFailed',
        startTimestamp: ago(7200),
        duration: 61_500_000_000,
      },
    },
    {
      TYPE: 'Docker',
      FROM: 'Git@0123456',
      STATUS: 'Failed (PushImageToRegistryFailed)',
      STARTED: '2 hours ago',
      DURATION: '1m1.5s',
    },
  ],
]);
const tags = (...names: string[]) => names.map((tag, i) => ({ tag, items: [{ created: ago(86_400 * (i + 1)) }] }));
testRows('image.openshift.io', 'ImageStream', [
  [
    'with a route to the registry',
    {
      status: {
        dockerImageRepository: 'registry.svc/a/b',
        publicDockerImageRepository: 'registry.example.com/a/b',
        tags: tags('old', '1.2', 'latest', '1.10'),
      },
    },
    { 'IMAGE REPOSITORY': 'registry.example.com/a/b', TAGS: 'latest,1.10,1.2,old', UPDATED: '24 hours ago' },
  ],
  [
    'more tags than there is room for',
    { status: { tags: tags(...Array.from({ length: 9 }, (_, i) => `branch-${i}-x`)) } },
    { TAGS: 'branch-0-x,branch-1-x,branch-2-x + 6 more...' },
  ],
]);
testRows('project.openshift.io', 'Project', [
  [
    'a namespace',
    {
      metadata: { name: 'shop', annotations: { 'openshift.io/display-name': 'The Shop' } },
      status: { phase: 'Active' },
    },
    { NAME: 'shop', 'DISPLAY NAME': 'The Shop', STATUS: 'Active' },
  ],
]);
testRows('template.openshift.io', 'Template', [
  [
    'parameters of all sorts',
    {
      metadata: { name: 't', annotations: { description: 'A database.\nMore.' } },
      parameters: [{ name: 'A', generate: 'expression' }, { name: 'B' }],
      objects: [{}, {}],
    },
    { DESCRIPTION: 'A database....', PARAMETERS: '2 (1 blank)', OBJECTS: '2' },
  ],
  ['all set', { parameters: [{ name: 'A', value: 'x' }] }, { PARAMETERS: '1 (all set)', OBJECTS: '0' }],
]);
testRows('user.openshift.io', 'User', [
  [
    'with identities',
    { metadata: { name: 'ann', uid: 'u-1' }, fullName: 'Ann B.', identities: ['ldap:ann', 'github:1'] },
    { NAME: 'ann', UID: 'u-1', 'FULL NAME': 'Ann B.', IDENTITIES: 'ldap:ann, github:1' },
  ],
]);

test('columns', async () => {
  assert.equal(await headsOf('build.openshift.io', 'Build'), 'NAME,TYPE,FROM,STATUS,STARTED,DURATION');
  assert.equal(await headsOf('image.openshift.io', 'ImageStream'), 'NAME,IMAGE REPOSITORY,TAGS,UPDATED');
});
