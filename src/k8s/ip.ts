/** IP addresses as numbers, for ranges of them. */
import { isIP } from 'node:net';

export interface Ip {
  value: bigint;
  bits: 32 | 128;
}

/** Undefined for a text that is no address. */
export function parseIp(text: string): Ip | undefined {
  const version = isIP(text);
  if (version === 4) {
    const value = text.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
    return { value, bits: 32 };
  }
  if (version !== 6 || text.includes('%')) return undefined;
  const [head = '', tail] = canonicalV6(text).split('::');
  const groups = (part: string | undefined) => (part ? part.split(':') : []);
  const before = groups(head);
  const after = groups(tail);
  const zeros = new Array<string>(8 - before.length - after.length).fill('0');
  const hex = [...before, ...zeros, ...after].map((group) => group.padStart(4, '0')).join('');
  return { value: BigInt(`0x${hex}`), bits: 128 };
}

/** The address as Go prints it. */
export function ipText({ value, bits }: Ip): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const hex = value.toString(16).padStart(32, '0');
  return canonicalV6(hex.match(/.{4}/g)!.join(':'));
}

/** URLs have the shortest form of an address. */
function canonicalV6(text: string): string {
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

/** A CIDR by its first address and how many addresses it has. */
export interface Cidr {
  first: Ip;
  count: bigint;
}

/** Undefined for a text that is none. */
export function parseCidr(text: string): Cidr | undefined {
  const [address = '', length = ''] = text.split('/');
  const ip = parseIp(address);
  if (!ip || !/^\d+$/.test(length) || Number(length) > ip.bits) return undefined;
  const count = 1n << BigInt(ip.bits - Number(length));
  return { first: { ...ip, value: ip.value - (ip.value % count) }, count };
}

export function contains({ first, count }: Cidr, { value, bits }: Ip): boolean {
  return bits === first.bits && value >= first.value && value < first.value + count;
}
