/** The clusters that are served, each a context: the endpoints of the command, or those of --source. */
import { ExitCode, Failure } from '../../base/errors.js';
import { connectionOptions } from '../../connection/options.js';
import { type EtcdClient, openClient } from '../../etcd/client.js';
import { Cluster } from '../../k8s/cluster.js';
import { NEWEST_RELEASE, OLDEST_RELEASE } from '../../kube-api/releases.js';
import { View } from '../../kube-api/view.js';
import type { CommandContext } from '../command.js';
import type { ServeFlags } from './serve-flags.js';

/** A cluster that is served. */
export interface Served {
  /** Of its context. */
  name: string;
  /** The endpoint, for people. */
  from: string;
  view: View;
  revision: bigint;
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
  const { options } = context;
  const isOwn = source.endpoint === '';
  const client: EtcdClient = isOwn
    ? await context.connect()
    : await openClient({ ...connectionOptions(context), endpoints: [source.endpoint] });
  const asked = source.revision !== '0' ? source.revision : String(flags.rev);
  const cluster = await Cluster.open(client, {
    registryPrefix: flags.registryPrefix || undefined,
    revision: asked,
    values: await context.values(),
  });
  const view = await View.open(cluster, { revision: asked, release: releaseOf(flags) });
  const from = isOwn ? options.endpoints.join(',') : source.endpoint;
  // What the command opens itself, main closes.
  return { name: source.name, from, view, revision: await view.current(), close: () => !isOwn && client.close() };
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
