/** The members that a restored cluster begins with, and their IDs (etcd: server/etcdserver/api/membership, client/pkg/types). */
import { createHash } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Failure } from '../../base/errors.js';

export interface NewMember {
  id: bigint;
  name: string;
  /** Sorted. */
  peerUrls: string[];
}

export interface NewCluster {
  id: bigint;
  /** By ID. */
  members: NewMember[];
  /** The member whose data directory is made. */
  local: NewMember;
}

/** What `snapshot restore` is told about the new cluster, as its flags have it. */
export interface ClusterFlags {
  name: string;
  /** `name=URL,name=URL…` */
  initialCluster: string;
  initialClusterToken: string;
  initialAdvertisePeerUrls: string[];
}

/**
 * Puts the cluster together and checks that it fits to the local member.
 * @throws Failure in etcd's words
 */
export async function newCluster(flags: ClusterFlags): Promise<NewCluster> {
  const advertised = parseUrls(flags.initialAdvertisePeerUrls);
  const urlsOf = parseInitialCluster(flags.initialCluster);
  const own = urlsOf.get(flags.name);
  if (!own)
    throw new Failure(`couldn't find local name ${JSON.stringify(flags.name)} in the initial cluster configuration`);
  await checkAdvertised(flags.name, advertised, own);
  const all = [...urlsOf.values()].flat();
  if (new Set(all).size < all.length) throw new Failure(`initial cluster ${clusterText(urlsOf)} has duplicate url`);
  const members = Array.from(urlsOf, ([name, peerUrls]) => ({
    id: memberId(peerUrls, flags.initialClusterToken),
    name,
    peerUrls,
  }));
  members.sort((a, b) => (a.id < b.id ? -1 : 1));
  return { id: clusterId(members), members, local: members.find(({ name }) => name === flags.name)! };
}

function clusterText(urlsOf: Map<string, string[]>): string {
  const pairs = Array.from(urlsOf, ([name, urls]) => urls.map((url) => `${name}=${url}`)).flat();
  return pairs.sort().join(',');
}

/** `name=URL` pairs; a name that occurs again has several URLs. */
function parseInitialCluster(text: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const pair of text.split(',').filter(Boolean)) {
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const url = equals < 0 ? '' : pair.slice(equals + 1);
    found.set(name, [...(found.get(name) ?? []), url]);
  }
  for (const [name, urls] of found) found.set(name, parseUrls(urls));
  return found;
}

/** Checks peer URLs as etcd does; gives them sorted. */
function parseUrls(texts: string[]): string[] {
  return texts.map((text) => checkUrl(text.trim())).sort();
}

function checkUrl(text: string): string {
  const [, scheme = '', rest = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s.exec(text) ?? [];
  if (/^unixs?$/i.test(scheme)) return scheme.toLowerCase() + text.slice(scheme.length);
  if (!/^https?$/i.test(scheme)) throw new Failure(`URL scheme must be http, https, unix, or unixs: ${text}`);
  const [, host = '', path = ''] = /^\/\/(?:[^/?#@]*@)?([^/?#]*)([^?#]*)/.exec(rest) ?? [];
  if (!/^(?:\[[^\]]*\]|[^:[\]]*):[0-9]*$/.test(host)) {
    throw new Failure(`URL address does not have the form "host:port": ${text}`);
  }
  if (path !== '') throw new Failure(`URL must not contain a path: ${text}`);
  return scheme.toLowerCase() + text.slice(scheme.length);
}

/** The advertised URLs have to be those that the initial cluster has for this member, if need be after their names are resolved. */
async function checkAdvertised(name: string, advertised: string[], own: string[]): Promise<void> {
  const different = await firstDifference(advertised, own);
  if (!different) return;
  const missing = own.filter((url) => !advertised.includes(url)).map((url) => `${name}=${url}`);
  if (missing.length > 0) {
    throw new Failure(
      `--initial-cluster has ${missing.join(',')} but missing from --initial-advertise-peer-urls=${advertised.join(',')} (${different})`,
    );
  }
  const extra = advertised.filter((url) => !own.includes(url)).join(',');
  const pairs = advertised.map((url) => `${name}=${url}`).join(',');
  throw new Failure(`--initial-advertise-peer-urls has ${extra} but missing from --initial-cluster=${pairs}`);
}

async function firstDifference(a: string[], b: string[]): Promise<string | undefined> {
  if (a.join() === b.join()) return undefined;
  const list = (urls: string[]): string => `[${urls.map((url) => JSON.stringify(url)).join(' ')}]`;
  if (a.length !== b.length) return `len(${list(a)}) != len(${list(b)})`;
  const [left, right] = await Promise.all([a, b].map(async (urls) => (await Promise.all(urls.map(resolveUrl))).sort()));
  const different = left!.findIndex((url, i) => url !== right![i]);
  if (different < 0) return undefined;
  return `resolved urls: ${JSON.stringify(left![different])} != ${JSON.stringify(right![different])}`;
}

/** A URL with its host as an address in its usual spelling, and its port as a number; `localhost` is never resolved. */
async function resolveUrl(text: string): Promise<string> {
  const [, scheme = '', host = '', port = ''] = /^(https?):\/\/(?:[^/?#@]*@)?(.*):([0-9]*)$/i.exec(text) ?? [];
  if (scheme === '' || host === 'localhost') return text;
  const address = addressOf(host.replace(/^\[|\]$/g, '')) ?? addressOf(await lookUp(host, text));
  return `${scheme}://${address}:${Number(port)}`;
}

async function lookUp(host: string, url: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOTFOUND' ? 'no such host' : (error as Error).message;
    throw new Failure(`failed to resolve ${JSON.stringify(url)} (lookup ${host}: ${reason})`, { cause: error });
  }
}

/** An IP address as URLs have it: in its shortest spelling, an IPv4 address within IPv6 as itself. Undefined for a name. */
function addressOf(host: string): string | undefined {
  if (isIP(host) !== 6) return isIP(host) === 4 ? host : undefined;
  const { hostname } = new URL(`http://[${host}]`);
  const [, high, low] = /^\[::ffff:([\da-f]+):([\da-f]+)\]$/.exec(hostname) ?? [];
  if (high === undefined || low === undefined) return hostname;
  const words = [high, low].map((word) => Number.parseInt(word, 16));
  return words.flatMap((word) => [word >> 8, word & 0xff]).join('.');
}

/** SHA-1 of the sorted URLs and the cluster's token: its first eight bytes. */
function memberId(peerUrls: string[], token: string): bigint {
  return first64(createHash('sha1').update(peerUrls.join('')).update(token));
}

function clusterId(members: readonly NewMember[]): bigint {
  const hash = createHash('sha1');
  for (const { id } of members) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64BE(id);
    hash.update(bytes);
  }
  return first64(hash);
}

function first64(hash: ReturnType<typeof createHash>): bigint {
  return hash.digest().readBigUInt64BE(0);
}

/** An ID as etcd writes it in keys: hexadecimal without leading zeros. */
export function hexId(id: bigint): string {
  return id.toString(16);
}

/** Text as Go's encoding/json writes it: what HTML could take for its own is escaped. */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A member as etcd stores it: its ID as a number, which JSON.stringify has no exact form for. */
export function memberJson({ id, name, peerUrls }: NewMember): string {
  return `{"id":${id},"peerURLs":${goJson(peerUrls)},"name":${goJson(name)}}`;
}
