/** Who may do what, and what the control plane keeps about itself: policies, certificates, priorities, devices. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tableOf } from '../../src/k8s/tables/table.js';
import type { Fields } from '../../src/k8s-decode/index.js';
import { fields } from '../k8s-decode/support.js';
import { ago, headsOf, testRows } from './tables-support.js';

testRows('policy', 'PodDisruptionBudget', [
  [
    'by share',
    { spec: { minAvailable: '60%' }, status: { disruptionsAllowed: 2 } },
    { 'MIN AVAILABLE': '60%', 'MAX UNAVAILABLE': 'N/A', 'ALLOWED DISRUPTIONS': '2' },
  ],
  [
    'by number',
    { spec: { maxUnavailable: 0 } },
    { 'MIN AVAILABLE': 'N/A', 'MAX UNAVAILABLE': '0', 'ALLOWED DISRUPTIONS': '0' },
  ],
]);
testRows('policy', 'PodSecurityPolicy', [
  [
    'of releases before 1.25',
    {
      metadata: { name: 'x' },
      spec: {
        privileged: true,
        allowedCapabilities: ['A', 'B'],
        seLinux: { rule: 'RunAsAny' },
        runAsUser: { rule: 'MustRunAs' },
        fsGroup: { rule: 'F' },
        supplementalGroups: { rule: 'G' },
        volumes: ['*'],
      },
    },
    {
      PRIV: 'true',
      CAPS: 'A,B',
      SELINUX: 'RunAsAny',
      RUNASUSER: 'MustRunAs',
      FSGROUP: 'F',
      SUPGROUP: 'G',
      READONLYROOTFS: 'false',
      VOLUMES: '*',
    },
  ],
]);
testRows('rbac.authorization.k8s.io', 'RoleBinding', [
  [
    'of all kinds',
    {
      roleRef: { kind: 'ClusterRole', name: 'edit' },
      subjects: [
        { kind: 'User', name: 'u1' },
        { kind: 'Group', name: 'g' },
        { kind: 'ServiceAccount', namespace: 'n', name: 's' },
        { kind: 'User', name: 'u2' },
      ],
    },
    { ROLE: 'ClusterRole/edit', USERS: 'u1, u2', GROUPS: 'g', SERVICEACCOUNTS: 'n/s' },
  ],
]);

const decided = (...types: string[]) => ({ conditions: types.map((type) => ({ type })) });
testRows('certificates.k8s.io', 'CertificateSigningRequest', [
  [
    'waits',
    { spec: { signerName: 's', username: 'u' } },
    { SIGNERNAME: 's', REQUESTOR: 'u', REQUESTEDDURATION: '<none>', CONDITION: 'Pending' },
  ],
  [
    'issued',
    { spec: { expirationSeconds: 864000 }, status: { ...decided('Approved'), certificate: 'YQ==' } },
    { SIGNERNAME: '<none>', REQUESTEDDURATION: '10d', CONDITION: 'Approved,Issued' },
  ],
  ['failed', { status: decided('Approved', 'Failed') }, { CONDITION: 'Approved,Failed' }],
  ['denied', { status: decided('Approved', 'Denied') }, { CONDITION: 'Denied' }],
]);
testRows('apiregistration.k8s.io', 'APIService', [
  [
    'of the API server itself',
    { spec: {}, status: { conditions: [{ type: 'Available', status: 'True', reason: 'Local' }] } },
    { SERVICE: 'Local', AVAILABLE: 'True' },
  ],
  [
    'that nobody answers',
    {
      spec: { service: { namespace: 'n', name: 's' } },
      status: { conditions: [{ type: 'Available', status: 'False', reason: 'MissingEndpoints' }] },
    },
    { SERVICE: 'n/s', AVAILABLE: 'False (MissingEndpoints)' },
  ],
  ['that nobody has asked', { spec: {} }, { AVAILABLE: 'Unknown' }],
]);
testRows('admissionregistration.k8s.io', 'ValidatingAdmissionPolicyBinding', [
  ['by name', { spec: { policyName: 'p', paramRef: { name: 'x' } } }, { POLICYNAME: 'p', PARAMREF: '*/x' }],
  [
    'by selector',
    {
      spec: {
        paramRef: {
          selector: {
            matchLabels: { b: '2', a: '1' },
            matchExpressions: [{ key: 'k', operator: 'In', values: ['v', 'w'] }],
          },
        },
      },
    },
    {
      PARAMREF:
        '&LabelSelector{MatchLabels:map[string]string{a: 1,b: 2,},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:k,Operator:In,Values:[v w],},},}',
    },
  ],
]);
testRows('flowcontrol.apiserver.k8s.io', 'PriorityLevelConfiguration', [
  [
    'of v1beta1',
    {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1beta1',
      spec: { type: 'Limited', limited: { assuredConcurrencyShares: 7, limitResponse: { queuing: { queues: 3 } } } },
    },
    { NOMINALCONCURRENCYSHARES: '7', QUEUES: '3', HANDSIZE: '8', QUEUELENGTHLIMIT: '50' },
  ],
  [
    'of v1, none at all',
    { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', spec: { limited: { nominalConcurrencyShares: 0 } } },
    { NOMINALCONCURRENCYSHARES: '0', QUEUES: '<none>' },
  ],
  ['exempt', { spec: { type: 'Exempt', exempt: {} } }, { TYPE: 'Exempt', NOMINALCONCURRENCYSHARES: '<none>' }],
]);

const deleted = { deletionTimestamp: ago(1) };
testRows('resource.k8s.io', 'ResourceClaim', [
  ['waits', { status: {} }, { STATE: 'pending' }],
  ['in use', { status: { allocation: {}, reservedFor: [{}] } }, { STATE: 'allocated,reserved' }],
  ['deleted', { metadata: deleted }, { STATE: 'deleted' }],
  ['deleted in use', { metadata: deleted, status: { allocation: {} } }, { STATE: 'deleted,allocated' }],
]);
testRows('resource.k8s.io', 'ResourceSlice', [
  ['of the first version', { nodeName: 'n', driverName: 'd' }, { NODE: 'n', DRIVER: 'd', POOL: '' }],
]);
const pools = [
  { totalDevices: 4, availableDevices: 1, allocatedDevices: 3 },
  { totalDevices: 2, unavailableDevices: 2, validationError: 'x' },
];
testRows('resource.k8s.io', 'ResourcePoolStatusRequest', [
  [
    'asked',
    { spec: { driver: 'd' } },
    { DRIVER: 'd', TOTAL: '-', ERRORS: '-', POOLS: '0', STATUS: 'Pending', COMPLETED: '<none>' },
  ],
  [
    'answered in part',
    {
      status: { poolCount: 3, pools, conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: ago(60) }] },
    },
    {
      TOTAL: '6',
      AVAILABLE: '1',
      ALLOCATED: '3',
      UNAVAILABLE: '2',
      ERRORS: '1',
      POOLS: '3',
      STATUS: 'Complete (2/3 pools)',
      COMPLETED: '60s',
    },
  ],
  [
    'failed',
    { status: { pools, conditions: [{ type: 'Failed', status: 'True' }] } },
    { TOTAL: '-', ERRORS: '-', STATUS: 'Failed', COMPLETED: '<none>' },
  ],
]);

test('old kinds have columns', async () => {
  assert.equal(await headsOf('', 'ComponentStatus'), 'NAME,STATUS,MESSAGE,ERROR');
  assert.equal(await headsOf('settings.k8s.io', 'PodPreset'), 'NAME,CREATED AT');
  assert.equal(await headsOf('resource.k8s.io', 'PodSchedulingContext'), 'NAME,SELECTEDNODE,AGE');
  assert.equal(await headsOf('networking.k8s.io', 'ClusterCIDR'), 'NAME,PERNODEHOSTBITS,IPV4,IPV6,AGE,NODESELECTOR*');
});

test('flow schemas are listed by precedence, then name', async () => {
  const table = (await tableOf({ group: 'flowcontrol.apiserver.k8s.io', kind: 'FlowSchema' }))!;
  const schemas = [
    ['b', 9000],
    ['c', 1],
    ['a', 9000],
    ['d', undefined],
  ].map(([name, matchingPrecedence]) => fields({ metadata: { name }, spec: { matchingPrecedence } }) as Fields);
  const names = schemas.sort((a, b) => table.order!(a, b)).map((schema) => table.row(schema, 0)[0]);
  assert.deepEqual(names, ['c', 'd', 'a', 'b']);
});
