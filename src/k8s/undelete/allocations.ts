/** Whether the service IPs and node ports of services that come back are still theirs. */
import { type Fields, field, stringField } from '../../k8s-decode/value.js';
import type { Cluster } from '../cluster.js';
import { contains, parseCidr, parseIp } from '../ip.js';
import { readObjects } from '../objects.js';
import { type AllocatedRange, allocatedRanges, clusterIps, nodePorts } from '../ranges.js';
import { builtInResources } from '../resources.js';

/** What stands against a service, or is to be known of it. */
export interface AllocationCheck {
  /** Another service has the same: it must not be written. */
  conflicts: string[];
  notes: string[];
}

/** What a cluster has given to its services. */
export class Allocations {
  private constructor(
    private readonly ranges: readonly AllocatedRange[],
    /** The service that each IPAddress object is of: `shop/web`. */
    private readonly addresses: ReadonlyMap<string, string>,
    /** The services that have each address and port. */
    private readonly holders: Map<string, string[]>,
  ) {}

  static async read(cluster: Cluster): Promise<Allocations> {
    const ranges = await allocatedRanges(cluster);
    const addresses = new Map<string, string>();
    const resource = builtInResources().find(({ plural }) => plural === 'ipaddresses')!;
    for await (const { name, object } of readObjects(cluster, { resource })) {
      const parent = field(object, 'spec', 'parentRef');
      addresses.set(name, `${stringField(parent, 'namespace')}/${stringField(parent, 'name')}`);
    }
    const holders = new Map<string, string[]>();
    for (const { holdings } of ranges) {
      for (const { value, services } of holdings) holders.set(value, services);
    }
    return new Allocations(ranges, addresses, holders);
  }

  /** Checks a service, and counts it with those that are there. */
  check(service: Fields): AllocationCheck {
    const name = `${stringField(service, 'metadata', 'namespace')}/${stringField(service, 'metadata', 'name')}`;
    const check: AllocationCheck = { conflicts: [], notes: [] };
    for (const address of clusterIps(service)) this.address(address, name, check);
    for (const port of nodePorts(service)) this.port(port, name, check);
    return check;
  }

  private address(address: string, name: string, { conflicts, notes }: AllocationCheck): void {
    const parent = this.addresses.get(address);
    const holder = this.heldByOther(address, name) ?? (parent === undefined || parent === name ? undefined : parent);
    if (holder) conflicts.push(`its cluster IP ${address} is that of the service ${holder} now`);
    else if (!this.inRange(address)) notes.push(`its cluster IP ${address} is in no range of this cluster`);
  }

  private port(port: string, name: string, { conflicts, notes }: AllocationCheck): void {
    const holder = this.heldByOther(port, name);
    if (holder) conflicts.push(`its node port ${port} is that of the service ${holder} now`);
    const ranges = this.ranges.filter(({ of }) => of === 'ports');
    const isInside = ranges.some(({ range }) => {
      const [first, last] = range.split('-').map(Number);
      return Number(port) >= first! && Number(port) <= last!;
    });
    if (!holder && ranges.length > 0 && !isInside) {
      notes.push(`its node port ${port} is not in ${ranges.map(({ range }) => range).join(', ')}`);
    }
  }

  private inRange(address: string): boolean {
    const cidrs = this.ranges.filter(({ of, range }) => of === 'addresses' && range !== '').map(({ range }) => range);
    const ip = parseIp(address)!;
    return cidrs.length === 0 || cidrs.some((range) => contains(parseCidr(range)!, ip));
  }

  /** Another service that has it; if there is none, this one has it from now on. */
  private heldByOther(value: string, name: string): string | undefined {
    const services = this.holders.get(value) ?? [];
    const other = services.find((service) => service !== name);
    if (!other && services.length === 0) this.holders.set(value, [name]);
    return other;
  }
}
