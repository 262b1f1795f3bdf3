/** Bindings: subjects of v1alpha1 had an apiVersion where later ones have the group of it. */
import { listOf } from '../../k8s/fields.js';
import { type Fields, stringField, type Value } from '../../k8s-decode/value.js';

const GROUP = 'rbac.authorization.k8s.io';

/** A binding of v1 as one of v1alpha1. */
export function bindingV1alpha1(binding: Fields): Fields {
  return withSubjects(binding, 'apiGroup', 'apiVersion', (kind, group) => {
    if (kind === 'ServiceAccount') return 'v1';
    return kind === 'User' || kind === 'Group' ? `${GROUP}/v1alpha1` : group;
  });
}

/** A binding of v1alpha1 as one of v1. */
export function bindingV1(binding: Fields): Fields {
  return withSubjects(binding, 'apiVersion', 'apiGroup', (kind, apiVersion) => {
    if (kind === 'ServiceAccount') return '';
    if (kind === 'User' || kind === 'Group') return GROUP;
    return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  });
}

function withSubjects(
  binding: Fields,
  from: string,
  to: string,
  change: (kind: string, value: string) => string,
): Fields {
  if (!binding.has('subjects')) return binding;
  const subjects = listOf(binding.get('subjects')).map((subject): Value => {
    if (!(subject instanceof Map)) return subject;
    const value = change(stringField(subject, 'kind') ?? '', stringField(subject, from) ?? '');
    const [kind, ...rest] = [...subject].filter(([name]) => name !== from);
    return new Map([...(kind ? [kind] : []), ...(value === '' ? [] : [[to, value] as [string, Value]]), ...rest]);
  });
  return new Map(binding).set('subjects', subjects);
}
