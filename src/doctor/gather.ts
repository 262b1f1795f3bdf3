/** Asks everybody for everything that the checks need. What does not answer is a fact, not an error. */
import { after } from '../base/timer.js';
import { httpGet } from '../connection/http-get.js';
import type { ConnectionOptions } from '../connection/options.js';
import type { EtcdClient } from '../etcd/client.js';
import { serializable } from '../etcd/serializable.js';
import { certificateInFile } from '../node/certificate.js';
import { ALARM_NAMES, nameOf } from '../rpc/names.js';
import { Code } from '../rpc/status.js';
import { connectionSteps } from './connect-steps.js';
import type { ClusterFacts, MemberFacts } from './facts.js';
import { gatherObjects } from './gather-objects.js';
import { hexOf, listedMember, statusOf } from './member-answers.js';
import { type Metrics, parseMetrics } from './metrics.js';

export interface GatherOptions {
  client: EtcdClient;
  connection: ConnectionOptions;
  /** The addresses for metrics of a member, where they are not those for clients. */
  metricsUrls: readonly string[];
  /** How long metrics and writes are watched. */
  watchSeconds: number;
  /** Whether all stored objects are read. */
  objects: boolean;
  progress(text: string): void;
}

export async function gather(options: GatherOptions): Promise<ClusterFacts> {
  const { client, connection, watchSeconds } = options;
  const given = await client.callable.resolveEndpoints();
  const isFile = given.some((endpoint) => endpoint.startsWith('file:'));
  options.progress('asking the members');
  const first = await Promise.all(given.map((endpoint) => askMember(endpoint, isFile, options)));
  const others = isFile ? [] : otherEndpoints(first, given);
  const members = [...first, ...(await Promise.all(others.map((endpoint) => askMember(endpoint, false, options))))];
  const facts: ClusterFacts = { now: new Date(), isFile, members, watchedSeconds: isFile ? 0 : watchSeconds };
  if (connection.cert) Object.assign(facts, clientCertificate(connection.cert));
  const reader = members.find(({ status }) => status !== undefined);
  if (reader === undefined) return facts;
  options.progress(isFile ? 'reading the file' : `watching for ${watchSeconds} s`);
  await Promise.all([
    isFile || watchSeconds === 0 ? undefined : watchMetrics(members, options),
    isFile ? undefined : hashesOf(facts, client),
    countLeases(facts, client.at(reader.endpoint)),
    options.objects ? gatherObjects(facts, serializable(client.at(reader.endpoint)), options.progress) : undefined,
  ]);
  return facts;
}

/** Client URLs of members that were not asked yet, one for each. */
function otherEndpoints(members: readonly MemberFacts[], given: readonly string[]): string[] {
  const known = new Set(members.flatMap(({ status }) => (status ? [status.id] : [])));
  const hosts = new Set(given.map(hostOf));
  const listed = members.flatMap(({ listed = [] }) => listed);
  const found = new Map<string, string>();
  for (const { id, clientUrls } of listed) {
    if (known.has(id) || clientUrls.some((url) => hosts.has(hostOf(url)))) continue;
    if (clientUrls[0] !== undefined) found.set(id, clientUrls[0]);
  }
  return [...found.values()];
}

function hostOf(endpoint: string): string {
  return endpoint.replace(/^\w+:\/\//, '').replace(/\/.*$/, '');
}

async function askMember(
  endpoint: string,
  isFile: boolean,
  { client, connection }: GatherOptions,
): Promise<MemberFacts> {
  const { steps, certificate } = isFile
    ? { steps: [], certificate: undefined }
    : await connectionSteps(endpoint, connection);
  const facts: MemberFacts = { endpoint, steps, ...(certificate && { certificate }) };
  if (steps.some(({ ok }) => !ok)) return facts;
  const member = client.at(endpoint);
  try {
    facts.status = statusOf(await member.maintenance.status());
  } catch (error) {
    const { message, hint } = error as { message: string; hint?: string };
    facts.steps.push({ step: 'gRPC', ok: false, text: message, hint });
    return { ...facts, error: message, hint };
  }
  if (!isFile) facts.steps.push({ step: 'gRPC', ok: true, text: `etcd ${facts.status.version}` });
  const list = await member.cluster.memberList({ linearizable: false }).catch(() => undefined);
  if (list) facts.listed = list.members.map(listedMember);
  const alarms = await member.maintenance.alarm({ action: 0, memberID: '0', alarm: 0 }).catch(() => undefined);
  if (alarms) {
    facts.alarms = alarms.alarms.map((each) => ({
      memberId: hexOf(each.memberID),
      alarm: nameOf(ALARM_NAMES, each.alarm),
    }));
  }
  if (!isFile && !facts.status.isLearner) Object.assign(facts, await timedRead(member));
  return facts;
}

/** One read through consensus, on the connection that is open by now. */
async function timedRead(member: EtcdClient): Promise<Pick<MemberFacts, 'readMs' | 'readError'>> {
  const start = performance.now();
  try {
    await member.kv.range({ key: Buffer.from('health') });
  } catch (error) {
    const { code, message } = error as { code?: number; message: string };
    // Who may not read the key went through consensus all the same.
    if (code !== Code.PermissionDenied) return { readError: message };
  }
  return { readMs: Math.round(performance.now() - start) };
}

function clientCertificate(path: string): Pick<ClusterFacts, 'clientCertificate'> {
  try {
    return { clientCertificate: { path, facts: certificateInFile(path) } };
  } catch {
    // An unreadable one has failed every connection by now, and was told there.
    return {};
  }
}

async function watchMetrics(members: readonly MemberFacts[], options: GatherOptions): Promise<void> {
  const asked = members.filter(({ status }) => status !== undefined);
  const read = (member: MemberFacts) => readMetrics(member, options);
  const before = await Promise.all(asked.map(read));
  await new Promise<void>((resolve) => after(options.watchSeconds * 1000, resolve));
  const last = await Promise.all(asked.map(read));
  for (const [at, member] of asked.entries()) {
    const [one, two] = [before[at]!, last[at]!];
    if (one instanceof Error || two instanceof Error)
      member.metricsProblem = (one instanceof Error ? one : (two as Error)).message;
    else member.metrics = { before: one, after: two, seconds: options.watchSeconds };
  }
}

/** On the client port, or where this node's etcd says that its metrics are. */
async function readMetrics(
  { endpoint }: MemberFacts,
  { connection, metricsUrls }: GatherOptions,
): Promise<Metrics | Error> {
  let problem = new Error('no address for metrics is known');
  for (const url of [endpoint, ...metricsUrls]) {
    try {
      return parseMetrics(await httpGet(url, '/metrics', connection));
    } catch (error) {
      problem = error as Error;
    }
  }
  return problem;
}

/** The hash of the history at the newest revision that all have who answer. */
async function hashesOf(facts: ClusterFacts, client: EtcdClient): Promise<void> {
  const members = facts.members.filter(({ status }) => status !== undefined);
  const revisions = members.map(({ status }) => status!.revision).sort((a, b) => (a < b ? -1 : 1));
  if (members.length < 2) return;
  facts.hashRevision = revisions[0]!;
  await Promise.all(
    members.map(async (member) => {
      const { maintenance } = client.at(member.endpoint);
      const response = await maintenance
        .hashKV({ revision: String(facts.hashRevision) as never })
        .catch(() => undefined);
      if (response) member.hash = { hash: Number(response.hash), compactRevision: response.compact_revision };
    }),
  );
}

async function countLeases(facts: ClusterFacts, client: EtcdClient): Promise<void> {
  try {
    facts.leases = (await client.lease.leaseLeases()).leases.length;
  } catch (error) {
    facts.leasesProblem = (error as Error).message;
  }
}
