import { type Fields, field } from '../../k8s-decode/value.js';
import { age, name, orNone, withMore } from './cells.js';
import { defineTable } from './define.js';
import { annotation, list, object, scalar, size, text, texts } from './read.js';
import { labelSelector } from './selector.js';
import { balancerAddresses } from './services.js';

export const tables = {
  ClusterCIDR: defineTable({
    Name: name,
    PerNodeHostBits: (range) => scalar(range, ['spec', 'perNodeHostBits'], '0'),
    IPv4: (range) => orNone(text(range, 'spec', 'ipv4')),
    IPv6: (range) => orNone(text(range, 'spec', 'ipv6')),
    Age: age,
    'NodeSelector*': nodeSelector,
  }),
  // The API server gives an age too, and no column for it.
  IPAddress: defineTable({ Name: name, ParentRef: parent, '': age }),
  Ingress: defineTable({
    Name: name,
    Class: (ingress) => scalar(ingress, ['spec', 'ingressClassName'], '<none>'),
    Hosts: hosts,
    Address: (ingress) => balancerAddresses(ingress).join(','),
    Ports: (ingress) => (size(ingress, 'spec', 'tls') > 0 ? '80, 443' : '80'),
    Age: age,
  }),
  IngressClass: defineTable({
    Name: (ingressClass, now) => {
      const isDefault = annotation(ingressClass, 'ingressclass.kubernetes.io/is-default-class') === 'true';
      return name(ingressClass, now) + (isDefault ? ' (default)' : '');
    },
    Controller: (ingressClass) => text(ingressClass, 'spec', 'controller'),
    Parameters: parameters,
    Age: age,
  }),
  NetworkPolicy: defineTable({
    Name: name,
    'Pod-Selector': (policy) => labelSelector(field(policy, 'spec', 'podSelector')),
    Age: age,
  }),
  ServiceCIDR: defineTable({
    Name: name,
    CIDRs: (range) => texts(range, 'spec', 'cidrs').join(','),
    Age: age,
  }),
};

/** `services/default/kubernetes`. */
function parent(address: Fields): string {
  const reference = object(address, 'spec', 'parentRef');
  if (!reference) return '<none>';
  const group = text(reference, 'group');
  const resource = `${text(reference, 'resource')}${group && `.${group}`}`.toLowerCase();
  return [resource, text(reference, 'namespace'), text(reference, 'name')]
    .filter((part, at) => at !== 1 || part)
    .join('/');
}

/** The first three hosts. Rules without one count among those that are left out. */
function hosts(ingress: Fields): string {
  const rules = list(ingress, 'spec', 'rules').map((rule) => text(rule, 'host'));
  const named = [...rules.entries()].filter(([, host]) => host !== '').slice(0, 3);
  const isCut = named.length === 3 && named[2]![0] < rules.length - 1;
  const shown = named.map(([, host]) => host).join(',');
  return withMore(shown, isCut ? rules.length - 3 : 0) || '*';
}

function parameters(ingressClass: Fields): string {
  const reference = object(ingressClass, 'spec', 'parameters');
  if (!reference) return '<none>';
  const group = field(reference, 'apiGroup');
  const kind = text(reference, 'kind') + (typeof group === 'string' ? `.${group}` : '');
  return `${kind}/${text(reference, 'name')}`;
}

/** The terms as Go prints its structs. */
function nodeSelector(range: Fields): string {
  const selector = object(range, 'spec', 'nodeSelector');
  if (!selector) return '<none>';
  const terms = list(selector, 'nodeSelectorTerms').flatMap((term) =>
    ['matchExpressions', 'matchFields'].map((part) => {
      const requirements = list(term, part).map(
        (each) => `{${text(each, 'key')} ${text(each, 'operator')} [${texts(each, 'values').join(' ')}]}`,
      );
      return requirements.length > 0 && `M${part.slice(1)}: [${requirements.join(' ')}]`;
    }),
  );
  return terms.filter(Boolean).join(',');
}
