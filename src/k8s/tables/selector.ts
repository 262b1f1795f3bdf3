/** Labels and label selectors in kubectl's notation: `app=web,tier in (back,front),!legacy`. */
import { type Fields, field, type Value } from '../../k8s-decode/value.js';
import { list, object, text, texts } from './read.js';

/** The entries of an object by name: `a=1,b=2`, or `<none>`. */
export function labels(value: Value | undefined): string {
  return labelText(value instanceof Map ? value : undefined) || '<none>';
}

function labelText(entries: Fields | undefined): string {
  if (!entries) return '';
  return [...entries.keys()]
    .sort()
    .map((name) => `${name}=${entries.get(name)}`)
    .join(',');
}

/** A LabelSelector; `<none>` where it is empty, `<error>` where it breaks the rules of selectors. */
export function labelSelector(selector: Value | undefined): string {
  const written = selectorText(selector);
  return written === '' ? '<none>' : (written ?? '<error>');
}

/** A LabelSelector, its requirements by key; empty where it has none, undefined where it breaks the rules of selectors. */
export function selectorText(selector: Value | undefined): string | undefined {
  const equal = [...(object(selector, 'matchLabels') ?? [])].map(([key, value]) => ({
    key,
    written: isKey(key) && isValue(String(value)) ? `${key}=${value}` : undefined,
  }));
  const expressions = list(selector, 'matchExpressions').map((each) => ({
    key: text(each, 'key'),
    written: requirement(each),
  }));
  const all = [...equal, ...expressions].sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  return all.every(({ written }) => written !== undefined) ? all.map(({ written }) => written).join(',') : undefined;
}

function requirement(expression: Value): string | undefined {
  const key = text(expression, 'key');
  const values = texts(expression, 'values').sort();
  if (!isKey(key)) return undefined;
  switch (field(expression, 'operator')) {
    case 'In':
      return values.length > 0 && values.every(isValue) ? `${key} in (${values.join(',')})` : undefined;
    case 'NotIn':
      return values.length > 0 && values.every(isValue) ? `${key} notin (${values.join(',')})` : undefined;
    case 'Exists':
      return values.length === 0 ? key : undefined;
    case 'DoesNotExist':
      return values.length === 0 ? `!${key}` : undefined;
    default:
      return undefined;
  }
}

/** A label's key: a name of at most 63 characters, after a DNS name and a slash or not. */
function isKey(key: string): boolean {
  const slash = key.indexOf('/');
  const name = key.slice(slash + 1);
  const isPrefix = slash < 0 || (slash < 254 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(key.slice(0, slash)));
  return isPrefix && name !== '' && isValue(name);
}

function isValue(value: string): boolean {
  return value.length < 64 && /^([A-Za-z0-9]([-\w.]*[A-Za-z0-9])?)?$/.test(value);
}

/** A LabelSelector as Go prints its struct: so it stands in the tables of admission policy bindings. */
export function goSelector(selector: Fields): string {
  const equal = object(selector, 'matchLabels') ?? new Map<string, Value>();
  const pairs = [...equal.keys()].sort().map((key) => `${key}: ${equal.get(key)},`);
  const expressions = list(selector, 'matchExpressions').map(
    (each) =>
      `LabelSelectorRequirement{Key:${text(each, 'key')},Operator:${text(each, 'operator')},Values:[${texts(each, 'values').join(' ')}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${pairs.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}
