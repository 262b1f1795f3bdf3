/** HorizontalPodAutoscaler, in the shapes of v1, v2beta1, v2beta2 and v2. */
import { parseJson } from '../../k8s-decode/json/json.js';
import { type Fields, field, type Value } from '../../k8s-decode/value.js';
import { age, name, withMore } from './cells.js';
import { defineTable } from './define.js';
import { annotation, has, list, number, object, scalar, text } from './read.js';

/** What v1 has no fields for stands in annotations, in the shape of v2beta1. */
const METRICS_ANNOTATION = 'autoscaling.alpha.kubernetes.io/metrics';
const CURRENT_METRICS_ANNOTATION = 'autoscaling.alpha.kubernetes.io/current-metrics';
/** The share of the requested CPU, in percent, that the API server aims at where no metric is given. */
const DEFAULT_CPU = 80;

export const tables = {
  HorizontalPodAutoscaler: defineTable({
    Name: name,
    Reference: (scaler) => {
      const target = object(scaler, 'spec', 'scaleTargetRef');
      return `${text(target, 'kind')}/${text(target, 'name')}`;
    },
    Targets: (scaler) => {
      const statuses = currentMetrics(scaler);
      const shown = metrics(scaler).map((spec, at) => metric(spec, statuses[at]));
      return withMore(shown.slice(0, 2).join(', '), shown.length - 2);
    },
    MinPods: (scaler) => scalar(scaler, ['spec', 'minReplicas'], '1'),
    MaxPods: (scaler) => number(scaler, ['spec', 'maxReplicas']),
    Replicas: (scaler) => number(scaler, ['status', 'currentReplicas']),
    Age: age,
  }),
};

function metrics(scaler: Fields): Value[] {
  const given = list(scaler, 'spec', 'metrics');
  if (given.length > 0) return given;
  const others = annotated(scaler, METRICS_ANNOTATION) ?? [];
  const cpu = field(scaler, 'spec', 'targetCPUUtilizationPercentage');
  if (has(cpu)) return [...others, cpuMetric('targetAverageUtilization', cpu!)];
  return others.length > 0 ? others : [cpuMetric('targetAverageUtilization', DEFAULT_CPU)];
}

function currentMetrics(scaler: Fields): Value[] {
  const cpu = field(scaler, 'status', 'currentCPUUtilizationPercentage');
  return (
    annotated(scaler, CURRENT_METRICS_ANNOTATION) ??
    (has(cpu) ? [cpuMetric('currentAverageUtilization', cpu!)] : list(scaler, 'status', 'currentMetrics'))
  );
}

function annotated(scaler: Fields, key: string): Value[] | undefined {
  const json = annotation(scaler, key);
  if (json === undefined) return undefined;
  try {
    const value = parseJson(json);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function cpuMetric(amount: string, percent: Value): Value {
  const resource = new Map<string, Value>([
    ['name', 'cpu'],
    [amount, percent],
  ]);
  return new Map<string, Value>([
    ['type', 'Resource'],
    ['resource', resource],
  ]);
}

/** `cpu: 10%/80%`, `500m/1k`, `3/5 (avg)`; the status may be absent. */
function metric(spec: Value, status: Value | undefined): string {
  switch (field(spec, 'type')) {
    case 'Resource':
      return resourceMetric(object(spec, 'resource'), object(status, 'resource'));
    case 'ContainerResource':
      return resourceMetric(object(spec, 'containerResource'), object(status, 'containerResource'));
    case 'Pods': {
      const current = object(status, 'pods');
      return `${current ? average(current, '<nil>') : '<unknown>'}/${average(object(spec, 'pods'), '<nil>')}`;
    }
    case 'Object':
      return valueMetric(object(spec, 'object'), object(status, 'object'));
    case 'External':
      return valueMetric(object(spec, 'external'), object(status, 'external'));
    default:
      return '<unknown type>';
  }
}

function resourceMetric(spec: Fields | undefined, status: Fields | undefined): string {
  const target = average(spec, undefined);
  if (target !== undefined)
    return `${text(spec, 'name')}: ${status ? average(status, '<nil>') : '<unknown>'}/${target}`;
  return `${text(spec, 'name')}: ${utilization(status) ?? '<unknown>'}/${utilization(spec) ?? '<auto>'}`;
}

function valueMetric(spec: Fields | undefined, status: Fields | undefined): string {
  const target = average(spec, undefined);
  if (target !== undefined) return `${average(status, '<unknown>')}/${target} (avg)`;
  return `${status ? value(status) : '<unknown>'}/${value(spec)}`;
}

/**
 * The fields of a target, or of a current value: in `target` and `current` since v2beta2, beside the metric's name before, when
 * `target` was the object that is measured.
 */
function amounts(metric: Fields | undefined): Fields | undefined {
  const target = has(metric, 'target', 'kind') ? undefined : object(metric, 'target');
  return object(metric, 'current') ?? target ?? metric;
}

function average<T>(metric: Fields | undefined, otherwise: T): string | T {
  const found = amounts(metric);
  const amount = text(found, 'averageValue') || text(found, 'targetAverageValue') || text(found, 'currentAverageValue');
  return amount || otherwise;
}

function value(metric: Fields | undefined): string {
  const found = amounts(metric);
  return text(found, 'value') || text(found, 'targetValue') || text(found, 'currentValue') || '<nil>';
}

function utilization(metric: Fields | undefined): string | undefined {
  const found = amounts(metric);
  const percent = ['averageUtilization', 'targetAverageUtilization', 'currentAverageUtilization']
    .map((each) => field(found, each))
    .find((each) => has(each));
  return percent === undefined ? undefined : `${percent}%`;
}
