/** kubectl's selector by fields, `--field-selector`; that by labels is in label-selector.ts. */
import { Failure } from '../base/errors.js';
import { type Fields, field } from '../k8s-decode/value.js';

/** Whether an object is selected. */
export type Selector = (object: Fields) => boolean;

/**
 * A selector by fields, any that the object has: `status.phase=Running,spec.nodeName!=node-1`. One that is absent is empty.
 * @throws Failure that shows the part which is none
 */
export function fieldSelector(text: string): Selector {
  const parts = text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(fieldRequirement);
  return (object) => parts.every((holds) => holds(object));
}

function fieldRequirement(text: string): Selector {
  const [, path, operator, value] = /^\s*\.?([^=!\s]+)\s*(==|=|!=)\s*(.*?)\s*$/.exec(text) ?? [];
  if (path === undefined) {
    throw new Failure(`invalid field selector ${JSON.stringify(text)}: can't understand it`, {
      hint: 'a field selector looks like status.phase=Running,spec.nodeName!=node-1',
    });
  }
  const names = path.split('.');
  const wantEqual = operator !== '!=';
  return (object) => (String(field(object, ...names) ?? '') === value) === wantEqual;
}
