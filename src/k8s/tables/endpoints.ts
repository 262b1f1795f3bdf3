/** The addresses behind a service: Endpoints and EndpointSlice. */
import type { Fields, Value } from '../../k8s-decode/value.js';
import { age, firstThree, name, withMore } from './cells.js';
import { defineTable } from './define.js';
import { list, number, scalar, text, texts } from './read.js';

export const endpointsTable = defineTable({ Name: name, Endpoints: addresses, Age: age });

export const tables = {
  EndpointSlice: defineTable({
    Name: name,
    AddressType: (slice) => text(slice, 'addressType'),
    Ports: (slice) => firstThree(list(slice, 'ports').map((port) => scalar(port, ['port'], text(port, 'name')))),
    Endpoints: (slice) => firstThree(list(slice, 'endpoints').flatMap((endpoint) => texts(endpoint, 'addresses'))),
    Age: age,
  }),
};

/** Each ready address with each port of its subset, the first three of them. */
function addresses(endpoints: Fields): string {
  const subsets = list(endpoints, 'subsets');
  if (subsets.length === 0) return '<none>';
  const all = subsets.flatMap((subset) => {
    const ips = list(subset, 'addresses').map((address) => text(address, 'ip'));
    const ports = list(subset, 'ports');
    return ports.length === 0 ? ips : ports.flatMap((port) => ips.map((ip) => hostPort(ip, port)));
  });
  return withMore(all.slice(0, 3).join(','), all.length - 3);
}

function hostPort(ip: string, port: Value): string {
  return `${ip.includes(':') ? `[${ip}]` : ip}:${number(port, ['port'])}`;
}
