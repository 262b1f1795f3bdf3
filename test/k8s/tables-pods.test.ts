/** The states of a pod: every way in which READY, STATUS and RESTARTS come about. */
import { ago, type RowCase, testRows } from './tables-support.js';

interface PodParts {
  phase?: string;
  reason?: string;
  deleted?: boolean;
  containers?: unknown[];
  inits?: unknown[];
  initSpecs?: unknown[];
  conditions?: unknown[];
  spec?: object;
  status?: object;
}

function pod({
  phase = 'Running',
  reason,
  deleted,
  containers = [],
  inits = [],
  initSpecs,
  conditions,
  ...more
}: PodParts) {
  const specs = initSpecs ?? inits.map((_, at) => ({ name: `init${at}` }));
  return {
    metadata: { name: 'p', creationTimestamp: ago(3600), ...(deleted && { deletionTimestamp: ago(5) }) },
    spec: { containers: containers.map((_, at) => ({ name: `c${at}` })), initContainers: specs, ...more.spec },
    status: {
      phase,
      ...(reason && { reason }),
      initContainerStatuses: inits.map((init, at) => ({ name: `init${at}`, ...(init as object) })),
      containerStatuses: containers,
      conditions: conditions ?? [],
      ...more.status,
    },
  };
}

const running = { ready: true, state: { running: {} } };
const unready = { ready: false, state: { running: {} } };
const ended = (exitCode: number, reason?: string, signal?: number) => ({
  ready: false,
  state: { terminated: { exitCode, ...(reason && { reason }), ...(signal && { signal }) } },
});
const waiting = (reason?: string) => ({ ready: false, state: { waiting: reason ? { reason } : {} } });
const restarted = (times: number, seconds: number, now: object = running) => ({
  ...now,
  restartCount: times,
  lastState: { terminated: { exitCode: 1, finishedAt: ago(seconds) } },
});
const condition = (type: string, status: string, reason?: string) => ({ type, status, ...(reason && { reason }) });
const sidecar = { name: 'init0', restartPolicy: 'Always' };

const states: RowCase[] = [
  ['all run', pod({ containers: [running, running] }), { READY: '2/2', STATUS: 'Running', RESTARTS: '0', AGE: '60m' }],
  ['one is not ready', pod({ containers: [running, unready] }), { READY: '1/2', STATUS: 'Running' }],
  ['nothing is known but the phase', pod({ phase: 'Pending' }), { READY: '0/0', STATUS: 'Pending' }],
  [
    'evicted',
    pod({ phase: 'Failed', reason: 'Evicted', spec: { containers: [{}] } }),
    { READY: '0/1', STATUS: 'Evicted' },
  ],
  [
    'waits for its gates',
    pod({ phase: 'Pending', conditions: [condition('PodScheduled', 'False', 'SchedulingGated')] }),
    { STATUS: 'SchedulingGated' },
  ],
  [
    'cannot be scheduled',
    pod({ phase: 'Pending', conditions: [condition('PodScheduled', 'False', 'Unschedulable')] }),
    { STATUS: 'Pending' },
  ],
  [
    'its containers are made',
    pod({ phase: 'Pending', containers: [waiting('ContainerCreating')] }),
    { READY: '0/1', STATUS: 'ContainerCreating' },
  ],
  [
    'an image cannot be pulled',
    pod({ phase: 'Pending', containers: [waiting('ImagePullBackOff')] }),
    { STATUS: 'ImagePullBackOff' },
  ],
  ['waiting without a reason', pod({ phase: 'Pending', containers: [waiting()] }), { STATUS: 'Pending' }],
  [
    'crashes again and again',
    pod({ containers: [restarted(3, 300, waiting('CrashLoopBackOff'))] }),
    { READY: '0/1', STATUS: 'CrashLoopBackOff', RESTARTS: '3 (5m ago)' },
  ],
  [
    'the first container tells',
    pod({ containers: [waiting('CrashLoopBackOff'), ended(1, 'Error')] }),
    { STATUS: 'CrashLoopBackOff' },
  ],
  ['restarts without a known end', pod({ containers: [{ ...running, restartCount: 2 }] }), { RESTARTS: '2' }],
  ['an end without a restart', pod({ containers: [restarted(0, 10)] }), { RESTARTS: '0' }],
  [
    'the last restart of all counts',
    pod({ containers: [restarted(1, 7200), restarted(4, 90)] }),
    { RESTARTS: '5 (90s ago)' },
  ],
  ['done', pod({ phase: 'Succeeded', containers: [ended(0, 'Completed')] }), { READY: '0/1', STATUS: 'Completed' }],
  ['failed', pod({ phase: 'Failed', containers: [ended(1, 'Error')] }), { STATUS: 'Error' }],
  ['out of memory', pod({ phase: 'Failed', containers: [ended(137, 'OOMKilled')] }), { STATUS: 'OOMKilled' }],
  ['ended without a reason', pod({ phase: 'Failed', containers: [ended(3)] }), { STATUS: 'ExitCode:3' }],
  ['ended by a signal', pod({ phase: 'Failed', containers: [ended(137, '', 9)] }), { STATUS: 'Signal:9' }],
  [
    'one of two is done, the pod is ready',
    pod({ containers: [ended(0, 'Completed'), running], conditions: [condition('Ready', 'True')] }),
    { READY: '1/2', STATUS: 'Running' },
  ],
  [
    'one of two is done, the pod is not ready',
    pod({ containers: [ended(0, 'Completed'), running], conditions: [condition('Ready', 'False')] }),
    { READY: '1/2', STATUS: 'NotReady' },
  ],
  [
    'the first is done, the second failed',
    pod({ phase: 'Failed', containers: [ended(0, 'Completed'), ended(1, 'Error')] }),
    { STATUS: 'Error' },
  ],
  ['is deleted', pod({ deleted: true, containers: [running] }), { READY: '1/1', STATUS: 'Terminating' }],
  [
    'is deleted after its end',
    pod({ deleted: true, phase: 'Succeeded', containers: [ended(0, 'Completed')] }),
    { STATUS: 'Completed' },
  ],
  [
    'is deleted after its failure',
    pod({ deleted: true, phase: 'Failed', containers: [ended(2, 'Error')] }),
    { STATUS: 'Error' },
  ],
  [
    'is deleted on a lost node',
    pod({ deleted: true, reason: 'NodeLost', containers: [running] }),
    { STATUS: 'Unknown' },
  ],
  ['is on a lost node', pod({ reason: 'NodeLost', containers: [running] }), { STATUS: 'NodeLost' }],
  ['a line break in its reason', pod({ phase: 'Failed', reason: 'Bad\nnews' }), { STATUS: 'Bad...' }],
  ['escape sequences in its reason', pod({ phase: 'Failed', reason: '\x1b[31mred' }), { STATUS: '^[[31mred' }],
];

const initStates: RowCase[] = [
  [
    'the first of two init containers runs',
    pod({ phase: 'Pending', inits: [unready, waiting('PodInitializing')], containers: [waiting('PodInitializing')] }),
    { READY: '0/1', STATUS: 'Init:0/2' },
  ],
  [
    'the second of two init containers runs',
    pod({ phase: 'Pending', inits: [ended(0, 'Completed'), unready], containers: [waiting('PodInitializing')] }),
    { STATUS: 'Init:1/2' },
  ],
  [
    'an init container waits',
    pod({ phase: 'Pending', inits: [ended(0), waiting('PodInitializing')] }),
    { STATUS: 'Init:1/2' },
  ],
  [
    'an init container crashes',
    pod({
      phase: 'Pending',
      inits: [restarted(4, 20, waiting('CrashLoopBackOff'))],
      containers: [waiting('PodInitializing')],
    }),
    { STATUS: 'Init:CrashLoopBackOff', RESTARTS: '4 (20s ago)' },
  ],
  [
    'an init container has no image',
    pod({ phase: 'Pending', inits: [waiting('ErrImagePull')] }),
    { STATUS: 'Init:ErrImagePull' },
  ],
  ['an init container failed', pod({ phase: 'Failed', inits: [ended(1, 'Error')] }), { STATUS: 'Init:Error' }],
  [
    'an init container failed without a reason',
    pod({ phase: 'Failed', inits: [ended(7)] }),
    { STATUS: 'Init:ExitCode:7' },
  ],
  [
    'an init container got a signal',
    pod({ phase: 'Failed', inits: [ended(143, '', 15)] }),
    { STATUS: 'Init:Signal:15' },
  ],
  [
    'init containers are done, the others start',
    pod({ phase: 'Pending', inits: [ended(0)], containers: [waiting('PodInitializing')] }),
    { STATUS: 'PodInitializing' },
  ],
  [
    'restarts of init containers do not count later',
    pod({ inits: [restarted(2, 50, ended(0))], containers: [running] }),
    { STATUS: 'Running', RESTARTS: '0' },
  ],
  [
    'an init container runs again in an initialized pod',
    pod({ inits: [unready], containers: [running], conditions: [condition('Initialized', 'True')] }),
    { READY: '1/1', STATUS: 'Init:0/1' },
  ],
  [
    'an initialized pod says what its containers say',
    pod({ inits: [unready], containers: [ended(1, 'Error')], conditions: [condition('Initialized', 'True')] }),
    { STATUS: 'Error' },
  ],
  [
    'is deleted while it is initialized',
    pod({ deleted: true, phase: 'Pending', inits: [unready] }),
    { STATUS: 'Terminating' },
  ],
  [
    'a sidecar runs',
    pod({ initSpecs: [sidecar], inits: [{ ...running, started: true }], containers: [running] }),
    { READY: '2/2', STATUS: 'Running' },
  ],
  [
    'a sidecar is not ready',
    pod({ initSpecs: [sidecar], inits: [{ ...unready, started: true }], containers: [running] }),
    { READY: '1/2', STATUS: 'Running' },
  ],
  [
    'a sidecar starts',
    pod({
      phase: 'Pending',
      initSpecs: [sidecar],
      inits: [{ ...unready, started: false }],
      containers: [waiting('PodInitializing')],
    }),
    { READY: '0/2', STATUS: 'Init:0/1' },
  ],
  [
    'an init container runs beside a sidecar',
    pod({
      phase: 'Pending',
      initSpecs: [sidecar, { name: 'init1' }],
      inits: [{ ...running, started: true }, unready],
      containers: [waiting()],
    }),
    { READY: '1/2', STATUS: 'Init:1/2' },
  ],
  [
    'restarts of a sidecar count',
    pod({ initSpecs: [sidecar], inits: [{ ...restarted(2, 600), started: true }], containers: [restarted(1, 4000)] }),
    { RESTARTS: '3 (10m ago)' },
  ],
  [
    'a sidecar crashes',
    pod({
      initSpecs: [sidecar],
      inits: [{ ...restarted(2, 600, ended(1, 'Error')), started: false }],
      containers: [running],
    }),
    { READY: '0/2', STATUS: 'Init:Error', RESTARTS: '2 (10m ago)' },
  ],
];

const gates = { readinessGates: [{ conditionType: 'lb' }, { conditionType: 'dns' }] };

const wide: RowCase[] = [
  [
    'nothing is known',
    pod({}),
    { IP: '<none>', NODE: '<none>', 'NOMINATED NODE': '<none>', 'READINESS GATES': '<none>' },
  ],
  [
    'the first of two addresses',
    pod({ spec: { nodeName: 'n1' }, status: { podIP: '10.0.0.1', podIPs: [{ ip: '10.0.0.1' }, { ip: 'fd00::1' }] } }),
    { IP: '10.0.0.1', NODE: 'n1' },
  ],
  ['releases before 1.16 have one address', pod({ status: { podIP: '10.0.0.9' } }), { IP: '10.0.0.9' }],
  ['another pod has to make room', pod({ status: { nominatedNodeName: 'n2' } }), { 'NOMINATED NODE': 'n2' }],
  [
    'one of two gates is open',
    pod({ spec: gates, conditions: [condition('lb', 'True'), condition('dns', 'False')] }),
    { 'READINESS GATES': '1/2' },
  ],
  ['gates that nobody has looked at', pod({ spec: gates }), { 'READINESS GATES': '0/2' }],
];

testRows('', 'Pod', [...states, ...initStates, ...wide]);
