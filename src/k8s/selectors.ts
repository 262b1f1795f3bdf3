/** kubectl's selectors: `-l` by labels, `--field-selector` by fields. */
import { Failure } from '../base/errors.js';
import { type Fields, field, stringField } from '../k8s-decode/value.js';

/** Whether an object is selected. */
export type Selector = (object: Fields) => boolean;

/** One requirement on labels, from whether there is such a label and what its value is. */
type Requirement = (label: string | undefined) => boolean;

/**
 * A selector by labels: `app=web,tier!=db,env in (a,b),env notin (c),track,!canary,size>3`.
 * @throws Failure that shows the part which is none
 */
export function labelSelector(text: string): Selector {
  const parts = splitOutsideBrackets(text).map(labelRequirement);
  return (object) => {
    const labels = field(object, 'metadata', 'labels');
    return parts.every(([name, holds]) => holds(stringField(labels, name)));
  };
}

function splitOutsideBrackets(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

const NAME = '[A-Za-z0-9][A-Za-z0-9._/-]*';
const SET = new RegExp(`^(${NAME})\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const COMPARED = new RegExp(`^(${NAME})\\s*(==|=|!=|<|>)\\s*([A-Za-z0-9._-]*)$`);
const EXISTS = new RegExp(`^(!?)\\s*(${NAME})$`);

function labelRequirement(text: string): [name: string, holds: Requirement] {
  const [, setName, setOperator, list] = SET.exec(text) ?? [];
  if (setName !== undefined) {
    const values = list!.split(',').map((value) => value.trim());
    if (setOperator === 'in') return [setName, (label) => label !== undefined && values.includes(label)];
    return [setName, (label) => label === undefined || !values.includes(label)];
  }
  const [, name, operator, value = ''] = COMPARED.exec(text) ?? [];
  if (name !== undefined) return [name, comparison(operator!, value)];
  const [, not, existing] = EXISTS.exec(text) ?? [];
  if (existing === undefined) {
    throw new Failure(`unable to parse requirement ${JSON.stringify(text)} of the selector`, {
      hint: 'a selector looks like app=web,tier!=db,env in (a,b),track,!canary',
    });
  }
  return [existing, (label) => (label === undefined) === (not === '!')];
}

function comparison(operator: string, value: string): Requirement {
  if (operator === '!=') return (label) => label !== value;
  if (operator === '<') return (label) => label !== undefined && Number(label) < Number(value);
  if (operator === '>') return (label) => label !== undefined && Number(label) > Number(value);
  return (label) => label === value;
}

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
