/**
 * The service IPs and node ports that are taken: by the bitmaps that the API server keeps (RangeAllocation; of IPs up to
 * Kubernetes 1.32) or by IPAddress objects (since 1.31), against the services that have them.
 */
import { type Fields, field, stringField, type Value } from '../k8s-decode/value.js';
import type { Cluster } from './cluster.js';
import { contains, ipText, parseCidr, parseIp } from './ip.js';
import { readObjects } from './objects.js';
import { builtInResources } from './resources.js';

/**
 * `held`: one service has it. `leaked`: none has it. `missing`: a service has it, and the range does not say that it is
 * taken. `conflict`: more than one service has it.
 */
export type HoldingState = 'held' | 'leaked' | 'missing' | 'conflict';

/** An address or a port that is taken. */
export interface Holding {
  value: string;
  state: HoldingState;
  /** `shop/web`. */
  services: string[];
}

export interface AllocatedRange {
  /** `10.96.0.0/16`, `30000-32767`; empty for addresses that are in no range. */
  range: string;
  /** What tells that something is taken: the key of a bitmap, or `IPAddress objects`. */
  source: string;
  of: 'addresses' | 'ports';
  /** How many the range can give away. */
  size: bigint;
  /** In ascending order. */
  holdings: Holding[];
}

/** The services that have an address or a port. */
type Holders = Map<string, string[]>;

/** All ranges of a cluster. */
export async function allocatedRanges(cluster: Cluster): Promise<AllocatedRange[]> {
  const { addresses, ports } = await readHolders(cluster);
  const ranges: AllocatedRange[] = [];
  for await (const { object, key } of objectsOf(cluster, 'rangeallocations')) {
    const range = object && bitmapRange(object, key, addresses, ports);
    if (range) ranges.push(range);
  }
  return [...ranges, ...(await addressRanges(cluster, addresses))];
}

function objectsOf(cluster: Cluster, plural: string) {
  return readObjects(cluster, { resource: builtInResources().find((resource) => resource.plural === plural)! });
}

async function readHolders(cluster: Cluster): Promise<{ addresses: Holders; ports: Holders }> {
  const addresses: Holders = new Map();
  const ports: Holders = new Map();
  for await (const { object, namespace, name } of objectsOf(cluster, 'services')) {
    if (!object) continue;
    const service = `${namespace}/${name}`;
    for (const address of clusterIps(object)) hold(addresses, address, service);
    for (const port of nodePorts(object)) hold(ports, port, service);
  }
  return { addresses, ports };
}

function hold(holders: Holders, value: string, service: string): void {
  const services = holders.get(value);
  if (services) services.push(service);
  else holders.set(value, [service]);
}

/** The addresses of a service; releases before 1.20 know one alone. */
export function clusterIps(service: Fields): Set<string> {
  const many = field(service, 'spec', 'clusterIPs');
  const all = [stringField(service, 'spec', 'clusterIP'), ...(Array.isArray(many) ? many : [])];
  return new Set(
    all.filter((address): address is string => typeof address === 'string' && parseIp(address) !== undefined),
  );
}

/** The node ports of a service, that of its health check too; one that TCP and UDP share stands once. */
export function nodePorts(service: Fields): Set<string> {
  const ports = field(service, 'spec', 'ports');
  const all: (Value | undefined)[] = Array.isArray(ports) ? ports.map((port) => field(port, 'nodePort')) : [];
  all.push(field(service, 'spec', 'healthCheckNodePort'));
  return new Set(all.filter((port) => Number(port ?? 0) > 0).map(String));
}

/** The range of a bitmap, or undefined where the object is none. */
function bitmapRange(object: Fields, source: string, addresses: Holders, ports: Holders): AllocatedRange | undefined {
  const range = stringField(object, 'range') ?? '';
  const bits = bitsOf(stringField(object, 'data') ?? '');
  const [, first, last] = /^(\d+)-(\d+)$/.exec(range) ?? [];
  if (first !== undefined) {
    const taken = bits.map((bit) => String(Number(first) + bit));
    const inRange = (port: string) => Number(port) >= Number(first) && Number(port) <= Number(last);
    const size = BigInt(last!) - BigInt(first) + 1n;
    return { range, source, of: 'ports', size, holdings: compare(taken, ports, inRange) };
  }
  const cidr = parseCidr(range);
  if (!cidr) return undefined;
  // The network's own address is none of the range: bit 0 is the one behind it.
  const taken = bits.map((bit) => ipText({ ...cidr.first, value: cidr.first.value + 1n + BigInt(bit) }));
  const inRange = (address: string) => contains(cidr, parseIp(address)!);
  return { range, source, of: 'addresses', size: usable(range), holdings: compare(taken, addresses, inRange) };
}

/** The numbers of the bits that are set in a big-endian number without leading zeros, as Go's big.Int is stored; ascending. */
function bitsOf(base64: string): number[] {
  const bytes = Buffer.from(base64, 'base64');
  const bits: number[] = [];
  for (let at = bytes.length - 1; at >= 0; at--) {
    for (let bit = 0; bit < 8; bit++) if (bytes[at]! & (1 << bit)) bits.push((bytes.length - 1 - at) * 8 + bit);
  }
  return bits;
}

/** How many addresses a network can give: not its own, and in IPv4 not that of its broadcast. */
function usable(range: string): bigint {
  const cidr = parseCidr(range);
  if (!cidr) return 0n;
  const left = cidr.count - (cidr.first.bits === 32 ? 2n : 1n);
  return left > 0n ? left : 0n;
}

/** What is taken, and what services have of a range without its being taken. */
function compare(taken: Iterable<string>, holders: Holders, inRange: (value: string) => boolean): Holding[] {
  const known = new Set(taken);
  const values = new Set([...known, ...[...holders.keys()].filter(inRange)]);
  const holdings = [...values].map((value) => {
    const services = holders.get(value) ?? [];
    return { value, state: stateOf(services, known.has(value)), services };
  });
  return holdings.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
}

function stateOf(services: readonly string[], isTaken: boolean): HoldingState {
  if (services.length > 1) return 'conflict';
  if (!isTaken) return 'missing';
  return services.length === 0 ? 'leaked' : 'held';
}

function orderOf({ value }: Holding): bigint {
  return parseIp(value)?.value ?? BigInt(value);
}

/** The ranges of ServiceCIDR objects with what IPAddress objects take of them; none where the cluster has neither. */
async function addressRanges(cluster: Cluster, holders: Holders): Promise<AllocatedRange[]> {
  const taken: string[] = [];
  for await (const { name } of objectsOf(cluster, 'ipaddresses')) if (parseIp(name)) taken.push(name);
  const cidrs: string[] = [];
  for await (const { object } of objectsOf(cluster, 'servicecidrs')) {
    const listed = field(object, 'spec', 'cidrs');
    if (Array.isArray(listed)) for (const cidr of listed) if (typeof cidr === 'string') cidrs.push(cidr);
  }
  if (taken.length === 0 && cidrs.length === 0) return [];
  const within = (cidr: string) => {
    const parsed = parseCidr(cidr);
    return (address: string) => parsed !== undefined && contains(parsed, parseIp(address)!);
  };
  const source = 'IPAddress objects';
  const ranges = cidrs.map((range): AllocatedRange => {
    const inRange = within(range);
    return {
      range,
      source,
      of: 'addresses',
      size: usable(range),
      holdings: compare(taken.filter(inRange), holders, inRange),
    };
  });
  const known = cidrs.map(within);
  const outside = (address: string) => !known.some((inRange) => inRange(address));
  const strays = compare(taken.filter(outside), holders, outside);
  if (strays.length > 0) ranges.push({ range: '', source, of: 'addresses', size: 0n, holdings: strays });
  return ranges;
}
