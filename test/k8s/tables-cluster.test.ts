/** What a cluster is made of: nodes, volumes, events, quotas. */
import { ago, type RowCase, testRows } from './tables-support.js';

const ready = (status: string) => [
  { type: 'MemoryPressure', status: 'False' },
  { type: 'Ready', status },
];

testRows('', 'Node', [
  [
    'ready',
    { status: { conditions: ready('True') } },
    {
      STATUS: 'Ready',
      ROLES: '<none>',
      'INTERNAL-IP': '<none>',
      'OS-IMAGE': '<unknown>',
      'KERNEL-VERSION': '<unknown>',
      'CONTAINER-RUNTIME': '<unknown>',
    },
  ],
  [
    'not ready, and closed',
    { spec: { unschedulable: true }, status: { conditions: ready('Unknown') } },
    { STATUS: 'NotReady,SchedulingDisabled' },
  ],
  ['never heard of', { status: {} }, { STATUS: 'Unknown' }],
  [
    'all that is known',
    {
      metadata: {
        labels: {
          'node-role.kubernetes.io/worker': '',
          'node-role.kubernetes.io/control-plane': '',
          'kubernetes.io/role': 'master',
          'node-role.kubernetes.io/': '',
        },
      },
      status: {
        addresses: [
          { type: 'Hostname', address: 'n' },
          { type: 'InternalIP', address: '10.0.0.1' },
          { type: 'InternalIP', address: 'fd00::1' },
          { type: 'ExternalIP', address: '1.2.3.4' },
        ],
        nodeInfo: {
          kubeletVersion: 'v1.36.3',
          osImage: 'Debian',
          kernelVersion: '6.6',
          architecture: 'amd64',
          containerRuntimeVersion: 'containerd://2',
        },
      },
    },
    {
      ROLES: 'control-plane,master,worker',
      VERSION: 'v1.36.3',
      'INTERNAL-IP': '10.0.0.1',
      'EXTERNAL-IP': '1.2.3.4',
      'OS-IMAGE': 'Debian',
      'KERNEL-VERSION': '6.6 (amd64)',
      'CONTAINER-RUNTIME': 'containerd://2',
    },
  ],
]);

testRows('', 'PersistentVolume', [
  [
    'bound',
    {
      spec: {
        capacity: { storage: '10Gi' },
        accessModes: ['ReadWriteOncePod', 'ReadWriteMany', 'ReadOnlyMany', 'ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Delete',
        claimRef: { namespace: 'n', name: 'c' },
        storageClassName: 'fast',
        volumeAttributesClassName: 'gold',
        volumeMode: 'Block',
      },
      status: { phase: 'Bound', reason: 'x' },
    },
    {
      CAPACITY: '10Gi',
      'ACCESS MODES': 'RWO,ROX,RWX,RWOP',
      'RECLAIM POLICY': 'Delete',
      STATUS: 'Bound',
      CLAIM: 'n/c',
      STORAGECLASS: 'fast',
      VOLUMEATTRIBUTESCLASS: 'gold',
      REASON: 'x',
      VOLUMEMODE: 'Block',
    },
  ],
  [
    'nothing said',
    { spec: {} },
    {
      CAPACITY: '0',
      'RECLAIM POLICY': 'Retain',
      STATUS: 'Pending',
      CLAIM: '',
      VOLUMEATTRIBUTESCLASS: '<unset>',
      VOLUMEMODE: 'Filesystem',
    },
  ],
  [
    'deleted, its class in the annotation',
    {
      metadata: { deletionTimestamp: ago(1), annotations: { 'volume.beta.kubernetes.io/storage-class': 'old' } },
      spec: { storageClassName: 'new' },
      status: { phase: 'Released' },
    },
    { STATUS: 'Terminating', STORAGECLASS: 'old' },
  ],
]);
testRows('', 'PersistentVolumeClaim', [
  [
    'waits',
    {
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      status: { phase: 'Pending' },
    },
    { STATUS: 'Pending', VOLUME: '', CAPACITY: '', 'ACCESS MODES': '' },
  ],
  [
    'bound',
    {
      spec: { volumeName: 'pv' },
      status: { phase: 'Bound', accessModes: ['ReadWriteMany'], capacity: { storage: '2Gi' } },
    },
    { STATUS: 'Bound', VOLUME: 'pv', CAPACITY: '2Gi', 'ACCESS MODES': 'RWX' },
  ],
  ['its volume is lost', { spec: { volumeName: 'pv' }, status: { phase: 'Lost' } }, { STATUS: 'Lost', CAPACITY: '0' }],
  ['deleted', { metadata: { deletionTimestamp: ago(1) }, status: { phase: 'Bound' } }, { STATUS: 'Terminating' }],
]);
testRows('storage.k8s.io', 'StorageClass', [
  [
    'the default',
    {
      metadata: { name: 'a', annotations: { 'storageclass.beta.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'p',
    },
    {
      NAME: 'a (default)',
      PROVISIONER: 'p',
      RECLAIMPOLICY: 'Delete',
      VOLUMEBINDINGMODE: 'Immediate',
      ALLOWVOLUMEEXPANSION: 'false',
    },
  ],
]);
testRows('storage.k8s.io', 'CSIDriver', [
  [
    'nothing said',
    { spec: {} },
    { ATTACHREQUIRED: 'true', PODINFOONMOUNT: 'false', TOKENREQUESTS: '<unset>', MODES: 'Persistent' },
  ],
]);

const about = { kind: 'Pod', namespace: 'n', name: 'p', fieldPath: 'spec.containers{c}' };
const events: RowCase[] = [
  [
    'seen many times',
    {
      metadata: { name: 'e' },
      type: 'Warning',
      reason: 'BackOff',
      message: ' Back off\n',
      involvedObject: about,
      source: { component: 'kubelet', host: 'n1' },
      firstTimestamp: ago(600),
      lastTimestamp: ago(20),
      count: 5,
    },
    {
      'LAST SEEN': '20s',
      TYPE: 'Warning',
      REASON: 'BackOff',
      OBJECT: 'pod/p',
      SUBOBJECT: 'spec.containers{c}',
      SOURCE: 'kubelet, n1',
      MESSAGE: 'Back off',
      'FIRST SEEN': '10m',
      COUNT: '5',
      NAME: 'e',
    },
  ],
  [
    'of the new way',
    {
      involvedObject: { kind: 'Node' },
      firstTimestamp: null,
      lastTimestamp: null,
      eventTime: ago(90),
      reportingComponent: 'sched',
      reportingInstance: 'sched-1',
    },
    { 'LAST SEEN': '90s', 'FIRST SEEN': '90s', COUNT: '1', OBJECT: 'node', SOURCE: 'sched, sched-1' },
  ],
  [
    'of a series',
    { eventTime: ago(3600), series: { count: 7, lastObservedTime: ago(5) } },
    { 'LAST SEEN': '5s', 'FIRST SEEN': '60m', COUNT: '7' },
  ],
  [
    'of no time',
    { message: 'first\nsecond' },
    { 'LAST SEEN': '<unknown>', 'FIRST SEEN': '<unknown>', MESSAGE: 'first...', SOURCE: '' },
  ],
];
testRows('', 'Event', events);
testRows('events.k8s.io', 'Event', [
  [
    'in the shape of its own group',
    {
      regarding: { kind: 'Job', name: 'j' },
      note: 'done',
      deprecatedSource: { component: 'c' },
      deprecatedFirstTimestamp: ago(200),
      deprecatedLastTimestamp: ago(100),
      deprecatedCount: 3,
      reportingController: 'r',
    },
    { OBJECT: 'job/j', MESSAGE: 'done', SOURCE: 'c', 'FIRST SEEN': '3m20s', 'LAST SEEN': '100s', COUNT: '3' },
  ],
]);

testRows('', 'ResourceQuota', [
  [
    'of requests and limits',
    {
      status: {
        hard: { pods: '10', 'limits.cpu': '2', 'requests.cpu': '1', limits: '3' },
        used: { pods: '3', 'limits.cpu': '500m' },
      },
    },
    { REQUEST: 'limits: 0/3, pods: 3/10, requests.cpu: 0/1', LIMIT: 'limits.cpu: 500m/2' },
  ],
  ['not counted yet', { spec: { hard: { pods: '1' } } }, { REQUEST: '', LIMIT: '' }],
]);
testRows('', 'Secret', [['of two entries', { data: { a: '', b: '' } }, { TYPE: 'Opaque', DATA: '2' }]]);
testRows('', 'ConfigMap', [['of text and bytes', { data: { a: '' }, binaryData: { b: '' } }, { DATA: '2' }]]);
testRows('', 'Namespace', [
  ['going', { status: { phase: 'Terminating' } }, { STATUS: 'Terminating' }],
  ['without a phase', {}, { STATUS: 'Active' }],
]);
testRows('', 'LimitRange', [
  [
    'shows when it was made',
    { metadata: { name: 'l', creationTimestamp: ago(0) } },
    { NAME: 'l', 'CREATED AT': '2026-11-21T10:00:00Z' },
  ],
]);
