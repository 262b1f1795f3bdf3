import { Failure } from '../../base/errors.js';
import type { StoredObject } from '../../k8s/objects.js';
import type { Value } from '../../k8s-decode/value.js';

/** The objects sorted by a field, those without it first; equal ones stay in the order of their keys. */
export async function sortObjects(objects: AsyncIterable<StoredObject>, path: string): Promise<StoredObject[]> {
  const steps = stepsOf(path);
  const keyed: { item: StoredObject; value: Value | undefined }[] = [];
  for await (const item of objects) keyed.push({ item, value: valueAt(item.object, steps) });
  return keyed.sort((a, b) => compare(a.value, b.value)).map(({ item }) => item);
}

/** The names and indexes of a simple JSONPath: `.metadata.name`, `{.spec.containers[0].image}`, `.metadata.labels.app\.io/x`. */
function stepsOf(path: string): (string | number)[] {
  const inner = path.replace(/^\{(.*)\}$/, '$1').replace(/^\$?\.?/, '.');
  const steps: (string | number)[] = [];
  const step = /\.((?:\\.|[^.[\]\\])+)|\[(\d+)\]|\['((?:\\.|[^'])+)'\]/y;
  while (step.lastIndex < inner.length) {
    const [, name, index, quoted] = step.exec(inner) ?? [];
    const text = name ?? quoted;
    if (index !== undefined) steps.push(Number(index));
    else if (text !== undefined) steps.push(text.replace(/\\(.)/g, '$1'));
    else {
      throw new Failure(`--sort-by cannot read the JSONPath ${path}`, {
        hint: 'such as .metadata.creationTimestamp or .spec.containers[0].image',
      });
    }
  }
  return steps;
}

function valueAt(object: Value | undefined, steps: readonly (string | number)[]): Value | undefined {
  let here = object;
  for (const step of steps) {
    if (here instanceof Map && typeof step === 'string') here = here.get(step);
    else if (Array.isArray(here) && typeof step === 'number') here = here[step];
    else return undefined;
  }
  return here;
}

function compare(a: Value | undefined, b: Value | undefined): number {
  if (a === b) return 0;
  if (a === undefined || a === null) return -1;
  if (b === undefined || b === null) return 1;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : 1;
  return Number(a) - Number(b);
}
