/** What completion asks a cluster for: keys, kinds, namespaces, names of objects, members. */
import type { Flag } from '../base/flags/declare.js';
import type { FlagTable } from '../base/flags/normalize.js';
import { parseWords } from '../base/flags/parse.js';
import { sleep } from '../base/timer.js';
import type { CommandContext, Program } from '../commands/command.js';
import type { EtcdClient } from '../etcd/client.js';
import { Cluster } from '../k8s/cluster.js';
import { builtInResources } from '../k8s/resources.js';
import { prefixRange } from '../rpc/keys.js';
import { CompletionCache } from './completion-cache.js';
import { makeContext, type OpenClient } from './context.js';
import type { GlobalFlags } from './global-flags.js';
import { resolveOptions } from './options.js';
import type { Surroundings } from './surroundings.js';

/** A person waits at the prompt: better nothing than a pause. */
const PATIENCE_MS = 300;
/** The variable that changes it, in milliseconds. */
const LIMIT = 'KETCDCTL_COMPLETION_LIMIT';
/** What there is in any case, on a slow machine too. */
const LEAST_MS = 100;
const MOST = 200;

/** The command line in which something is typed. */
export interface Question {
  program: Program;
  around: Surroundings;
  inherited: readonly Flag[];
  words: readonly string[];
  table: FlagTable;
  /** The arguments before the one that is typed. */
  args: readonly string[];
  openClient?: OpenClient | undefined;
}

export type ClusterWhat = 'key' | 'kind' | 'object' | 'namespace' | 'member';

/** A client, and what is asked of it; flags of `k8s` commands where the command has them. */
interface Asking {
  context: CommandContext;
  flags: GlobalFlags & { namespace?: string; allNamespaces?: boolean; registryPrefix?: string };
  args: readonly string[];
  typed: string;
}

/**
 * Candidates that begin with what is typed. None where a password would have to be asked for, where it takes too long, or fails.
 * @throws whatever the command line or the cluster makes it
 */
export async function clusterCandidates(what: ClusterWhat, typed: string, question: Question): Promise<string[]> {
  const { program, inherited, words, table, args, openClient } = question;
  // Nobody reads a warning in the middle of the line that is being typed.
  const around = { ...question.around, io: withoutErrors(question.around.io) };
  const { flags } = parseWords<Asking['flags']>(words, table);
  if (flags.values.passwordFile === '-') return [];
  const options = resolveOptions(inherited, flags, { noTimeout: undefined, variables: [] }, around);
  if (options.user !== '' && !options.user.includes(':') && options.password === '') return [];
  const { endpoints, cert, user, serializable } = options;
  const limit = Number(around.env[LIMIT]) || PATIENCE_MS;
  // The start of the process counts.
  const patience = openClient === undefined ? Math.max(LEAST_MS, limit - performance.now()) : limit;
  const limited = { debug: false, dialTimeout: limit, commandTimeout: limit };
  const context = makeContext(program, around, () => Object.assign(options, limited), openClient);
  const ask = () => FINDERS[what]({ context, flags: flags.values, args, typed });
  const cache = openClient === undefined ? CompletionCache.open(around.env) : undefined;
  const about = [what, typed, args, flags.values.namespace, flags.values.registryPrefix];
  const found = cache ? cache.get([...about, endpoints, cert, user, serializable], ask) : ask();
  try {
    return await Promise.race([found, sleep(patience).then(() => [])]);
  } finally {
    found.catch(() => undefined).finally(() => context.close());
  }
}

function withoutErrors(io: Surroundings['io']): Surroundings['io'] {
  const stderr = { isTTY: false, write: () => undefined, flush: async () => {} };
  return Object.create(io, { stderr: { value: stderr } });
}

const FINDERS: Readonly<Record<ClusterWhat, (asking: Asking) => Promise<string[]>>> = {
  key: ({ context, typed }) => context.connect().then((client) => keysFrom(client, typed)),
  kind: kinds,
  object: objects,
  namespace: async (asking) => {
    const cluster = await openCluster(asking);
    return namesBelow(cluster.client, `${cluster.root}namespaces/`, asking.typed);
  },
  member: async ({ context }) => {
    const { cluster } = await context.connect();
    const { members } = await cluster.memberList({ linearizable: false });
    return members.flatMap(({ name, ID }) => [...(name === '' ? [] : [name]), BigInt(ID).toString(16)]);
  },
};

/** Keys, cut after the next `/`: a folder is one candidate, however much is in it, because the next read begins behind it. */
async function keysFrom({ kv }: EtcdClient, typed: string): Promise<string[]> {
  const found: string[] = [];
  const { range_end: end, key: first } = prefixRange(Buffer.from(typed));
  for (let next = Buffer.from(first); found.length < MOST; ) {
    const { kvs } = await kv.range({ key: next, range_end: end, keys_only: true, limit: 1, serializable: true });
    if (kvs[0] === undefined) break;
    const candidate = upToSlash(kvs[0].key, Buffer.byteLength(typed));
    found.push(candidate.toString('utf8'));
    const folder = candidate.at(-1) === 0x2f;
    next = folder ? Buffer.from(prefixRange(candidate).range_end) : Buffer.concat([candidate, Buffer.of(0)]);
  }
  return found;
}

function upToSlash(key: Buffer, from: number): Buffer {
  const slash = key.indexOf(0x2f, from);
  return slash < 0 ? key : key.subarray(0, slash + 1);
}

async function openCluster({ context, flags }: Asking): Promise<Cluster> {
  return Cluster.open(await context.connect(), {
    registryPrefix: flags.registryPrefix || undefined,
    values: await context.values(),
  });
}

/** Of a comma list the last: the others stay in front of it. Custom resources by the names of their definitions, `plural.group`. */
async function kinds(asking: Asking): Promise<string[]> {
  const before = asking.typed.slice(0, asking.typed.lastIndexOf(',') + 1);
  const own = builtInResources()
    .filter(({ alias, internal }) => !alias && !internal)
    .map(({ plural }) => plural);
  const custom = await customKinds(asking).catch(() => []);
  return [...new Set([...own, ...custom])].sort().map((each) => before + each);
}

async function customKinds(asking: Asking): Promise<string[]> {
  const { client, root } = await openCluster(asking);
  return namesBelow(client, `${root}apiextensions.k8s.io/customresourcedefinitions/`, '');
}

/** `TYPE`, `TYPE/NAME`, or after a type the names alone. */
async function objects(asking: Asking): Promise<string[]> {
  const { typed, args } = asking;
  const slash = typed.indexOf('/');
  if (slash >= 0) {
    const names = await namesOf(asking, typed.slice(0, slash), typed.slice(slash + 1));
    return names.map((name) => typed.slice(0, slash + 1) + name);
  }
  const [type] = args;
  if (type === undefined || type.includes('/')) return kinds(asking);
  return namesOf(asking, type.split(',')[0]!, typed);
}

async function namesOf(asking: Asking, type: string, typed: string): Promise<string[]> {
  const cluster = await openCluster(asking);
  const resource = await cluster.find(type);
  if (!resource) return [];
  const namespace = resource.namespaced ? (asking.flags.namespace ?? 'default') : undefined;
  return namesBelow(cluster.client, cluster.keyOf(resource, namespace, ''), typed);
}

/** The rest of keys behind a folder, as far as they go on with what is typed and have no further slash. */
async function namesBelow({ kv }: EtcdClient, folder: string, typed: string): Promise<string[]> {
  const range = prefixRange(Buffer.from(folder + typed));
  const { kvs } = await kv.range({ ...range, keys_only: true, limit: MOST, serializable: true });
  return kvs.map(({ key }) => key.toString().slice(folder.length)).filter((name) => !name.includes('/'));
}
