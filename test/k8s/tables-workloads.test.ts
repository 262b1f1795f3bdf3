/** Controllers and jobs, in the shapes of all versions. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ago, headsOf, type RowCase, testRows } from './tables-support.js';

const containers = [
  { name: 'web', image: 'nginx:1.27' },
  { name: 'log', image: 'busybox' },
];
const template = {
  metadata: { labels: { app: 'web' } },
  spec: { containers, nodeSelector: { disk: 'ssd', arch: 'arm64' } },
};
const webContainers = { CONTAINERS: 'web,log', IMAGES: 'nginx:1.27,busybox' };

testRows('apps', 'Deployment', [
  [
    'half of it is there',
    {
      spec: { replicas: 4, template, selector: { matchLabels: { b: '2', a: '1' } } },
      status: { readyReplicas: 2, updatedReplicas: 3, availableReplicas: 1 },
    },
    { READY: '2/4', 'UP-TO-DATE': '3', AVAILABLE: '1', SELECTOR: 'a=1,b=2', ...webContainers },
  ],
  [
    'nothing is said',
    { metadata: { name: 'd' }, spec: {} },
    { NAME: 'd', READY: '0/1', 'UP-TO-DATE': '0', AGE: '<unknown>', CONTAINERS: '' },
  ],
  ['scaled to nothing', { spec: { replicas: 0 } }, { READY: '0/0' }],
  [
    'a selector that is none',
    { spec: { selector: { matchExpressions: [{ key: 'a', operator: 'In' }] } } },
    { SELECTOR: '<invalid>' },
  ],
]);
testRows('extensions', 'Deployment', [
  [
    'takes the labels of its pods',
    { apiVersion: 'extensions/v1beta1', spec: { template }, status: { readyReplicas: 1 } },
    { READY: '1/1', SELECTOR: 'app=web' },
  ],
]);
testRows('apps', 'ReplicaSet', [
  [
    'scales up',
    {
      spec: { replicas: 3, selector: { matchLabels: { app: 'web' } }, template },
      status: { replicas: 2, readyReplicas: 1 },
    },
    { DESIRED: '3', CURRENT: '2', READY: '1', SELECTOR: 'app=web', ...webContainers },
  ],
  ['without a selector', { spec: { selector: {} } }, { DESIRED: '1', SELECTOR: '<none>' }],
]);
testRows('', 'ReplicationController', [
  [
    'selects by its labels',
    { spec: { replicas: 2, selector: { z: 'z', app: 'web' }, template }, status: { replicas: 2 } },
    { DESIRED: '2', CURRENT: '2', READY: '0', SELECTOR: 'app=web,z=z' },
  ],
]);
testRows('apps', 'StatefulSet', [
  ['on its way', { spec: { replicas: 3, template }, status: { readyReplicas: 1 } }, { READY: '1/3', ...webContainers }],
]);
testRows('apps', 'DaemonSet', [
  [
    'on some nodes',
    {
      spec: { template, selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] } },
      status: {
        desiredNumberScheduled: 5,
        currentNumberScheduled: 4,
        numberReady: 3,
        updatedNumberScheduled: 2,
        numberAvailable: 1,
      },
    },
    {
      DESIRED: '5',
      CURRENT: '4',
      READY: '3',
      'UP-TO-DATE': '2',
      AVAILABLE: '1',
      'NODE SELECTOR': 'arch=arm64,disk=ssd',
      SELECTOR: 'app',
    },
  ],
  [
    'on all nodes',
    { spec: { template: { spec: {} }, selector: { matchLabels: { a: 'b' } } } },
    { 'NODE SELECTOR': '<none>', DESIRED: '0' },
  ],
]);
testRows('apps', 'ControllerRevision', [
  [
    'of a set',
    {
      revision: 7,
      metadata: {
        ownerReferences: [
          { kind: 'Other', name: 'x' },
          { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'pg', controller: true },
        ],
      },
    },
    { CONTROLLER: 'statefulset.apps/pg', REVISION: '7' },
  ],
  [
    'of something in the core group',
    { metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', controller: true }] } },
    { CONTROLLER: 'pod/p', REVISION: '0' },
  ],
  ['of nobody', { metadata: {} }, { CONTROLLER: '<none>' }],
]);

const done = (...types: string[]) => ({ conditions: types.map((type) => ({ type, status: 'True' })) });
const times = { startTime: ago(1000), completionTime: ago(877) };

testRows('batch', 'Job', [
  [
    'complete',
    {
      spec: { completions: 1, parallelism: 1 },
      status: { succeeded: 1, ...times, ...done('SuccessCriteriaMet', 'Complete') },
    },
    { STATUS: 'Complete', COMPLETIONS: '1/1', DURATION: '2m3s' },
  ],
  [
    'failed',
    { spec: { completions: 3 }, status: { failed: 4, startTime: ago(65), ...done('FailureTarget', 'Failed') } },
    { STATUS: 'Failed', COMPLETIONS: '0/3', DURATION: '65s' },
  ],
  ['will fail', { status: done('FailureTarget') }, { STATUS: 'FailureTarget' }],
  ['has done enough', { status: done('SuccessCriteriaMet') }, { STATUS: 'SuccessCriteriaMet' }],
  ['suspended', { spec: { suspend: true }, status: done('Suspended') }, { STATUS: 'Suspended', DURATION: '' }],
  ['goes on again', { status: { conditions: [{ type: 'Suspended', status: 'False' }] } }, { STATUS: 'Running' }],
  ['is deleted', { metadata: { deletionTimestamp: ago(1) }, status: done('Suspended') }, { STATUS: 'Terminating' }],
  [
    'is deleted after its end',
    { metadata: { deletionTimestamp: ago(1) }, status: done('Complete') },
    { STATUS: 'Complete' },
  ],
  [
    'runs',
    {
      spec: { completions: 5, parallelism: 2, template, selector: { matchLabels: { job: 'j' } } },
      status: { active: 2, succeeded: 3, startTime: ago(30) },
    },
    { STATUS: 'Running', COMPLETIONS: '3/5', DURATION: '30s', SELECTOR: 'job=j', ...webContainers },
  ],
  ['works through a queue', { spec: { parallelism: 4 }, status: { succeeded: 1 } }, { COMPLETIONS: '1/1 of 4' }],
  ['works through a queue alone', { spec: { parallelism: 1 } }, { COMPLETIONS: '0/1' }],
  ['says nothing', { spec: {} }, { COMPLETIONS: '0/1', SELECTOR: '<none>', STATUS: 'Running' }],
]);

const cronJobs: RowCase[] = [
  [
    'never ran',
    { spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template } } } },
    {
      SCHEDULE: '0 3 * * *',
      TIMEZONE: '<none>',
      SUSPEND: 'False',
      ACTIVE: '0',
      'LAST SCHEDULE': '<none>',
      SELECTOR: '<none>',
      ...webContainers,
    },
  ],
  [
    'runs',
    {
      spec: { schedule: '@hourly', timeZone: 'Europe/Berlin', suspend: true },
      status: { active: [{}, {}], lastScheduleTime: ago(1800) },
    },
    { TIMEZONE: 'Europe/Berlin', SUSPEND: 'True', ACTIVE: '2', 'LAST SCHEDULE': '30m' },
  ],
];
testRows('batch', 'CronJob', cronJobs);

test('the columns of workloads', async () => {
  assert.equal(
    await headsOf('apps', 'Deployment'),
    'NAME,READY,UP-TO-DATE,AVAILABLE,AGE,CONTAINERS*,IMAGES*,SELECTOR*',
  );
  assert.equal(
    await headsOf('extensions', 'ReplicaSet'),
    'NAME,DESIRED,CURRENT,READY,AGE,CONTAINERS*,IMAGES*,SELECTOR*',
  );
  assert.equal(await headsOf('batch', 'Job'), 'NAME,STATUS,COMPLETIONS,DURATION,AGE,CONTAINERS*,IMAGES*,SELECTOR*');
  assert.equal(await headsOf('apps', 'Nothing'), '');
  assert.equal(await headsOf('toString', 'constructor'), '');
});
