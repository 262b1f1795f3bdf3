/** What Kubernetes 1.37 brought, of which a server without its alphas answers nothing: evictions and groups of pods. */
import { ago, testRows } from './tables-support.js';

const target = { pod: { name: 'web-1' } };

testRows('lifecycle.k8s.io', 'Eviction', [
  [
    'nothing has begun',
    { spec: { target } },
    {
      TARGET: 'web-1',
      'TARGET TYPE': 'Pod',
      STATUS: 'Pending',
      'ACTIVE RESPONDER': '<unset> (0/0)',
      'RESPONDER STATUS': '<unset>',
      'RESPONDER EXPECTED FINISH': '<unknown>',
      REQUESTERS: '<none>',
      'RESPONDER HEARTBEAT': '<unset>',
    },
  ],
  [
    'the second of three responders is at work',
    {
      spec: { target },
      status: {
        observedGeneration: 1,
        targetResponders: [
          { name: 'a', state: 'Completed' },
          { name: 'b', state: 'Active' },
          { name: 'c', state: 'Inactive' },
        ],
        responders: [
          {
            name: 'b',
            startTime: ago(60),
            heartbeatTime: ago(5),
            expectedCompletionTime: ago(-120),
            message: ' soon ',
          },
        ],
        requesters: [
          { name: 'z', intent: 'Eviction' },
          { name: 'y', intent: 'Eviction' },
          { name: 'x', intent: 'Withdrawn' },
        ],
      },
    },
    {
      STATUS: 'Progressing',
      'ACTIVE RESPONDER': 'b (2/3)',
      'RESPONDER STATUS': 'Started (60s ago)',
      'RESPONDER EXPECTED FINISH': 'in 2m',
      REQUESTERS: 'y + 1 more...',
      'RESPONDER HEARTBEAT': '5s ago',
      'RESPONDER STATUS MESSAGE': 'soon',
    },
  ],
  [
    'all is over',
    {
      spec: { target: {} },
      status: {
        conditions: [
          { type: 'Failed', status: 'True', reason: 'EvictionFailed' },
          { type: 'TargetEvicted', status: 'True', reason: 'PodDeleted' },
        ],
        targetResponders: [{ name: 'a', state: 'Completed' }],
        responders: [{ name: 'a', completionTime: ago(30) }],
        requesters: [{ name: 'x', intent: 'Withdrawn' }],
      },
    },
    {
      TARGET: '<unset>',
      STATUS: 'TargetEvicted (PodDeleted)',
      'ACTIVE RESPONDER': 'a (1/1)',
      'RESPONDER STATUS': 'Completed (30s ago)',
      'RESPONDER EXPECTED FINISH': '-',
      REQUESTERS: '<withdrawn>',
    },
  ],
]);
testRows('lifecycle.k8s.io', 'EvictionRequest', [
  [
    'of one requester',
    { spec: { target, requester: 'drain', intent: 'Eviction' } },
    { TARGET: 'web-1', STATUS: 'Pending', REQUESTER: 'drain', INTENT: 'Eviction' },
  ],
]);
testRows('scheduling.k8s.io', 'PodGroup', [
  [
    'of v1beta1',
    {
      spec: { workloadRef: { workloadName: 'train' }, schedulingPolicy: { gang: {} } },
      status: { conditions: [{ type: 'PodGroupInitiallyScheduled', status: 'True' }] },
    },
    { POLICY: 'Gang', WORKLOAD: 'train', STATUS: 'Scheduled' },
  ],
  [
    'of v1alpha2',
    {
      spec: { podGroupTemplateRef: { workload: { workloadName: 'train' } }, schedulingPolicy: { basic: {} } },
      status: { conditions: [{ type: 'PodGroupScheduled', status: 'False' }] },
    },
    { POLICY: 'Basic', WORKLOAD: 'train', STATUS: 'Unschedulable' },
  ],
]);
testRows('scheduling.k8s.io', 'CompositePodGroup', [
  ['of no workload', { spec: {} }, { POLICY: 'Basic', WORKLOAD: '<none>' }],
]);
