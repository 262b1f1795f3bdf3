/** HorizontalPodAutoscaler, in the shapes of v1, v2beta1 and v2. */
import { testRows } from './tables-support.js';

const quantity = (averageValue: string) => ({ target: { type: 'AverageValue', averageValue } });
const share = (averageUtilization: number) => ({ target: { type: 'Utilization', averageUtilization } });
const scaler = (metrics: object[] | undefined, currentMetrics: object[] = []) => ({
  spec: { scaleTargetRef: { kind: 'Deployment', name: 'web' }, maxReplicas: 10, ...(metrics && { metrics }) },
  status: { currentReplicas: 3, currentMetrics },
});
const cpu = { type: 'Resource', resource: { name: 'cpu', ...share(80) } };
const memory = { type: 'Resource', resource: { name: 'memory', ...quantity('500Mi') } };

testRows('autoscaling', 'HorizontalPodAutoscaler', [
  [
    'of v2, nothing measured',
    scaler([cpu]),
    { REFERENCE: 'Deployment/web', TARGETS: 'cpu: <unknown>/80%', MINPODS: '1', MAXPODS: '10', REPLICAS: '3' },
  ],
  [
    'of v2, measured',
    scaler(
      [cpu, memory],
      [
        { type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 10, averageValue: '5m' } } },
        { type: 'Resource', resource: { name: 'memory', current: { averageValue: '300Mi' } } },
      ],
    ),
    { TARGETS: 'cpu: 10%/80%, memory: 300Mi/500Mi' },
  ],
  [
    'of v2, many metrics',
    scaler([cpu, memory, cpu, cpu]),
    { TARGETS: 'cpu: <unknown>/80%, memory: <unknown>/500Mi + 2 more...' },
  ],
  [
    'of v2, a container',
    scaler(
      [{ type: 'ContainerResource', containerResource: { name: 'cpu', container: 'c', ...share(60) } }],
      [{ type: 'ContainerResource', containerResource: { name: 'cpu', current: { averageUtilization: 0 } } }],
    ),
    { TARGETS: 'cpu: 0%/60%' },
  ],
  [
    'of v2, pods',
    scaler([{ type: 'Pods', pods: quantity('1k') }], [{ type: 'Pods', pods: { current: { averageValue: '500m' } } }]),
    { TARGETS: '500m/1k' },
  ],
  [
    'of v2, an object',
    scaler(
      [{ type: 'Object', object: { target: { type: 'Value', value: '10k' } } }],
      [{ type: 'Object', object: { current: { value: '8k' } } }],
    ),
    { TARGETS: '8k/10k' },
  ],
  [
    'of v2, an object by pod',
    scaler(
      [{ type: 'Object', object: quantity('5') }],
      [{ type: 'Object', object: { current: { value: '8', averageValue: '4' } } }],
    ),
    { TARGETS: '4/5 (avg)' },
  ],
  [
    'of v2, external',
    scaler(
      [
        { type: 'External', external: { target: { type: 'Value', value: '30' } } },
        { type: 'External', external: quantity('3') },
      ],
      [{ type: 'External', external: { current: { value: '0', averageValue: '0' } } }],
    ),
    { TARGETS: '0/30, <unknown>/3 (avg)' },
  ],
  ['of v2, an unknown type', scaler([{ type: 'Moon' }]), { TARGETS: '<unknown type>' }],
  ['of v2, none: 80 percent of the CPU', scaler([]), { TARGETS: 'cpu: <unknown>/80%' }],
  [
    'of v2beta1',
    scaler(
      [
        { type: 'Resource', resource: { name: 'cpu', targetAverageUtilization: 50 } },
        { type: 'Pods', pods: { metricName: 'm', targetAverageValue: '2' } },
      ],
      [
        { type: 'Resource', resource: { name: 'cpu', currentAverageUtilization: 7, currentAverageValue: '3m' } },
        { type: 'Pods', pods: { currentAverageValue: '1' } },
      ],
    ),
    { TARGETS: 'cpu: 7%/50%, 1/2' },
  ],
  [
    'of v2beta1, an object and external',
    scaler(
      [
        { type: 'Object', object: { target: { kind: 'Ingress', name: 'i' }, targetValue: '9' } },
        { type: 'External', external: { targetAverageValue: '6' } },
      ],
      [
        { type: 'Object', object: { target: { kind: 'Ingress', name: 'i' }, currentValue: '4' } },
        { type: 'External', external: { currentValue: '0', currentAverageValue: '2' } },
      ],
    ),
    { TARGETS: '4/9, 2/6 (avg)' },
  ],
  [
    'of v1',
    { spec: { minReplicas: 2, targetCPUUtilizationPercentage: 70 }, status: { currentCPUUtilizationPercentage: 35 } },
    { TARGETS: 'cpu: 35%/70%', MINPODS: '2' },
  ],
  ['of v1, nothing said', { spec: {} }, { TARGETS: 'cpu: <unknown>/80%' }],
  [
    'of v1, other metrics in annotations',
    {
      metadata: {
        annotations: {
          'autoscaling.alpha.kubernetes.io/metrics':
            '[{"type":"Pods","pods":{"metricName":"m","targetAverageValue":"5"}}]',
          'autoscaling.alpha.kubernetes.io/current-metrics':
            '[{"type":"Pods","pods":{"metricName":"m","currentAverageValue":"2"}},{"type":"Resource","resource":{"name":"cpu","currentAverageUtilization":1,"currentAverageValue":"1m"}}]',
        },
      },
      spec: { targetCPUUtilizationPercentage: 60 },
    },
    { TARGETS: '2/5, cpu: 1%/60%' },
  ],
  [
    'of v1, an annotation that is none',
    { metadata: { annotations: { 'autoscaling.alpha.kubernetes.io/metrics': '{' } }, spec: {} },
    { TARGETS: 'cpu: <unknown>/80%' },
  ],
]);
