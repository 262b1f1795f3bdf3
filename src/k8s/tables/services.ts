import { type Fields, field, type Value } from '../../k8s-decode/value.js';
import { age, name, orNone } from './cells.js';
import { defineTable } from './define.js';
import { list, number, text, texts } from './read.js';
import { labels } from './selector.js';

export const serviceTable = defineTable({
  Name: name,
  Type: type,
  'Cluster-IP': (service) => orNone(texts(service, 'spec', 'clusterIPs')[0] ?? text(service, 'spec', 'clusterIP')),
  'External-IP': externalAddress,
  'Port(s)': (service) => orNone(list(service, 'spec', 'ports').map(port).join(',')),
  Age: age,
  'Selector*': (service) => labels(field(service, 'spec', 'selector')),
});

function type(service: Fields): string {
  return text(service, 'spec', 'type') || 'ClusterIP';
}

function externalAddress(service: Fields): string {
  const external = texts(service, 'spec', 'externalIPs');
  switch (type(service)) {
    case 'ClusterIP':
    case 'NodePort':
      return orNone(external.join(','));
    case 'LoadBalancer':
      return [...balancerAddresses(service), ...external].join(',') || '<pending>';
    case 'ExternalName':
      return text(service, 'spec', 'externalName');
    default:
      return '<unknown>';
  }
}

/** Where the load balancer in front of a service or an ingress takes connections: addresses, or names where it has none; sorted. */
export function balancerAddresses(object: Fields): string[] {
  const addresses = list(object, 'status', 'loadBalancer', 'ingress').map(
    (each) => text(each, 'ip') || text(each, 'hostname'),
  );
  return [...new Set(addresses.filter((address) => address !== ''))].sort();
}

/** `80/TCP`, `80:30080/TCP`. */
function port(value: Value): string {
  const node = number(value, ['nodePort']);
  return `${number(value, ['port'])}${node > 0 ? `:${node}` : ''}/${text(value, 'protocol') || 'TCP'}`;
}
