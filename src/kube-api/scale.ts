/** The `scale` of what has replicas: told from the object itself. */

import { compileJsonPath } from '../k8s/tables/json-path.js';
import { labelSelector } from '../k8s/tables/selector.js';
import { type Fields, field, type Value } from '../k8s-decode/value.js';
import { type Answer, objectAnswer } from './answer.js';
import type { Api } from './apis.js';
import type { Media } from './negotiate.js';
import { asFields } from './plain.js';

const METADATA = ['name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp'];

export function answerScale(object: Fields, api: Api, media: Media): Promise<Answer> {
  const metadata = new Map(
    METADATA.flatMap((name) => {
      const value = field(object, 'metadata', name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
  const { spec, status, selector } = api.custom ? customScale(object, api.custom.scale!) : ownScale(object);
  return objectAnswer(
    asFields({
      kind: 'Scale',
      apiVersion: 'autoscaling/v1',
      metadata,
      spec: { ...(spec !== 0 && { replicas: spec }) },
      status: { replicas: status, ...(selector && { selector }) },
    }),
    { encoding: media.encoding, pretty: media.pretty },
  );
}

interface Scale {
  spec: Value;
  status: Value;
  selector: string | undefined;
}

function ownScale(object: Fields): Scale {
  return {
    spec: field(object, 'spec', 'replicas') ?? 1,
    status: field(object, 'status', 'replicas') ?? 0,
    selector: selectorText(field(object, 'spec', 'selector')),
  };
}

/** A ReplicationController selects by labels alone. */
function selectorText(selector: Value | undefined): string | undefined {
  const isPlain = !(field(selector, 'matchLabels') || field(selector, 'matchExpressions'));
  const text = labelSelector(isPlain ? new Map([['matchLabels', selector ?? null]]) : selector);
  return text.startsWith('<') ? undefined : text;
}

function customScale(object: Fields, paths: NonNullable<NonNullable<Api['custom']>['scale']>): Scale {
  const read = (path: string | undefined) => (path ? compileJsonPath(path)?.(object)[0] : undefined);
  const selector = read(paths.selector);
  return {
    spec: read(paths.specReplicas) ?? 0,
    status: read(paths.statusReplicas) ?? 0,
    selector: typeof selector === 'string' ? selector : undefined,
  };
}
