/** OpenShift's routes: hosts, and the services behind them. */
import type { Fields, Value } from '../../k8s-decode/value.js';
import { name } from './cells.js';
import { defineTable } from './define.js';
import { condition, has, list, number, object, scalar, text } from './read.js';

export const routeTable = defineTable({
  Name: name,
  'Host/Port': host,
  Path: (route) => text(route, 'spec', 'path'),
  Services: services,
  Port: (route) => scalar(route, ['spec', 'port', 'targetPort'], '<all>'),
  Termination: (route) => {
    const [termination, insecure] = [
      text(route, 'spec', 'tls', 'termination'),
      text(route, 'spec', 'tls', 'insecureEdgeTerminationPolicy'),
    ];
    return insecure === '' ? termination : `${termination || 'default'}/${insecure}`;
  },
  Wildcard: (route) => text(route, 'spec', 'wildcardPolicy'),
});

/** The host under which routers serve it; where none does, why. */
function host(route: Fields): string {
  const own = text(route, 'spec', 'host');
  const ingresses = list(route, 'status', 'ingress');
  if (ingresses.length === 0) return own;
  const admissions = ingresses.map((ingress) => ({
    host: text(ingress, 'host'),
    admitted: condition(list(ingress, 'conditions'), 'Admitted'),
  }));
  const is = (status: string) => admissions.filter(({ admitted }) => text(admitted, 'status') === status);
  const [admitted, rejected] = [is('True'), is('False')];
  if (admitted.length === 0) return rejected.length > 0 ? text(rejected.at(-1)!.admitted, 'reason') : 'Pending';
  const shown = (admitted.find((each) => each.host === own) ?? admitted.at(-1)!).host;
  if (rejected.length > 0) return `${shown} ... ${rejected.length} rejected`;
  return admitted.length > 1 ? `${shown} ... ${admitted.length - 1} more` : shown;
}

/** With their shares of the traffic where there are several: `web(90%),next(10%)`. */
function services(route: Fields): string {
  const to = object(route, 'spec', 'to');
  const backends: Value[] = [...(to ? [to] : []), ...list(route, 'spec', 'alternateBackends')];
  const total = backends.reduce<number>((sum, backend) => sum + number(backend, ['weight']), 0);
  return backends
    .map((backend) => {
      const service = text(backend, 'name');
      if (!has(backend, 'weight') || (backends.length === 1 && total !== 0)) return service;
      const share = total === 0 ? 0 : Math.trunc((number(backend, ['weight']) * 100) / total);
      return `${service}(${share}%)`;
    })
    .join(',');
}
