/** What the first versions of Deployment and DaemonSet had as fields, and apps/v1beta2 and v1 have as annotations. */
import { fieldsAt } from '../../k8s/fields.js';
import { type Fields, field, stringField, type Value } from '../../k8s-decode/value.js';

/** Of the template that a DaemonSet's pods are made by. */
export const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';
/** The revision that a Deployment is to go back to. */
export const ROLLBACK_TO = 'deprecated.deployment.rollback.rollbackTo';

export function daemonSetV1(set: Fields): Fields {
  return annotated(set, 'templateGeneration', TEMPLATE_GENERATION, field(set, 'spec', 'templateGeneration') ?? 0);
}

export function daemonSetV1beta1(set: Fields): Fields {
  return withField(set, 'templateGeneration', TEMPLATE_GENERATION, (generation) => generation);
}

export function deploymentV1(deployment: Fields): Fields {
  const rollback = field(deployment, 'spec', 'rollbackTo');
  if (!(rollback instanceof Map)) return deployment;
  return annotated(deployment, 'rollbackTo', ROLLBACK_TO, rollback.get('revision') ?? 0);
}

export function deploymentV1beta1(deployment: Fields): Fields {
  return withField(deployment, 'rollbackTo', ROLLBACK_TO, (revision) => new Map([['revision', revision]]));
}

/** The object with an annotation in place of a field of its `spec`. */
function annotated(object: Fields, name: string, annotation: string, value: Value): Fields {
  const spec = new Map(fieldsAt(object, 'spec'));
  spec.delete(name);
  const metadata = new Map(fieldsAt(object, 'metadata'));
  const all = [...fieldsAt(metadata, 'annotations')].filter(([each]) => each !== annotation);
  all.push([annotation, String(value)]);
  metadata.set('annotations', new Map(all.sort(([a], [b]) => (a < b ? -1 : 1))));
  return new Map(object).set('metadata', metadata).set('spec', spec);
}

/** The object with a field of its `spec` in place of an annotation that is a number. */
function withField(object: Fields, name: string, annotation: string, make: (value: number) => Value): Fields {
  const text = stringField(object, 'metadata', 'annotations', annotation) ?? '';
  if (!/^\d{1,15}$/.test(text)) return object;
  const metadata = new Map(fieldsAt(object, 'metadata'));
  const annotations = new Map(fieldsAt(metadata, 'annotations'));
  annotations.delete(annotation);
  if (annotations.size > 0) metadata.set('annotations', annotations);
  else metadata.delete('annotations');
  const spec = new Map(fieldsAt(object, 'spec')).set(name, make(Number(text)));
  return new Map(object).set('metadata', metadata).set('spec', spec);
}
