/** The clusters that are served, each a context: the endpoints of the command, or those of --source. */
import { ExitCode, Failure } from '../../base/errors.js';
import { connectionOptions } from '../../connection/options.js';
import { type EtcdClient, openClient } from '../../etcd/client.js';
import { Cluster } from '../../k8s/cluster.js';
import { NEWEST_RELEASE, OLDEST_RELEASE } from '../../kube-api/releases.js';
import { View } from '../../kube-api/view.js';
import type { CommandContext } from '../command.js';
import type { ServeFlags } from './serve-flags.js';
import { revisionOfTime } from './time-flag.js';

/** A cluster that is served. */
export interface Served {
  /** Of its context. */
  name: string;
  /** The endpoint, for people. */
  from: string;
  view: View;
  revision: bigint;
  /** Of a revision that was found by time: how. */
  sureness: string | undefined;
  close(): void;
}

interface Source {
  name: string;
  /** Empty: those of the command. */
  endpoint: string;
  revision: string;
}

/** @throws Failure for sources that cannot be read or named so */
export async function openSources(context: CommandContext, flags: ServeFlags): Promise<Served[]> {
  if (flags.rev < 0n) throw new Failure(`--rev ${flags.rev}: no revision is below 0`, { exitCode: ExitCode.BadArgs });
  if (flags.rev > 0n && flags.at !== '') {
    throw new Failure('--rev and --at both name a revision: give one of them', { exitCode: ExitCode.BadArgs });
  }
  const given = flags.source.map(sourceOf);
  const sources = given.length > 0 ? given : [{ name: 'etcd', endpoint: '', revision: '0' }];
  const names = sources.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Failure(`two sources are called ${twice}`, { exitCode: ExitCode.BadArgs });
  const opened: Served[] = [];
  for (const source of sources) opened.push(await openSource(context, flags, source));
  return opened;
}

function sourceOf(text: string): Source {
  const [, name, endpoint = '', revision = '0'] = /^([^=]*)=(.*?)(?:@(\d+))?$/.exec(text) ?? [];
  if (name === undefined || !/^[A-Za-z0-9][\w.-]{0,62}$/.test(name)) {
    throw new Failure(`--source ${text} is no NAME=ENDPOINT[@REV]`, {
      exitCode: ExitCode.BadArgs,
      hint: 'such as yesterday=file:backup.db or before=@4711; a name has letters, digits, dots, _ and -',
    });
  }
  return { name, endpoint, revision };
}

async function openSource(context: CommandContext, flags: ServeFlags, source: Source): Promise<Served> {
  const isOwn = source.endpoint === '';
  const client = isOwn ? await context.connect() : await openOther(context, source.endpoint);
  const options = { registryPrefix: flags.registryPrefix || undefined, values: await context.values() };
  const pinned = await pinnedRevision(await Cluster.open(client, options), source, flags);
  const cluster = await Cluster.open(client, { ...options, revision: pinned.revision });
  const view = await View.open(cluster, { ...pinned, release: releaseOf(flags), masksSecrets: flags.maskSecrets });
  const from = isOwn ? context.options.endpoints.join(',') : source.endpoint;
  // What the command opens itself, main closes.
  const close = () => !isOwn && client.close();
  return { name: source.name, from, view, revision: await view.current(), sureness: pinned.sureness, close };
}

/** Another than the command's endpoints, read in the same way. */
async function openOther(context: CommandContext, endpoint: string): Promise<EtcdClient> {
  const client = await openClient({ ...connectionOptions(context), endpoints: [endpoint] });
  if (!context.options.serializable) return client;
  const { serializable } = await import('../../etcd/serializable.js');
  return serializable(client);
}

/** The revision that is asked for, '0' for the newest; by time with what tells how sure it is. */
async function pinnedRevision(
  cluster: Cluster,
  source: Source,
  flags: ServeFlags,
): Promise<{ revision: string; sureness?: string }> {
  if (source.revision !== '0') return { revision: source.revision };
  if (flags.at === '') return { revision: String(flags.rev) };
  return revisionOfTime(cluster, 'at', flags.at);
}

/** The minor number of --kubernetes. */
function releaseOf(flags: ServeFlags): number | undefined {
  const text = flags.kubernetes;
  if (text === '') return undefined;
  const minor = Number(/^v?1\.(\d+)(?:\.\d+)?$/.exec(text)?.[1]);
  if (minor >= OLDEST_RELEASE && minor <= NEWEST_RELEASE) return minor;
  throw new Failure(`--kubernetes ${text} is no release from 1.${OLDEST_RELEASE} to 1.${NEWEST_RELEASE}`, {
    exitCode: ExitCode.BadArgs,
  });
}
