/**
 * HorizontalPodAutoscaler: v1 knows a share of the CPU alone. What else v2 has stands in annotations of v1: metrics and their state in
 * the shape of v2beta1, and the behaviour as Go's structs without names for JSON are written.
 */

import { fieldsAt, listOf } from '../../k8s/fields.js';
import { parseJson, toJson } from '../../k8s-decode/json/json.js';
import { type Fields, field, stringField, type Value } from '../../k8s-decode/value.js';
import { asFields, type Plain, type PlainObject } from '../plain.js';

const PREFIX = 'autoscaling.alpha.kubernetes.io/';
const METRICS = `${PREFIX}metrics`;
const CURRENT_METRICS = `${PREFIX}current-metrics`;
const CONDITIONS = `${PREFIX}conditions`;
const BEHAVIOR = `${PREFIX}behavior`;
const ALL = [METRICS, CURRENT_METRICS, CONDITIONS, BEHAVIOR];

/** An autoscaler of v2 as one of v1. */
export function scalerV1(scaler: Fields): Fields {
  const [spec, status] = [fieldsAt(scaler, 'spec'), fieldsAt(scaler, 'status')];
  const metrics = listOf(spec.get('metrics'));
  const cpu = metrics.find(isCpuShare);
  const current = listOf(status.get('currentMetrics'));
  const currentCpu = current.find(
    (each) => isCpu(each) && has(field(each, 'resource', 'current', 'averageUtilization')),
  );
  const noted: [string, Value[] | Value | undefined][] = [
    [METRICS, metrics.filter((each) => !isCpuShare(each)).map((each) => oldMetric(each, 'target'))],
    [CURRENT_METRICS, current.map((each) => oldMetric(each, 'current'))],
    [CONDITIONS, listOf(status.get('conditions'))],
    [BEHAVIOR, spec.has('behavior') ? capitalBehavior(fieldsAt(spec, 'behavior')) : undefined],
  ];
  const annotations = noted.filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value !== undefined));
  return withParts(scaler, {
    annotations: annotations.map(([name, value]) => [name, toJson(value as Value)]),
    spec: without(spec, ['metrics', 'behavior']),
    status: without(status, ['currentMetrics', 'conditions']),
    cpu: [
      field(cpu, 'resource', 'target', 'averageUtilization'),
      field(currentCpu, 'resource', 'current', 'averageUtilization'),
    ],
  });
}

/** An autoscaler of v1 as one of v2. */
export function scalerV2(scaler: Fields): Fields {
  const read = (name: string) => annotated(scaler, name);
  const [spec, status] = [fieldsAt(scaler, 'spec'), fieldsAt(scaler, 'status')];
  const share = spec.get('targetCPUUtilizationPercentage');
  const usage = status.get('currentCPUUtilizationPercentage');
  const cpu = has(share) ? [cpuMetric('target', { type: 'Utilization', averageUtilization: share! })] : [];
  const currentCpu = has(usage) ? [cpuMetric('current', { averageUtilization: usage! })] : [];
  const metrics = [...cpu, ...listOf(read(METRICS)).map((each) => newMetric(each, 'target'))];
  const currentMetrics = listOf(read(CURRENT_METRICS)).map((each) => newMetric(each, 'current'));
  const behavior = read(BEHAVIOR);
  const newSpec = without(spec, ['targetCPUUtilizationPercentage']);
  if (metrics.length > 0) newSpec.set('metrics', metrics);
  if (behavior instanceof Map) newSpec.set('behavior', smallNames(behavior));
  const newStatus = without(status, ['currentCPUUtilizationPercentage']);
  newStatus.set(
    'currentMetrics',
    currentMetrics.length > 0 ? currentMetrics : currentCpu.length > 0 ? currentCpu : null,
  );
  const conditions = read(CONDITIONS);
  if (Array.isArray(conditions)) newStatus.set('conditions', conditions);
  return withParts(scaler, { annotations: [], spec: newSpec, status: newStatus, cpu: [] });
}

interface Parts {
  annotations: [string, Value][];
  spec: Fields;
  status: Fields;
  /** The share that is aimed at and the one that is used, for v1. */
  cpu: (Value | undefined)[];
}

function withParts(scaler: Fields, { annotations, spec, status, cpu: [share, usage] }: Parts): Fields {
  const metadata = new Map(fieldsAt(scaler, 'metadata'));
  const all = new Map([...without(fieldsAt(metadata, 'annotations'), ALL), ...annotations]);
  if (all.size > 0) metadata.set('annotations', new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1))));
  else metadata.delete('annotations');
  if (has(share)) spec.set('targetCPUUtilizationPercentage', share!);
  if (has(usage)) status.set('currentCPUUtilizationPercentage', usage!);
  return new Map(scaler).set('metadata', metadata).set('spec', spec).set('status', status);
}

function without(fields: Fields, names: readonly string[]): Fields {
  return new Map([...fields].filter(([name]) => !names.includes(name)));
}

function has(value: Value | undefined): boolean {
  return value !== undefined && value !== null;
}

function isCpu(metric: Value): boolean {
  return field(metric, 'type') === 'Resource' && field(metric, 'resource', 'name') === 'cpu';
}

function isCpuShare(metric: Value): boolean {
  return isCpu(metric) && has(field(metric, 'resource', 'target', 'averageUtilization'));
}

function cpuMetric(amount: 'target' | 'current', value: PlainObject): Fields {
  return asFields({ type: 'Resource', resource: { name: 'cpu', [amount]: value } });
}

/** The sorts of metrics, and the fields that hold them. */
const SORTS = ['object', 'pods', 'resource', 'containerResource', 'external'] as const;

/** A metric (`target`) or its state (`current`) in the shape of v2beta1: Go's order of fields counts. */
function oldMetric(metric: Value, amount: 'target' | 'current'): Fields {
  const old: Record<string, Plain | undefined> = { type: stringField(metric, 'type') ?? '' };
  for (const sort of SORTS) {
    const source = field(metric, sort);
    if (source instanceof Map) old[sort] = oldSource(sort, source, amount);
  }
  return asFields(old);
}

function oldSource(sort: (typeof SORTS)[number], source: Fields, amount: 'target' | 'current'): PlainObject {
  const quantity = (name: string) => given(field(source, amount, name));
  const [value, averageValue, utilization] = ['value', 'averageValue', 'averageUtilization'].map(quantity);
  const [name, selector] = [given(field(source, 'metric', 'name')) ?? '', given(field(source, 'metric', 'selector'))];
  const isTarget = amount === 'target';
  switch (sort) {
    case 'object':
      return {
        target: field(source, 'describedObject') ?? new Map(),
        metricName: name,
        [`${amount}Value`]: value ?? '0',
        selector,
        averageValue,
      };
    case 'pods':
      return { metricName: name, [`${amount}AverageValue`]: averageValue ?? '0', selector };
    case 'external':
      return {
        metricName: name,
        metricSelector: selector,
        [`${amount}Value`]: value ?? (isTarget ? undefined : '0'),
        [`${amount}AverageValue`]: averageValue,
      };
    default:
      return {
        name: source.get('name') ?? '',
        [`${amount}AverageUtilization`]: utilization,
        [`${amount}AverageValue`]: averageValue ?? (isTarget ? undefined : '0'),
        container: sort === 'containerResource' ? (source.get('container') ?? '') : undefined,
      };
  }
}

/** A metric or its state out of an annotation of v1. */
function newMetric(metric: Value, amount: 'target' | 'current'): Fields {
  const found: Record<string, Plain | undefined> = { type: stringField(metric, 'type') ?? '' };
  for (const sort of SORTS) {
    const source = field(metric, sort);
    if (source instanceof Map) found[sort] = newSource(sort, source, amount);
  }
  return asFields(found);
}

function newSource(sort: (typeof SORTS)[number], source: Fields, amount: 'target' | 'current'): PlainObject {
  const value = given(source.get(`${amount}Value`));
  const averageValue = given(source.get(`${amount}AverageValue`)) ?? given(source.get('averageValue'));
  const averageUtilization = given(source.get(`${amount}AverageUtilization`));
  const isZero = value === '0' && averageValue !== undefined;
  const type = averageUtilization !== undefined ? 'Utilization' : averageValue !== undefined ? 'AverageValue' : 'Value';
  const amounts = {
    type: amount === 'target' ? type : undefined,
    value: isZero ? undefined : value,
    averageValue,
    averageUtilization,
  };
  if (sort === 'resource' || sort === 'containerResource') {
    return { name: source.get('name') ?? '', [amount]: amounts, container: given(source.get('container')) };
  }
  const selector = given(source.get('selector')) ?? given(source.get('metricSelector'));
  const metric = { name: source.get('metricName') ?? '', selector };
  return { describedObject: sort === 'object' ? source.get('target') : undefined, metric, [amount]: amounts };
}

function given(value: Value | undefined): Value | undefined {
  return value === null ? undefined : value;
}

/** As Go writes the structs of the API server's own version: all fields, by their names in Go. */
function capitalBehavior(behavior: Fields): Value {
  const rules = (name: string): Plain => {
    const given = behavior.get(name);
    if (!(given instanceof Map)) return null;
    return {
      StabilizationWindowSeconds: given.get('stabilizationWindowSeconds') ?? null,
      SelectPolicy: given.get('selectPolicy') ?? null,
      Policies: given.has('policies')
        ? listOf(given.get('policies')).map((policy) => ({
            Type: field(policy, 'type') ?? '',
            Value: field(policy, 'value') ?? 0,
            PeriodSeconds: field(policy, 'periodSeconds') ?? 0,
          }))
        : null,
      Tolerance: given.get('tolerance') ?? null,
    };
  };
  return asFields({ ScaleUp: rules('scaleUp'), ScaleDown: rules('scaleDown') });
}

function smallNames(value: Value): Value {
  if (Array.isArray(value)) return value.map(smallNames);
  if (!(value instanceof Map)) return value;
  const known = [...value].filter(([, each]) => each !== null);
  return new Map(known.map(([name, each]) => [name.charAt(0).toLowerCase() + name.slice(1), smallNames(each)]));
}

function annotated(scaler: Fields, name: string): Value | undefined {
  const text = stringField(scaler, 'metadata', 'annotations', name);
  try {
    return text === undefined ? undefined : parseJson(text);
  } catch {
    return undefined;
  }
}
